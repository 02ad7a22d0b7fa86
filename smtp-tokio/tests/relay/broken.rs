//! Next hops that are not there, or not any more: the sender is to try again, and nothing is lost
//! or doubled.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::hop::{Answer, Hop};
use super::process::Relay;
use crate::processes::process::until;

const NONE: [&str; 0] = [];
const BEGIN: [&str; 2] = ["MAIL FROM:<a@x>", "RCPT TO:<b@y>"];
const LOST: &str = "451 4.4.2 The connection to the next hop was lost\r\n";

#[test]
fn down_and_up_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let relay = Relay::to(address, NONE);
    let mut sender = relay.sender();
    for _ in 0..2 {
        assert_eq!(sender.say(BEGIN[0]), "451 4.4.1 The next hop can't be reached\r\n");
    }
    let hop = Hop::at(TcpListener::bind(address).unwrap(), &[], |_| Answer::Usual);
    sender.say_all(&BEGIN);
    sender.say_all(&["DATA", "text\r\n."]);
    assert_eq!(hop.messages().len(), 1);
}

#[test]
fn not_willing() {
    for (heard, said, told) in [
        (
            "",
            "554 5.3.2 no service",
            "451 4.3.2 The next hop takes no mail from here: 554 5.3.2 no service",
        ),
        (
            "",
            "421 4.3.2 too many",
            "451 4.3.2 The next hop takes no mail from here: 421 4.3.2 too many",
        ),
        ("MAIL FROM:<a@x>", "421 4.3.2 going down", "451 4.3.2 going down"),
        ("MAIL FROM:<a@x>", "421 going down", "451 4.4.2 going down"),
        ("MAIL FROM:<a@x>", "999 what?", "451 4.5.0 The next hop does not keep to the protocol"),
        ("MAIL FROM:<a@x>", "354 what?", "451 4.5.0 The next hop does not keep to the protocol"),
    ] {
        let hop = Hop::new(&[], move |said_to| match said_to {
            _ if said_to == heard => Answer::Say(said),
            _ => Answer::Usual,
        });
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        for attempt in 1..=2 {
            assert_eq!(sender.say(BEGIN[0]), format!("{told}\r\n"));
            assert_eq!(hop.connections(), attempt);
        }
        assert!(sender.say("NOOP").starts_with("250"), "the sender may stay");
    }
}

/// In every way a connection can end, at every point. The next transaction has another.
#[test]
fn gone() {
    for (point, told) in [
        ("MAIL FROM:<a@x>", LOST),
        ("RCPT TO:<b@y>", LOST),
        ("DATA", LOST),
        (".", "451 4.4.2 The next hop got the message and was lost before it answered\r\n"),
    ] {
        for answer in [Answer::Close, Answer::Say("421 4.3.0 bye")] {
            let hop =
                Hop::new(
                    &["PIPELINING"],
                    move |heard| {
                        if heard == point { answer } else { Answer::Usual }
                    },
                );
            let relay = Relay::to(hop.address, NONE);
            let mut sender = relay.sender();
            for attempt in 1..=2 {
                let commands = [BEGIN[0], BEGIN[1], "DATA", "text\r\n."];
                let mut replies = commands.into_iter().map(|command| sender.say(command));
                let refusal = replies.find(|reply| !reply.starts_with(['2', '3'])).unwrap();
                match answer {
                    Answer::Close => assert_eq!(refusal, told, "{point}"),
                    _ => assert_eq!(refusal, "451 4.3.0 bye\r\n", "{point}"),
                }
                assert_eq!((hop.connections(), hop.messages().len()), (attempt, 0));
                sender.say_all(&["RSET"]);
            }
        }
    }
}

#[test]
fn gone_in_the_middle_of_the_content() {
    for offers in [&[][..], &["CHUNKING"]] {
        let hop = Hop::new(offers, |heard| match heard.split(' ').next() {
            Some("DATA") => Answer::Take(100_000),
            Some("BDAT") => Answer::Take(500),
            _ => Answer::Usual,
        });
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        let text = ("x".repeat(70) + "\r\n").repeat(40_000);
        for attempt in 1..=2 {
            sender.say_all(&BEGIN);
            sender.say_all(&["DATA"]);
            assert_eq!(sender.say(&(text.clone() + ".")), LOST);
            assert_eq!((hop.connections(), hop.messages().len()), (attempt, 0));
        }
    }
}

