//! The next hop's words.

use super::hop::{Answer, Hop};
use super::process::{Relay, is_silent};
use crate::processes::raw::Raw;

const NONE: [&str; 0] = [];

#[test]
fn are_passed_on() {
    let hop = Hop::new(&["PIPELINING"], |heard| match heard {
        "MAIL FROM:<a@x>" => Answer::Say("250 2.1.0 sender fine"),
        "RCPT TO:<a@y>" => Answer::Say("250 2.1.5 a fine"),
        "RCPT TO:<b@y>" => Answer::Say("550 5.1.1 <b@y> unknown here"),
        "RCPT TO:<c@y>" => Answer::Say("450 4.2.1 c is busy"),
        "RCPT TO:<d@y>" => Answer::Say("251 2.1.5 forwarded"),
        "RCPT TO:<e@y>" => Answer::Say("250 e, plainly"),
        "RCPT TO:<f@y>" => Answer::Say("553 f, plainly"),
        "RCPT TO:<g@y>" => Answer::Say("550-5.7.1 not you,\r\n550 5.7.1 whoever you are"),
        "RCPT TO:<h@y>" => Answer::Say("599 5.9.9 never heard of"),
        "." => Answer::Say("250 2.6.0 queued as 42"),
        _ => Answer::Usual,
    });
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    for (command, reply) in [
        ("MAIL FROM:<a@x>", "250 2.1.0 sender fine"),
        ("RCPT TO:<a@y>", "250 2.1.5 a fine"),
        ("RCPT TO:<b@y>", "550 5.1.1 <b@y> unknown here"),
        ("RCPT TO:<c@y>", "450 4.2.1 c is busy"),
        ("RCPT TO:<d@y>", "251 2.1.5 forwarded"),
        ("RCPT TO:<e@y>", "250 2.1.5 e, plainly"),
        ("RCPT TO:<f@y>", "553 5.0.0 f, plainly"),
        ("RCPT TO:<g@y>", "550-5.7.1 not you,\r\n550 5.7.1 whoever you are"),
        ("RCPT TO:<h@y>", "599 5.9.9 never heard of"),
    ] {
        assert_eq!(sender.say(command), format!("{reply}\r\n"));
    }
    assert!(sender.say("DATA").starts_with("354"));
    assert_eq!(sender.say("text\r\n."), "250 2.6.0 queued as 42\r\n");
    assert_eq!(hop.heard()[0], "MAIL FROM:<a@x>");
    assert_eq!(hop.heard()[1..9].last().unwrap(), "RCPT TO:<h@y>");
    assert_eq!(hop.heard()[9..], ["DATA", "."]);
}

#[test]
fn to_pipelined_commands_come_in_order() {
    let hop = Hop::new(&["PIPELINING"], |heard| match heard {
        "RCPT TO:<b@y>" => Answer::Say("550 5.1.1 no b"),
        _ => Answer::Usual,
    });
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    let group = "MAIL FROM:<a@x>\r\nRCPT TO:<a@y>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nDATA\r\n";
    for _ in 0..3 {
        sender.write(group.as_bytes());
        let replies: Vec<String> = (0..5).map(|_| sender.reply()).collect();
        let codes: Vec<&str> = replies.iter().map(|reply| &reply[..3]).collect();
        assert_eq!(codes, ["250", "250", "550", "250", "354"]);
        // Behind a message may come the next one's group.
        sender.write(format!("text\r\n.\r\n{group}").as_bytes());
        assert!(sender.reply().starts_with("250"));
        for code in codes {
            assert!(sender.reply().starts_with(code));
        }
        assert!(sender.say("text\r\n.").starts_with("250"));
    }
    assert_eq!((hop.messages().len(), hop.connections()), (6, 1));
}

/// Or the sender waits for the first of them as long as for all of them.
#[test]
fn do_not_wait_for_the_next_one() {
    let hop = Hop::new(&[], |heard| match heard {
        "RCPT TO:<b@y>" | "." => Answer::Hold,
        _ => Answer::Usual,
    });
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    sender.write(b"MAIL FROM:<a@x>\r\nRCPT TO:<a@y>\r\nRCPT TO:<b@y>\r\nDATA\r\n");
    hop.wait_for("RCPT TO:<b@y>");
    for _ in ["MAIL", "RCPT"] {
        assert!(sender.reply().starts_with("250"));
    }
    hop.go_on();
    assert!(sender.reply().starts_with("250"));
    assert!(sender.reply().starts_with("354"));
}

/// The 250 is the next hop's.
#[test]
fn to_the_message_are_waited_for() {
    for offers in [&[][..], &["CHUNKING"]] {
        let hop = Hop::new(offers, |heard| if heard == "." { Answer::Hold } else { Answer::Usual });
        let relay = Relay::to(hop.address, NONE);
        let stream = relay.connect();
        let mut sender = Raw::new(stream.try_clone().unwrap());
        sender.say_all(&["EHLO c", "MAIL FROM:<a@x>", "RCPT TO:<a@y>", "DATA"]);
        sender.write(b"text\r\n.\r\n");
        hop.wait_for(".");
        // The relay is at work for others meanwhile.
        assert!(relay.sender().say("QUIT").starts_with("221"));
        assert!(is_silent(&stream));
        hop.go_on();
        assert_eq!(sender.reply(), "250 2.0.0 taken\r\n");
    }
}

#[test]
fn that_refuse_end_what_they_are_about() {
    let hop = Hop::new(&["PIPELINING"], |heard| match heard {
        "MAIL FROM:<bad@x>" => Answer::Say("550 5.7.1 bad sender"),
        "MAIL FROM:<slow@x>" => Answer::Say("450 4.7.1 greylisted"),
        _ => Answer::Usual,
    });
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    assert_eq!(sender.say("MAIL FROM:<bad@x>"), "550 5.7.1 bad sender\r\n");
    assert_eq!(sender.say("MAIL FROM:<slow@x>"), "450 4.7.1 greylisted\r\n");
    sender.say_all(&["MAIL FROM:<a@x>", "RCPT TO:<a@y>", "DATA", "text\r\n."]);
    assert_eq!((hop.messages().len(), hop.connections()), (1, 1));
}

#[test]
fn that_refuse_the_message() {
    // DATA, the message after DATA, the only chunk, a chunk before the last.
    for (offers, refused) in [
        (&["PIPELINING"][..], "DATA"),
        (&["PIPELINING"], "."),
        (&["CHUNKING", "PIPELINING"], "."),
        (&["CHUNKING", "PIPELINING"], "BDAT"),
        (&["CHUNKING"], "BDAT"),
    ] {
        let hop = Hop::new(offers, move |heard| {
            if heard.starts_with(refused) && !heard.ends_with("LAST") {
                return Answer::Say("554 5.7.1 spam");
            }
            Answer::Usual
        });
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        for _ in 0..2 {
            sender.say_all(&["MAIL FROM:<a@x>", "RCPT TO:<a@y>"]);
            let reply = sender.say("DATA");
            let reply = if refused == "DATA" {
                assert!(sender.say("RCPT TO:<b@y>").starts_with("554"), "it is over there");
                sender.say_all(&["RSET"]);
                reply
            } else {
                assert!(reply.starts_with("354"), "{reply}");
                let line = "x".repeat(70) + "\r\n";
                sender.say(&(line.repeat(10_000) + "."))
            };
            assert_eq!(reply, "554 5.7.1 spam\r\n", "{offers:?} {refused}");
        }
        assert_eq!((hop.messages().len(), hop.connections()), (0, 1), "{:?}", hop.heard());
    }
}
