//! Senders that go, and the relay's own end.

use rustix::process::Signal;

use super::hop::{Answer, Hop};
use super::process::Relay;
use crate::processes::process::until;

const NONE: [&str; 0] = [];
const BEGIN: [&str; 2] = ["MAIL FROM:<a@x>", "RCPT TO:<b@y>"];

/// What was given up here is given up there: nothing of it becomes a message.
#[test]
fn a_sender_that_disappears() {
    for offers in [&["PIPELINING"][..], &["PIPELINING", "CHUNKING"]] {
        let hop = Hop::usual(offers);
        let relay = Relay::to(hop.address, NONE);
        let text = "x".repeat(70) + "\r\n";
        for content in ["", "DATA\r\n", "BDAT 1000000\r\n", "BDAT 1000000 LAST\r\n"] {
            for lines in [0, 1, 1000] {
                let before = hop.connections();
                let mut sender = relay.sender();
                sender.say_all(&BEGIN);
                if !content.is_empty() {
                    sender.write((content.to_owned() + &text.repeat(lines)).as_bytes());
                }
                drop(sender);
                until("the connection to be given up", || hop.closed() == before + 1);
            }
        }
        assert_eq!(hop.messages().len(), 0, "{:?}", hop.heard());
        relay.sender().say_all(&[BEGIN[0], BEGIN[1], "DATA", "text\r\n."]);
        assert_eq!(hop.messages().len(), 1);
    }
}

#[test]
fn a_sender_that_thinks_better_of_it() {
    let hop = Hop::usual(&["PIPELINING", "CHUNKING"]);
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    for command in ["RSET", "EHLO client.example"] {
        sender.say_all(&BEGIN);
        sender.say_all(&[command]);
    }
    sender.say_all(&BEGIN);
    sender.write(b"BDAT 6\r\ntext\r\n");
    assert!(sender.reply().starts_with("250"));
    sender.say_all(&["RSET", BEGIN[0], BEGIN[1], "DATA", "text\r\n.", "QUIT"]);
    until("QUIT", || hop.closed() == 1);
    assert_eq!((hop.connections(), hop.messages().len()), (1, 1));
    assert_eq!(hop.heard().iter().filter(|heard| *heard == "RSET").count(), 3);
}

#[test]
fn messages_in_progress_are_finished() {
    for signal in [Signal::TERM, Signal::INT] {
        let hop = Hop::usual(&[]);
        let mut relay = Relay::to(hop.address, NONE);
        let mut idle = relay.sender();
        let mut busy = relay.sender();
        busy.say_all(&BEGIN);
        busy.say_all(&["DATA"]);
        relay.signal(signal);
        assert!(idle.reply().starts_with("421 4.3.2"));
        assert!(busy.say("text\r\n.").starts_with("250"));
        assert!(busy.reply().starts_with("421 4.3.2"));
        drop((idle, busy));
        assert_eq!(relay.wait(), Some(0));
        assert_eq!(hop.messages().len(), 1);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let hop = Hop::new(&[], |heard| if heard == "." { Answer::Hold } else { Answer::Usual });
    let mut relay = Relay::to(hop.address, NONE);
    let mut busy = relay.sender();
    busy.say_all(&BEGIN);
    busy.say_all(&["DATA"]);
    busy.write(b"text\r\n.\r\n");
    hop.wait_for(".");
    relay.signal(Signal::TERM);
    relay.wait_for_log("finishing what is in progress");
    relay.signal(Signal::TERM);
    assert_eq!(relay.wait(), Some(0));
    assert_eq!(busy.reply(), "", "never a 250");
    hop.go_on();
}
