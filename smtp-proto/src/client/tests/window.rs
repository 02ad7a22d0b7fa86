//! How far ahead of its replies the client goes.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::books::{Line, Wish, check, run};
use super::config;
use super::peer::{Peer, Plan};
use super::rig::{Rig, opening};

const MANY: usize = 5000;

#[test]
fn many_recipients() {
    for (window, least) in [(16 << 10, 16_000), (1000, 900), (0, 1)] {
        for capabilities in [&["PIPELINING"][..], &["PIPELINING", "CHUNKING"]] {
            let mut config = config();
            config.limits.window = window;
            let rcpt: VecDeque<u16> = (0..MANY).map(|i| [250, 550, 452][i % 3]).collect();
            let plan = Plan { capabilities: capabilities.into(), rcpt, ..Plan::default() };
            let wish = |recipients| Wish { recipients, pieces: 2, ..Wish::default() };
            let wishes = Vec::from([wish(MANY), wish(1)]);
            let run = run(config.clone(), plan, &wishes, Line { cut: usize::MAX, lazy: true });
            check(&run, &config, &wishes);
            assert_eq!(run.books[&0].recipients.len(), MANY);
            assert!(run.most_in_flight >= least, "{}", run.most_in_flight);
            let bound = window.max(24);
            assert!(run.most_in_flight <= bound, "{} in {window}", run.most_in_flight);
            assert!(run.most_queued <= bound + 100, "{}", run.most_queued);
        }
    }
}

/// With a refused sender nothing more is sent than what was on its way.
#[test]
fn a_refusal_stops_the_rest() {
    let mut config = config();
    config.limits.window = 1000;
    let capabilities = ["PIPELINING"].into();
    let plan = Plan { capabilities, mail: [550].into(), ..Plan::default() };
    let wishes = [Wish { recipients: MANY, pieces: 1, ..Wish::default() }];
    let run = run(config.clone(), plan, &wishes, Line { cut: usize::MAX, lazy: true });
    check(&run, &config, &wishes);
    let told = run.books[&0].recipients.len();
    assert!((30..100).contains(&told), "{told}");
    assert_eq!(run.peer.log.len(), 1 + 1 + told + 1, "EHLO, MAIL, RCPTs, QUIT: {:?}", run.peer.log);
}

/// One group in one write; the envelope of ten thousand is not written out at once.
#[test]
fn groups() {
    let mut rig = Rig::new(config(), usize::MAX);
    rig.play(&opening("PIPELINING"));
    rig.play("A: send 10000");
    let _ = crate::machine::Machine::poll(&mut rig.client, rig.now);
    let queued = rig.client.outbox.len();
    assert!((16_000..=16 << 10).contains(&queued), "{queued}");
}

/// A server that answers nothing until it has the whole group.
#[test]
fn peer_is_what_it_should_be() {
    let mut peer = Peer::new(Plan { careless: true, ..Plan::default() });
    peer.take(b"MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n..x\r\n.\r\nRSET\r\n");
    assert_eq!(peer.delivered[0].content, b".x\r\n");
    peer.take(b"MAIL FROM:<a@x>\r\nDATA\r\n.\r\nMAIL FROM:<c@x>\r\nMAIL FROM:<d@x>\r\n");
    assert!(peer.wire.ends_with(b"250 c@x\r\n503 nested MAIL\r\n"));
    assert_eq!(peer.delivered.len(), 1);
}
