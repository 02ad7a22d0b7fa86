//! Every combination of accepted and refused recipients, and what the client says in each.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::books::{Line, Wish, check, run};
use super::config;
use super::peer::{Peer, Plan};
use super::rig::{opening, play};
use crate::client::{Chunking, Config, NotSent};
use crate::error::Close;

/// A message to three, then one more to two, then QUIT.
fn wishes() -> Vec<Wish> {
    let wish = |recipients| Wish { recipients, pieces: 2, ..Wish::default() };
    Vec::from([wish(3), wish(2)])
}

fn every_answer() -> impl Iterator<Item = [u16; 3]> {
    let codes = [250, 450, 550];
    let all = codes.into_iter().flat_map(move |a| codes.map(|b| (a, b)));
    all.flat_map(move |(a, b)| codes.map(|c| [a, b, c]))
}

#[test]
fn every_position() {
    for capabilities in [&[][..], &["PIPELINING"], &["CHUNKING"], &["PIPELINING", "CHUNKING"]] {
        for (answers, mail) in every_answer().flat_map(|rcpt| [(rcpt, 250), (rcpt, 550)]) {
            for (cut, lazy) in [(usize::MAX, true), (1, true), (usize::MAX, false), (1, false)] {
                for careless in [false, true] {
                    let plan = Plan {
                        capabilities: capabilities.into(),
                        mail: [mail].into(),
                        // A refused sender makes the server refuse its recipients by itself.
                        rcpt: if mail == 250 { answers.into() } else { [].into() },
                        careless,
                        ..Plan::default()
                    };
                    let wishes = wishes();
                    let run = run(config(), plan, &wishes, Line { cut, lazy });
                    check(&run, &config(), &wishes);
                    assert_eq!(run.close, Some(Close::Quit));
                    let first = &run.books[&0];
                    if mail == 250 {
                        let told = first.recipients.iter().map(|reply| reply.code().as_u16());
                        assert!(told.eq(answers), "every recipient is told");
                        let nobody = !answers.contains(&250);
                        assert_eq!(first.not_sent == Some(NotSent::NoRecipients), nobody);
                        assert_eq!(first.outcomes.len(), usize::from(!nobody));
                    } else {
                        assert!(matches!(first.not_sent, Some(NotSent::Sender(_))));
                    }
                    let second = &run.books[&1];
                    assert_eq!(second.outcomes.len(), 1, "the next message is not affected");
                    nothing_needless(&run.peer, capabilities, first.outcomes.is_empty());
                }
            }
        }
    }
}

/// In lock-step nothing is said that can't succeed.
fn nothing_needless(peer: &Peer, capabilities: &[&str], failed: bool) {
    if !capabilities.contains(&"PIPELINING") {
        let second = peer.log.iter().position(|line| line.contains("s1@x")).unwrap();
        let said = peer.log[..second].iter().any(|line| line == "DATA" || line.starts_with("BDAT"));
        assert_eq!(said, !failed, "{:?}", peer.log);
    }
}

#[test]
fn lock_step() {
    play(
        &config(),
        &format!(
            "{}A: send 3
             C: MAIL FROM:<s0@x>
             W:
             S: 250 ok
             E: sender 0 250
             C: RCPT TO:<r0-0@x>
             W:
             S: 250 ok
             E: recipient 0.0 250
             C: RCPT TO:<r0-1@x>
             S: 550 no
             E: recipient 0.1 550
             C: RCPT TO:<r0-2@x>
             S: 452 too many
             E: recipient 0.2 452
             C: DATA
             S: 354 go
             E: body 0
             A: body Hello\\r\\n
             E: body 0
             A: finish
             C: Hello
             C: .
             W:
             S: 250 taken
             E: outcome 0 250
             E: ready",
            opening("")
        ),
    );
}

#[test]
fn lock_step_and_nobody_there() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             S: 250 ok
             E: sender 0 250
             C: RCPT TO:<r0-0@x>
             S: 550 no
             E: recipient 0.0 550
             E: not sent 0 no recipients
             C: RSET
             W:
             S: 250 ok
             E: ready
             A: send 1
             C: MAIL FROM:<s1@x>
             S: 450 no
             E: sender 1 450
             E: not sent 1 sender 450
             E: ready
             A: quit
             C: QUIT",
            opening("CHUNKING")
        ),
    );
}

