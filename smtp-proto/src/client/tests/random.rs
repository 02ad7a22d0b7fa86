//! Whatever a server says, the client's books agree with the server's.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::{Buf, Bytes};
use proptest::prelude::*;

use super::books::{Gradual, Line, Wish, check, run};
use super::peer::{End, Plan};
use super::{config, envelope, lmtp};
use crate::client::{Client, Config, Event};
use crate::error::Close;
use crate::machine::{Machine, Step, Time};

const CODES: [u16; 6] = [250, 250, 250, 251, 451, 550];

fn codes(accept: &'static [u16]) -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(prop::sample::select(accept), 0..12)
}

fn plans() -> impl Strategy<Value = Plan> {
    let capabilities =
        prop::sample::subsequence(&["PIPELINING", "CHUNKING", "SIZE 1000"][..], 0..=3);
    let end = prop::sample::select(&[End::Unavailable, End::Eof, End::Torn][..]);
    let last = prop::option::weighted(0.3, (0..40_usize, end));
    let chunk = codes(&[250, 250, 250, 250, 552]);
    let data = codes(&[354, 354, 354, 451, 554]);
    let replies = (codes(&CODES), codes(&CODES), data, chunk, codes(&CODES));
    (capabilities, any::<bool>(), replies, any::<bool>(), last).prop_map(
        |(capabilities, lmtp, (mail, rcpt, data, chunk, content), careless, last)| Plan {
            capabilities,
            lmtp,
            mail: mail.into(),
            rcpt: rcpt.into(),
            data: data.into(),
            chunk: chunk.into(),
            content: content.into(),
            careless,
            last,
        },
    )
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let abandon = prop::option::weighted(0.1, 0..3_usize);
    let gradual = (0..3_usize, 0..4_usize, any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(known, ahead, hasty, gives_up)| Gradual { known, ahead, hasty, gives_up });
    let gradual = prop::option::of(gradual);
    let wish = (0..5_usize, 0..4_usize, abandon, gradual).prop_map(
        |(recipients, pieces, abandon, gradual)| {
            let least = usize::from(gradual.is_none());
            Wish { recipients: recipients.max(least), pieces, abandon, gradual }
        },
    );
    prop::collection::vec(wish, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_reply_is_ever_taken_for_another(
        plan in plans(),
        wishes in wishes(),
        window in prop::sample::select(&[0, 20, 60, 100, 16384][..]),
        lazy: bool,
    ) {
        let mut config = if plan.lmtp { lmtp() } else { config() };
        config.limits.window = window;
        let mut told = None;
        for cut in [usize::MAX, 1, 5] {
            let run = run(config.clone(), plan.clone(), &wishes, Line { cut, lazy });
            check(&run, &config, &wishes);
            // One command may be larger than the window; none here has more than 40 octets.
            prop_assert!(run.most_in_flight <= window.max(40) + 6, "{}", run.most_in_flight);
            let now = (run.events, run.peer.log);
            if let Some(before) = &told {
                prop_assert_eq!(before, &now, "the cut makes a difference");
            }
            told = Some(now);
        }
    }
}

/// The server goes away instead of the reply with any number.
#[test]
fn the_end_at_every_reply() {
    let wish = |abandon| Wish { recipients: 3, pieces: 2, abandon, gradual: None };
    let gradual = |ahead, gives_up| Wish {
        gradual: Some(Gradual { ahead, gives_up, ..Gradual::default() }),
        ..wish(None)
    };
    let wishes = Vec::from([wish(None), wish(Some(1)), wish(None)]);
    let one_by_one = Vec::from([gradual(0, false), gradual(1, true), gradual(2, false)]);
    let all = [wishes, one_by_one];
    for capabilities in [&[][..], &["PIPELINING"], &["CHUNKING"], &["PIPELINING", "CHUNKING"]] {
        for (number, end) in
            (0..30).flat_map(|n| [End::Unavailable, End::Eof, End::Torn].map(|end| (n, end)))
        {
            for (lmtp_spoken, lazy) in [(false, false), (false, true), (true, false), (true, true)]
            {
                let config = if lmtp_spoken { lmtp() } else { config() };
                let plan = Plan {
                    capabilities: capabilities.into(),
                    lmtp: lmtp_spoken,
                    rcpt: [250, 550, 250, 550].into(),
                    last: Some((number, end)),
                    ..Plan::default()
                };
                for wishes in &all {
                    let line = Line { cut: usize::MAX, lazy };
                    let run = run(config.clone(), plan.clone(), wishes, line);
                    check(&run, &config, wishes);
                    let close = run.close.as_ref().unwrap();
                    let known = matches!(
                        close,
                        Close::Unavailable(_) | Close::Peer | Close::Quit | Close::Abandoned
                    );
                    assert!(known, "{close}");
                }
            }
        }
    }
}

/// What a caller hears and says when all of this is already there.
fn overwhelmed(input: &[u8], cut: usize) -> (Vec<Event>, Vec<u8>) {
    let mut client = Client::new(Config { auth_without_tls: true, ..config() });
    let (mut events, mut output, mut rest) = (Vec::new(), Vec::new(), input);
    let mut requests = 0;
    loop {
        match client.poll(Time::ZERO) {
            Step::Done => return (events, output),
            Step::Event(event) => {
                events.push(event.clone());
                match event {
                    Event::Ready => {
                        requests += 1;
                        match requests % 4 {
                            0 if client.authenticate("PLAIN", None).is_ok() => {}
                            1 => client.noop().unwrap(),
                            _ if requests > 20 => client.quit().unwrap(),
                            _ => client.send(envelope(0, 2)).map(drop).unwrap(),
                        }
                    }
                    Event::Body { .. } if requests % 3 == 0 => client.finish().unwrap(),
                    Event::Body { .. } => {
                        requests += 1;
                        client.body(Bytes::from_static(b".x\n")).unwrap();
                    }
                    Event::Challenge(_) => client.respond(b"x").unwrap(),
                    _ => {}
                }
            }
            Step::Wait(_) => {
                while client.outbox.has_remaining() {
                    output.push(client.outbox.chunk()[0]);
                    client.outbox.advance(1);
                }
                let space = client.inbox.space();
                let n = space.len().min(rest.len()).min(cut);
                space[..n].copy_from_slice(&rest[..n]);
                client.inbox.commit(n);
                rest = &rest[n..];
                if n == 0 {
                    client.inbox.close();
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn nothing_a_server_says_does_harm(
        lines in prop::collection::vec("(250|250|250|250|354|334|550|235|421|[0-9]{3})[ -]?[ -~]{0,4}(\r\n|\r\n|\r\n|\r\n|\n|)", 0..40),
        extensions in prop::sample::subsequence(&["PIPELINING", "CHUNKING", "AUTH PLAIN"][..], 0..=3),
    ) {
        let mut input = String::from("220 mx\r\n250-mx\r\n");
        for extension in extensions {
            input = input + "250-" + extension + "\r\n";
        }
        input += "250 X-END\r\n";
        input += &lines.concat();
        let (events, output) = overwhelmed(input.as_bytes(), usize::MAX);
        for cut in [1, 3] {
            let (others, octets) = overwhelmed(input.as_bytes(), cut);
            prop_assert_eq!(&events, &others);
            // At the end what was not written yet is dropped.
            prop_assert!(octets.starts_with(&output));
        }
    }
}
