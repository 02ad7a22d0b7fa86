//! LMTP (RFC 2033): a reply for each accepted recipient.

use alloc::format;
use alloc::string::String;

use super::lmtp;
use super::rig::{opening, play};

fn lhlo(capabilities: &str) -> String {
    opening(capabilities).replace("EHLO", "LHLO")
}

#[test]
fn each_accepted_recipient_has_an_outcome() {
    let start = format!(
        "{}A: send 3
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: RCPT TO:<r0-1@x>
         C: RCPT TO:<r0-2@x>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 550 no
         S: 250 ok
         S: 354 go
         E: sender 0 250
         E: recipient 0.0 250
         E: recipient 0.1 550
         E: recipient 0.2 250
         E: body 0
         A: finish
         E: ready
         A: send 1
         C: .
         C: MAIL FROM:<s1@x>
         C: RCPT TO:<r1-0@x>
         C: DATA
         W:\n",
        lhlo("PIPELINING")
    );
    play(
        &lmtp(),
        &format!(
            "{start}S: 250 ok
             E: outcome 0.0 250
             W:
             S: 452 full
             E: outcome 0.2 452
             S: 250 ok
             E: sender 1 250"
        ),
    );
    play(
        &lmtp(),
        &format!(
            "{start}S: 250 ok
             E: outcome 0.0 250
             S: 421 bye
             E: not sent 0 unknown unavailable 421
             E: not sent 1 closed unavailable 421
             E: closed unavailable 421
             D:"
        ),
    );
}

#[test]
fn nobody_accepted() {
    let start = format!(
        "{}A: send 1
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: DATA
         S: 250 ok
         S: 550 no
         E: sender 0 250
         E: recipient 0.0 550\n",
        lhlo("PIPELINING")
    );
    play(
        &lmtp(),
        &format!("{start}S: 503 no\nE: not sent 0 no recipients\nE: ready\nA: idle\nC: RSET"),
    );
    // RFC 2033 section 4.2 allows nothing but 503.
    play(
        &lmtp(),
        &format!(
            "{start}S: 354 go\nE: fault reply 354 to DATA\nE: not sent 0 no recipients\nE: closed fault\nD:"
        ),
    );
}

#[test]
fn chunks_wait_for_the_recipients() {
    let start = format!(
        "{}A: send 2
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: RCPT TO:<r0-1@x>
         W:
         S: 250 ok
         S: 250 ok
         E: sender 0 250
         E: recipient 0.0 250
         W:\n",
        lhlo("PIPELINING,CHUNKING")
    );
    play(
        &lmtp(),
        &format!(
            "{start}S: 250 ok
             E: recipient 0.1 250
             E: body 0
             A: body one\\n
             E: body 0
             A: body two\\n
             E: body 0
             A: finish
             C: BDAT 5
             C: one
             W:
             S: 250 ok
             E: ready
             A: quit
             C: BDAT 5 LAST
             C: two
             C: QUIT
             W:
             S: 250 ok
             S: 550 no
             S: 221 bye
             E: outcome 0.0 250
             E: outcome 0.1 550
             E: closed quit
             D:"
        ),
    );
    play(
        &lmtp(),
        &format!(
            "{start}S: 550 no
             E: recipient 0.1 550
             E: body 0
             A: body one\\n
             E: body 0
             A: body two\\n
             E: body 0
             A: finish
             C: BDAT 5
             C: one
             S: 452 full
             E: not sent 0 content 452
             E: ready
             A: idle
             C: RSET
             W:"
        ),
    );
}
