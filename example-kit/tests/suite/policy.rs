//! Clients without manners.

use std::time::{Duration, Instant};

use crate::ADAPTER;
use crate::processes::raw::Raw;

#[test]
fn who_does_not_wait_for_the_greeting_is_refused() {
    let server = ADAPTER.receive(["--greeting-delay", "1"]);
    let began = Instant::now();
    let mut early = Raw::ungreeted(server.connect());
    let mut patient = Raw::new(server.connect());
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert!(patient.say("EHLO client.example").starts_with("250"));

    early.write(b"EHLO client.example\r\n");
    assert!(early.reply().starts_with("220"), "it has waited long enough");

    let mut early = Raw::ungreeted(server.connect());
    assert!(early.say("EHLO client.example").starts_with("554 "));
    assert!(early.reply().starts_with("503 "), "the reply to EHLO");
    assert!(early.say("QUIT").starts_with("221 "));
    server.wait_for_log("octets before the greeting");
    assert_eq!(ADAPTER.send(server.address()).message(b"\n").status, 0);
    assert_eq!(server.take().len(), 1);
}

#[test]
fn who_does_not_wait_for_replies_is_sent_away() {
    let server = ADAPTER.receive(["--unauthorized-pipelining", "1"]);
    let mut hasty = Raw::new(server.connect());
    hasty.write(b"EHLO client.example\r\nMAIL FROM:<>\r\n");
    assert!(hasty.reply().starts_with("421 4.7.0 "));
    assert_eq!(hasty.reply(), "");

    let mut hasty = Raw::new(server.connect());
    hasty.say_all(&["EHLO client.example"]);
    hasty.write(b"MAIL FROM:<>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nText\r\n.\r\n");
    let replies = [hasty.reply(), hasty.reply(), hasty.reply(), hasty.reply()];
    assert!(replies[2].starts_with("421 4.7.0 "), "{replies:?}");
    assert_eq!(replies[3], "");

    // What `send` does is in order.
    let send = ADAPTER.send(server.address()).args(["--repeat", "3"]);
    assert_eq!(send.clone().message(b"\n").status, 0);
    assert_eq!(send.arg("--no-chunking").message(b"\n").status, 0);
    assert_eq!(server.take().len(), 6);
}

#[test]
fn who_errs_too_often_is_sent_away() {
    let server = ADAPTER.receive(["--error-rate", "3/60"]);
    let mut client = Raw::new(server.connect());
    client.say_all(&["EHLO client.example"]);
    for _ in 0..2 {
        assert!(client.say("WHAT").starts_with("500 "));
        client.say_all(&["MAIL FROM:<>", "RCPT TO:<b@example.net>", "DATA", "Text\r\n."]);
    }
    assert!(client.say("WHAT").starts_with("500 "));
    assert!(client.reply().starts_with("421 4.7.0 "));
    assert_eq!(server.take().len(), 2);
}