/// RFC 2920 section 3.1: the dialogue that gets servers and clients out of step.
#[test]
fn the_lone_dot() {
    play(
        &config(),
        &format!(
            "{}A: send 2
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: RCPT TO:<r0-1@x>
             C: DATA
             W:
             S: 250 ok
             S: 550 no
             S: 450 later
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 550
             E: recipient 0.1 450
             C: .
             E: ready
             A: idle
             W:
             S: 250 whatever
             E: not sent 0 no recipients
             E: ready
             A: send 1
             C: MAIL FROM:<s1@x>
             C: RCPT TO:<r1-0@x>
             C: DATA
             S: 550 no
             S: 503 no
             S: 354 go
             E: sender 1 550
             E: recipient 1.0 503
             C: .
             E: ready
             A: idle
             S: 554 no
             E: not sent 1 sender 550
             E: ready",
            opening("PIPELINING")
        ),
    );
}

#[test]
fn refused_data_is_followed_by_rset_and_no_content() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 451 no
             E: sender 0 250
             E: recipient 0.0 250
             E: not sent 0 content 451
             E: ready
             A: send 1
             C: RSET
             C: MAIL FROM:<s1@x>
             C: RCPT TO:<r1-0@x>
             C: DATA
             S: 250 reset
             S: 250 ok
             S: 550 no
             S: 554 nobody
             E: sender 1 250
             E: recipient 1.0 550
             E: not sent 1 no recipients
             E: ready
             A: quit
             C: RSET
             C: QUIT
             S: 250 reset
             S: 221 bye
             E: closed quit",
            opening("PIPELINING")
        ),
    );
}

/// A server that does not forget is no server to send another message to.
#[test]
fn a_refused_rset_is_the_end() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             S: 250 ok
             E: sender 0 250
             C: RCPT TO:<r0-0@x>
             S: 550 no
             E: recipient 0.0 550
             E: not sent 0 no recipients
             C: RSET
             S: 502 what?
             E: fault reply 502 to RSET
             E: closed fault
             D:",
            opening("")
        ),
    );
}

#[test]
fn messages_behind_each_other() {
    play(
        &Config { chunking: Chunking::Never, ..config() },
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 250
             E: body 0
             A: finish
             E: ready
             A: send 1
             C: .
             C: MAIL FROM:<s1@x>
             C: RCPT TO:<r1-0@x>
             C: DATA
             W:
             S: 250 taken
             S: 250 ok
             S: 550 no
             S: 503 no
             E: outcome 0 250
             E: sender 1 250
             E: recipient 1.0 550
             E: not sent 1 no recipients
             E: ready
             A: send 1
             C: RSET
             C: MAIL FROM:<s2@x>",
            opening("PIPELINING,CHUNKING")
        ),
    );
}

/// QUIT goes behind the message, and is never taken for a part of it.
#[test]
fn quit_behind_a_message() {
    let start = String::from(
        "A: send 1
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 354 go
         E: sender 0 250
         E: recipient 0.0 250
         E: body 0
         A: body x
         E: body 0
         A: finish
         E: ready
         A: quit
         C: x
         C: .
         C: QUIT
         W:\n",
    );
    let start = opening("PIPELINING") + &start;
    for (end, told) in [
        ("S: 250 taken\nS: 221 bye", "outcome 0 250\nE: closed quit"),
        ("S: 552 no\nX:", "outcome 0 552\nE: closed quit"),
        ("S: 421 no", "not sent 0 unknown unavailable 421\nE: closed unavailable 421"),
        ("X:", "not sent 0 unknown peer\nE: closed peer"),
        (
            "S: 354 hm",
            "fault reply 354 to the message\nE: not sent 0 unknown fault\nE: closed fault",
        ),
    ] {
        play(&config(), &format!("{start}{end}\nE: {told}\nD:"));
    }
}
