//! LMTP on both sides.

use super::fake::{Answer, serve};
use crate::ADAPTER;
use crate::processes::raw::Raw;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

#[test]
fn one_message_many_answers() {
    let server = ADAPTER.receive(["--lmtp"]);
    let send = ADAPTER.send(server.address()).arg("--lmtp").arg("-v");
    let finished = send.to("b@example.net").to("c@example.net").message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");
    let stored = server.take_one().unwrap();
    assert_eq!(stored.content, MESSAGE);
    assert_eq!(stored.envelope["client"]["protocol"], "LMTP");
    assert_eq!(stored.envelope["to"].as_array().map(Vec::len), Some(2));
    let id = stored.envelope["id"].as_str().expect("an ID");
    assert_eq!(finished.stderr.matches(id).count(), 2, "{finished:?}");
}

#[test]
fn the_dialects_do_not_understand_each_other() {
    let lmtp = ADAPTER.receive(["--lmtp"]);
    assert!(Raw::new(lmtp.connect()).say("EHLO client.example").starts_with("500 "));
    assert_eq!(ADAPTER.send(lmtp.address()).message(MESSAGE).status, 69);
    let smtp = ADAPTER.receive::<&str>([]);
    assert!(Raw::new(smtp.connect()).say("LHLO client.example").starts_with("500 "));
    assert_eq!(ADAPTER.send(smtp.address()).arg("--lmtp").message(MESSAGE).status, 69);
}

#[test]
fn each_recipient_has_a_fate_of_its_own() {
    let server = serve(|heard| {
        (heard == ".").then_some(Answer::Say("250 2.0.0 taken\r\n452 4.2.2 mailbox full\r\n"))
    });
    let send = ADAPTER.send(server).arg("--lmtp");
    let finished = send.to("b@example.net").to("c@example.net").message(MESSAGE);
    assert_eq!(finished.status, 75, "{finished:?}");
    assert!(finished.stderr.contains("<c@example.net> refused: 452 4.2.2 mailbox full"));
    assert!(finished.stdout.contains("1 accepted, 1 refused"), "{finished:?}");
}