/// Said while the next hop has nothing to do.
#[test]
fn gone_unasked() {
    let hop = Hop::usual(&[]);
    let relay = Relay::to(hop.address, ["--verbose"]);
    let mut sender = relay.sender();
    let message = || [BEGIN[0], BEGIN[1], "DATA", "text\r\n."];
    sender.say_all(&message());
    // Between two messages: the next one goes over another connection.
    hop.say("421 4.3.2 idle for too long");
    until("the relay to notice", || relay.log().contains("idle for too long"));
    sender.say_all(&message());
    hop.close();
    sender.say_all(&message());
    assert_eq!((hop.connections(), hop.messages().len()), (3, 3));
    // In the middle of an envelope: there it is over, whoever is added.
    sender.say_all(&BEGIN);
    hop.say("421 4.3.2 too slow");
    until("the relay to notice", || relay.log().contains("too slow"));
    assert_eq!(sender.say("RCPT TO:<c@y>"), "451 4.3.2 too slow\r\n");
    assert_eq!(sender.say("DATA"), "451 4.3.2 too slow\r\n");
    sender.write(b"BDAT 6 LAST\r\ntext\r\n");
    assert_eq!(sender.reply(), "451 4.3.2 too slow\r\n");
    sender.say_all(&message());
    assert_eq!((hop.connections(), hop.messages().len()), (4, 4));
}

/// The connection that was kept is closed in the very moment the next message comes.
#[test]
fn gone_with_the_next_mail() {
    let count = AtomicUsize::new(0);
    let hop = Hop::new(&[], move |heard| {
        if !heard.starts_with("MAIL") {
            return Answer::Usual;
        }
        match count.fetch_add(1, Ordering::SeqCst) {
            1 => Answer::Close,
            3 => Answer::Say("421 4.7.0 too many messages"),
            _ => Answer::Usual,
        }
    });
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    for _ in 0..4 {
        sender.say_all(&[BEGIN[0], BEGIN[1], "DATA", "text\r\n."]);
    }
    assert_eq!((hop.connections(), hop.messages().len()), (3, 4));
}

#[test]
fn silent() {
    for point in ["", "MAIL FROM:<a@x>", "RCPT TO:<b@y>", "DATA", "."] {
        let hop =
            Hop::new(
                &["PIPELINING"],
                move |heard| {
                    if heard == point { Answer::Hold } else { Answer::Usual }
                },
            );
        let relay = Relay::to(hop.address, ["--timeout", "1"]);
        let mut sender = relay.sender();
        let commands = [BEGIN[0], BEGIN[1], "DATA", "text\r\n."];
        let mut replies = commands.into_iter().map(|command| sender.say(command));
        let refusal = replies.find(|reply| !reply.starts_with(['2', '3'])).unwrap();
        assert!(refusal.starts_with("451 4.4.2"), "{point}: {refusal}");
        hop.go_on();
    }
}

/// A next hop that takes nothing for a while holds the sender up, and is not given up for that;
/// nor is the sender.
#[test]
fn slow() {
    let hop =
        Hop::new(&[], |heard| if heard == "RCPT TO:<b@y>" { Answer::Hold } else { Answer::Usual });
    let relay = Relay::to(hop.address, ["--timeout", "3"]);
    let mut sender = relay.sender();
    sender.say_all(&BEGIN[..1]);
    sender.write(b"RCPT TO:<b@y>\r\nDATA\r\n");
    hop.wait_for("RCPT TO:<b@y>");
    sleep(Duration::from_millis(2500));
    hop.go_on();
    assert!(sender.reply().starts_with("250"));
    sleep(Duration::from_secs(1));
    assert!(sender.reply().starts_with("354"));
    sender.say_all(&["text\r\n."]);
    assert_eq!(hop.messages().len(), 1);
}
