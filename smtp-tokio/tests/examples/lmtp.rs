//! LMTP on both sides.

use crate::fake::{Answer, serve};
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;
use crate::processes::send::Send;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

#[test]
fn one_message_many_answers() {
    let server = Receive::start(["--lmtp"]);
    let send = Send::to_server(server.address).arg("--lmtp").arg("-v");
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
    let lmtp = Receive::start(["--lmtp"]);
    assert!(Raw::new(lmtp.connect()).say("EHLO client.example").starts_with("500 5.5.1"));
    assert_eq!(Send::to_server(lmtp.address).message(MESSAGE).status, 69);
    let smtp = Receive::start::<&str>([]);
    assert!(Raw::new(smtp.connect()).say("LHLO client.example").starts_with("500 5.5.1"));
    assert_eq!(Send::to_server(smtp.address).arg("--lmtp").message(MESSAGE).status, 69);
}

#[test]
fn each_recipient_has_a_fate_of_its_own() {
    let server = serve(|heard| {
        (heard == ".").then_some(Answer::Say("250 2.0.0 taken\r\n452 4.2.2 mailbox full\r\n"))
    });
    let send = Send::to_server(server).arg("--lmtp");
    let finished = send.to("b@example.net").to("c@example.net").message(MESSAGE);
    assert_eq!(finished.status, 75, "{finished:?}");
    assert!(finished.stderr.contains("<c@example.net> refused: 452 4.2.2 mailbox full"));
    assert!(finished.stdout.contains("1 accepted, 1 refused"), "{finished:?}");
}
