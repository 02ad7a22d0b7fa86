//! LMTP on either side.

use tempfile::tempdir;

use super::hop::{Answer, Hop};
use super::process::Relay;
use crate::processes::adapter::TOKIO;
use crate::processes::raw::Raw;

const MAIL: &str = "MAIL FROM:<a@x>";

fn lmtp_sender(relay: &Relay) -> Raw {
    let mut sender = Raw::new(relay.connect());
    sender.say_all(&["LHLO client.example"]);
    sender
}

/// What a next hop says that knows all but `c@y`, and has no room for `b@y`.
fn choosy(heard: &str) -> Answer {
    match heard {
        "RCPT TO:<c@y>" => Answer::Say("550 5.1.1 no c"),
        ".<b@y>" => Answer::Say("452 4.2.2 b is full"),
        _ => Answer::Usual,
    }
}

/// Each recipient has an outcome of its own, and SMTP one for all: so it is one at a time.
#[test]
fn at_the_next_hop_only() {
    let hop = Hop::new(&["PIPELINING", "CHUNKING"], choosy);
    let relay = Relay::to(hop.address, ["--to-lmtp"]);
    let mut sender = relay.sender();
    sender.say_all(&[MAIL]);
    assert_eq!(sender.say("RCPT TO:<c@y>"), "550 5.1.1 no c\r\n");
    sender.say_all(&["RCPT TO:<a@y>"]);
    assert!(sender.say("RCPT TO:<b@y>").starts_with("452 4.5.3"));
    sender.say_all(&["DATA"]);
    assert_eq!(sender.say("text\r\n."), "250 2.0.0 taken\r\n");
    // The sender goes on with the rest.
    sender.say_all(&[MAIL, "RCPT TO:<b@y>", "DATA"]);
    assert_eq!(sender.say("text\r\n."), "452 4.2.2 b is full\r\n");
    assert_eq!((hop.connections(), hop.messages().len()), (1, 1));
}

#[test]
fn with_the_sender_only() {
    for offers in [&["PIPELINING"][..], &["PIPELINING", "CHUNKING"]] {
        let hop = Hop::new(offers, |heard| match heard {
            "." => Answer::Say("554 5.6.0 no such thing"),
            _ => choosy(heard),
        });
        let relay = Relay::to(hop.address, ["--lmtp"]);
        let mut sender = lmtp_sender(&relay);
        sender.say_all(&[MAIL, "RCPT TO:<a@y>", "RCPT TO:<b@y>"]);
        assert_eq!(sender.say("RCPT TO:<c@y>"), "550 5.1.1 no c\r\n");
        sender.say_all(&["DATA"]);
        assert_eq!(sender.say("text\r\n."), "554 5.6.0 no such thing\r\n");
        assert_eq!(sender.reply(), "554 5.6.0 no such thing\r\n");
        sender.say_all(&["NOOP"]);
    }
    let receive = TOKIO.receive::<&str>([]);
    let relay = Relay::to(receive.address(), ["--lmtp"]);
    let sent = TOKIO.send(relay.address()).arg("--lmtp").to("a@y").to("b@y").message(b"text\n");
    assert_eq!(sent.status, 0, "{}", sent.stderr);
    let stored = receive.take_one().unwrap();
    assert_eq!(stored.envelope["to"].as_array().unwrap().len(), 2);
    assert!(String::from_utf8(stored.content).unwrap().contains(" with LMTP;"));
}

#[test]
fn on_both_sides() {
    for offers in [&["PIPELINING"][..], &["PIPELINING", "CHUNKING"]] {
        let hop = Hop::new(offers, choosy);
        let relay = Relay::to(hop.address, ["--lmtp", "--to-lmtp"]);
        let mut sender = lmtp_sender(&relay);
        for _ in 0..2 {
            sender.say_all(&[MAIL, "RCPT TO:<a@y>"]);
            assert_eq!(sender.say("RCPT TO:<c@y>"), "550 5.1.1 no c\r\n");
            sender.say_all(&["RCPT TO:<b@y>", "RCPT TO:<d@y>", "DATA"]);
            assert_eq!(sender.say("text\r\n."), "250 2.0.0 taken\r\n");
            assert_eq!(sender.reply(), "452 4.2.2 b is full\r\n");
            assert_eq!(sender.reply(), "250 2.0.0 taken\r\n");
        }
        assert_eq!((hop.connections(), hop.messages().len()), (1, 4));
    }
}

/// What was accepted stays accepted.
#[test]
fn the_next_hop_is_lost_between_two_outcomes() {
    let hop = Hop::new(&["PIPELINING"], |heard| match heard {
        ".<c@y>" => Answer::Close,
        _ => Answer::Usual,
    });
    let relay = Relay::to(hop.address, ["--lmtp", "--to-lmtp"]);
    let mut sender = lmtp_sender(&relay);
    sender.say_all(&[MAIL, "RCPT TO:<a@y>", "RCPT TO:<b@y>", "RCPT TO:<c@y>", "RCPT TO:<d@y>"]);
    sender.say_all(&["DATA"]);
    sender.say_all(&["text\r\n."]);
    assert!(sender.reply().starts_with("250"));
    for _ in ["c", "d"] {
        assert!(sender.reply().starts_with("451 4.4.2"));
    }
    assert_eq!(hop.messages().len(), 2);
    sender.say_all(&[MAIL]);
}

#[test]
fn over_unix_sockets() {
    let dir = tempdir().unwrap();
    let path = |name: &str| format!("unix:{}", dir.path().join(name).display());
    let receive = TOKIO.receive_at(&path("receive"), ["--lmtp"]);
    let relay = Relay::at(&path("relay"), path("receive"), ["--lmtp", "--to-lmtp"]);
    for _ in 0..3 {
        let sender = TOKIO.send_to(&path("relay")).arg("--lmtp").to("a@y").to("b@y");
        let sent = sender.message(b"text\n");
        assert_eq!(sent.status, 0, "{}", sent.stderr);
        let stored = receive.take_one().unwrap();
        let content = String::from_utf8(stored.content).unwrap();
        assert!(content.contains("\r\n\tby relay.example with LMTP;\r\n"), "{content}");
    }
    drop(relay);
}
