//! Content in BDAT chunks: when they go, what a refusal does, and what follows them.

use alloc::format;

use bytes::Bytes;

use super::rig::{Rig, opening, play};
use super::{config, envelope};
use crate::syntax::params::BodyType;

#[test]
fn abandoning_chunks_takes_a_rset() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             E: body 0
             A: body one\\r\\n
             E: body 0
             A: body two\\r\\n
             E: body 0
             A: abandon
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: BDAT 5
             C: one
             E: ready
             A: idle
             W:
             S: 250 ok
             S: 250 ok
             S: 250 ok
             E: sender 0 250
             E: recipient 0.0 250
             E: not sent 0 abandoned
             E: ready
             A: send 1
             C: RSET
             C: MAIL FROM:<s1@x>",
            opening("CHUNKING,PIPELINING")
        ),
    );
}

#[test]
fn chunks_in_lock_step() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             S: 250 ok
             E: sender 0 250
             C: RCPT TO:<r0-0@x>
             S: 250 ok
             E: recipient 0.0 250
             E: body 0
             A: body one\\n
             E: body 0
             A: body .two\\r\\n
             E: body 0
             A: body
             E: body 0
             A: finish
             C: BDAT 5
             C: one
             W:
             S: 250 ok
             C: BDAT 6 LAST
             C: .two
             W:
             S: 250 taken
             E: outcome 0 250
             E: ready
             A: send 1
             C: MAIL FROM:<s1@x>
             S: 250 ok
             E: sender 1 250
             C: RCPT TO:<r1-0@x>
             S: 250 ok
             E: recipient 1.0 250
             E: body 1
             A: finish
             C: BDAT 0 LAST
             S: 250 taken
             E: outcome 1 250
             E: ready",
            opening("CHUNKING")
        ),
    );
}

#[test]
fn a_refused_chunk_stops_the_others() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             S: 250 ok
             E: sender 0 250
             C: RCPT TO:<r0-0@x>
             S: 250 ok
             E: recipient 0.0 250
             E: body 0
             A: body one\\r\\n
             E: body 0
             A: body two\\r\\n
             C: BDAT 5
             C: one
             E: body 0
             A: body three\\r\\n
             W:
             S: 552 full
             E: not sent 0 content 552
             C: RSET
             W:
             S: 250 ok
             E: ready",
            opening("CHUNKING")
        ),
    );
}

/// One group: envelope and content. The replies are counted, come what may.
#[test]
fn a_refused_chunk_in_a_group() {
    let start = format!(
        "{}A: send 1
         E: body 0
         A: body one\\r\\n
         E: body 0
         A: body two\\r\\n
         E: body 0
         A: finish
         E: ready
         A: idle
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: BDAT 5
         C: one
         C: BDAT 5 LAST
         C: two
         W:\n",
        opening("CHUNKING,PIPELINING")
    );
    for (replies, told) in [
        ("S: 250 a\nS: 250 b\nS: 250 c\nS: 250 d", "recipient 0.0 250\nE: outcome 0 250"),
        ("S: 250 a\nS: 250 b\nS: 250 c\nS: 552 d", "recipient 0.0 250\nE: outcome 0 552\nC: RSET"),
        (
            "S: 250 a\nS: 250 b\nS: 552 c\nS: 503 d",
            "recipient 0.0 250\nE: not sent 0 content 552\nC: RSET",
        ),
        // A server that has lost count of what it refused: the message can't be whole.
        (
            "S: 250 a\nS: 250 b\nS: 552 c\nS: 250 d",
            "recipient 0.0 250\nE: not sent 0 content 552\nC: RSET",
        ),
        (
            "S: 250 a\nS: 550 b\nS: 503 c\nS: 503 d",
            "recipient 0.0 550\nE: not sent 0 no recipients\nC: RSET",
        ),
        (
            "S: 250 a\nS: 550 b\nS: 250 c\nS: 250 d",
            "recipient 0.0 550\nE: not sent 0 no recipients\nC: RSET",
        ),
    ] {
        play(&config(), &format!("{start}{replies}\nE: sender 0 250\nE: {told}\nE: ready"));
    }
}

/// Behind a BDAT LAST without a reply comes RSET: should it be refused, the server's transaction is
/// still open, and would swallow our next recipients.
#[test]
fn rset_between_chunked_messages() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             E: body 0
             A: finish
             E: ready
             A: send 1
             E: body 1
             A: finish
             E: ready
             A: quit
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: BDAT 0 LAST
             C: RSET
             C: MAIL FROM:<s1@x>
             C: RCPT TO:<r1-0@x>
             C: BDAT 0 LAST
             C: QUIT
             S: 250 ok
             S: 550 no
             S: 503 no
             S: 250 reset
             S: 250 ok
             S: 250 ok
             S: 250 taken
             S: 221 bye
             E: sender 0 250
             E: recipient 0.0 550
             E: not sent 0 no recipients
             E: sender 1 250
             E: recipient 1.0 250
             E: outcome 1 250
             E: closed quit",
            opening("CHUNKING,PIPELINING")
        ),
    );
}

/// A large chunk waits until somebody is there to take it, a small one does not.
#[test]
fn content_that_does_not_fit_into_the_window_waits() {
    let mut rig = Rig::new(config(), 3);
    rig.play(&opening("CHUNKING,PIPELINING"));
    rig.play("A: send 1\nE: body 0");
    rig.client.body(Bytes::from(alloc::vec![b'x'; 20_000])).unwrap();
    rig.play("C: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nW:");
    rig.play("S: 250 ok\nE: sender 0 250\nW:\nS: 250 ok\nE: recipient 0.0 250\nE: body 0");
    rig.play("A: finish\nE: ready\nA: idle\nC: BDAT 20000 LAST");
}

#[test]
fn content_nobody_takes_is_not_sent() {
    let mut rig = Rig::new(config(), 3);
    rig.play(&opening("CHUNKING,PIPELINING"));
    rig.play("A: send 1\nE: body 0");
    rig.client.body(Bytes::from(alloc::vec![b'x'; 20_000])).unwrap();
    rig.play("C: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nS: 250 ok\nS: 550 no");
    rig.play("E: sender 0 250\nE: recipient 0.0 550\nE: not sent 0 no recipients\nE: ready");
    rig.play("A: idle\nC: RSET\nW:\nS: 250 ok\nE: ready");
}

#[test]
fn binary_content_is_sent_as_it_is() {
    let mut rig = Rig::new(config(), 3);
    rig.play(&opening("CHUNKING,BINARYMIME"));
    let binary = crate::client::Envelope { body: BodyType::BinaryMime, ..envelope(0, 1) };
    rig.client.send(binary).unwrap();
    rig.play("C: MAIL FROM:<s0@x> BODY=BINARYMIME\nS: 250 ok\nE: sender 0 250");
    rig.play("C: RCPT TO:<r0-0@x>\nS: 250 ok\nE: recipient 0.0 250\nE: body 0");
    rig.client.body(Bytes::from_static(b"\r\0\n.\r\n")).unwrap();
    rig.play("E: body 0\nA: finish\nC: BDAT 6 LAST");
    rig.play("C: \\r\\x00\\n.\nS: 250 ok\nE: outcome 0 250");
}
