//! The content: dots, newlines, back-pressure, and giving up.

use alloc::format;

use bytes::{Buf, Bytes};

use super::config;
use super::rig::{Rig, opening, play};
use crate::body::{BareNewline, OutgoingNewlines};
use crate::client::{BodyError, Config};
use crate::error::Misuse;
use crate::machine::{Machine, Step};

fn after_354(body: &str) -> alloc::string::String {
    format!(
        "{}A: send 1
         C: MAIL FROM:<s0@x>
         S: 250 ok
         E: sender 0 250
         C: RCPT TO:<r0-0@x>
         S: 250 ok
         E: recipient 0.0 250
         C: DATA
         S: 354 go
         E: body 0
         {body}",
        opening("")
    )
}

#[test]
fn data_is_stuffed_and_normalised() {
    play(
        &config(),
        &after_354(
            "A: body .\\n
             E: body 0
             A: body .\\r\\n..x\\r
             E: body 0
             A: body \\n\\n.
             E: body 0
             A: finish
             C: ..
             C: ..
             C: ...x
             C: 
             C: ..
             C: .
             W:",
        ),
    );
}

#[test]
fn an_empty_message() {
    play(&config(), &after_354("A: finish\nC: .\nS: 250 ok\nE: outcome 0 250\nE: ready"));
}

#[test]
fn bare_newlines_refused() {
    for capabilities in ["", "CHUNKING"] {
        let mut rig =
            Rig::new(Config { newlines: OutgoingNewlines::Refuse, ..config() }, usize::MAX);
        rig.play(&opening(capabilities));
        rig.play("A: send 1\nC: MAIL FROM:<s0@x>\nS: 250 ok\nE: sender 0 250");
        rig.play("C: RCPT TO:<r0-0@x>\nS: 250 ok\nE: recipient 0.0 250");
        if capabilities.is_empty() {
            rig.play("C: DATA\nS: 354 go");
        }
        rig.play("E: body 0");
        let refused = Err(BodyError::BareNewline(BareNewline { cr: false, at: 1 }));
        assert_eq!(rig.client.body(Bytes::from_static(b"a\nb")), refused);
        rig.play("A: body ab\\r");
        rig.play("E: body 0");
        assert!(matches!(rig.client.finish(), Err(BodyError::BareNewline(_))));
        rig.play("A: abandon");
    }
}

/// After DATA there is no way back: whatever ends the content makes it a message.
#[test]
fn abandoning_after_data_ends_the_connection() {
    let mut rig = Rig::new(config(), 1);
    rig.play(&after_354("A: body half of it\nE: body 0\nA: abandon"));
    assert!(rig.client.outbox.is_empty());
    rig.play("E: not sent 0 abandoned\nE: closed abandoned\nD:");
    assert!(!rig.client.outbox.has_remaining());
}

/// A large message is asked for as it leaves, and shared on its way.
#[test]
fn backpressure() {
    for capabilities in ["PIPELINING", "CHUNKING,PIPELINING"] {
        let mut rig = Rig::new(config(), usize::MAX);
        rig.play(&opening(capabilities));
        rig.play("A: send 1");
        let piece = Bytes::from(alloc::vec![b'x'; 64 << 10]);
        let chunked = capabilities.contains("CHUNKING");
        if chunked {
            rig.play("E: body 0\nA: body x\\n\nE: body 0");
            rig.client.body(piece.clone()).unwrap();
            rig.play("C: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nC: BDAT 3\nC: x");
            rig.play("S: 250 a\nS: 250 b\nS: 250 c\nE: sender 0 250\nE: recipient 0.0 250");
        } else {
            rig.play("C: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nC: DATA");
            rig.play("S: 250 a\nS: 250 b\nS: 354 c\nE: sender 0 250\nE: recipient 0.0 250");
        }
        rig.takes = 16 << 10;
        rig.run();
        for _ in 0..50 {
            rig.client.body(piece.clone()).unwrap();
            rig.run();
            let mut slices = rig.client.outbox.slices();
            let range = piece.as_ptr_range();
            assert!(slices.any(|slice| range.contains(&slice.as_ptr())), "shared");
        }
        assert!(rig.most_queued < 128 << 10, "{}", rig.most_queued);
    }
}

#[test]
fn answers_without_the_question() {
    let mut rig = Rig::new(config(), 1);
    assert_eq!(rig.client.body(Bytes::new()), Err(Misuse::NoQuestion.into()));
    assert_eq!(rig.client.finish(), Err(Misuse::NoQuestion.into()));
    assert_eq!(rig.client.abandon(), Err(Misuse::NoQuestion));
    rig.play(&opening(""));
    let wrong = Misuse::WrongAnswer("no content is wanted");
    assert_eq!(rig.client.body(Bytes::new()), Err(wrong.into()));
    assert_eq!(rig.client.finish(), Err(wrong.into()));
    assert_eq!(rig.client.abandon(), Err(wrong));
    rig.play("A: noop\nC: NOOP\nS: 250 ok\nE: answer 250\nE: ready");
}

/// A server that has seen enough does not wait for the end of the message to say so.
#[test]
fn a_refusal_before_the_end_is_heard() {
    for (reply, told) in
        [("552 too large", "not sent 0 content 552"), ("250 what?", "fault reply 250")]
    {
        let mut rig = Rig::new(config(), usize::MAX);
        rig.play(&after_354(""));
        rig.takes = 1; // the server reads hardly any more
        rig.client.body(Bytes::from(alloc::vec![b'x'; 128 << 10])).unwrap();
        rig.play(&format!("S: {reply}"));
        rig.run();
        assert!(rig.told().starts_with(told), "{}", rig.told());
        assert!(!rig.output.ends_with(b".\r\n"), "never a final dot");
        assert!(matches!(rig.client.poll(rig.now), Step::Done));
    }
}
