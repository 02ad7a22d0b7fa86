//! What a message holds, octet by octet, and what is added to it.

use super::hop::{Answer, Hop};
use super::process::Relay;
use crate::processes::adapter::TOKIO;
use crate::processes::corpus;
use crate::processes::process::until;

const NONE: [&str; 0] = [];
const BEGIN: [&str; 2] = ["MAIL FROM:<a@x>", "RCPT TO:<b@y>"];

/// The relay's own trace, and what is behind it.
fn trace_and_rest(content: &[u8]) -> (String, &[u8]) {
    let lines = content.split_inclusive(|octet| *octet == b'\n');
    let length = lines.scan(0, |at, line| {
        let belongs = *at == 0 || line.starts_with(b"\t");
        *at += line.len();
        belongs.then_some(*at)
    });
    let (trace, rest) = content.split_at(length.last().unwrap_or(0));
    (String::from_utf8(trace.to_vec()).expect("text"), rest)
}

#[test]
fn goes_through_unchanged_by_data_and_by_chunks() {
    const OFFERS: [&str; 4] = ["PIPELINING", "8BITMIME", "SIZE 60000000", "CHUNKING"];
    for (hop_chunks, sender_chunks) in [(false, false), (false, true), (true, false), (true, true)]
    {
        let hop = Hop::usual(if hop_chunks { &OFFERS } else { &OFFERS[..3] });
        let relay = Relay::to(hop.address, NONE);
        for (number, sample) in corpus::all().iter().enumerate() {
            let options: &[&str] = if sender_chunks { &[] } else { &["--no-chunking"] };
            let sent = TOKIO.send(relay.address()).args(options).message(&sample.content);
            assert_eq!(sent.status, 0, "{}: {}", sample.name, sent.stderr);
            let by = if hop_chunks { "BDAT" } else { "DATA" };
            assert!(hop.heard().iter().any(|heard| heard.starts_with(by)));
            // DATA has lines only: the last one is completed.
            let exact = hop_chunks && sender_chunks;
            let expected = if exact { sample.content.clone() } else { sample.in_lines() };
            let got = &hop.messages()[number];
            let (trace, rest) = trace_and_rest(got);
            assert!(trace.starts_with("Received: from "), "{trace}");
            assert!(rest == expected, "{}: {} octets", sample.name, rest.len());
        }
    }
}

#[test]
fn of_any_octets_at_all_goes_by_chunks() {
    let receive = TOKIO.receive(NONE);
    let relay = Relay::to(receive.address(), NONE);
    let octets: Vec<u8> =
        (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut sender = relay.sender();
    sender.say_all(&["MAIL FROM:<a@x> BODY=BINARYMIME", "RCPT TO:<b@y>"]);
    for (chunk, last) in [(&octets[..70_000], ""), (&octets[70_000..], " LAST")] {
        sender.write(format!("BDAT {}{last}\r\n", chunk.len()).as_bytes());
        sender.write(chunk);
        assert!(sender.reply().starts_with("250"));
    }
    let stored = receive.take_one().unwrap();
    assert!(trace_and_rest(&stored.content).1 == octets);
    assert_eq!(stored.envelope["parameters"]["mail"]["BODY"], "BINARYMIME");
}

#[test]
fn with_bare_newlines_does_not_go_through() {
    for offers in [&[][..], &["CHUNKING"]] {
        let hop = Hop::usual(offers);
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        for text in ["a\nb\r\n", "a\rb\r\n", "a\n.\r\nb\r\n", "a\r\n.\nb\r\n"] {
            sender.say_all(&BEGIN);
            sender.say_all(&["DATA"]);
            assert!(sender.say(&format!("{text}.")).starts_with("550 5.6.0"));
            sender.say_all(&BEGIN);
            sender.write(format!("BDAT {} LAST\r\n{text}", text.len()).as_bytes());
            assert!(sender.reply().starts_with("550 5.6.0"));
        }
        sender.say_all(&BEGIN);
        sender.say_all(&["DATA", "good\r\n."]);
        let messages = hop.messages();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].ends_with(b"\r\ngood\r\n"));
    }
}

/// It is on its way before there is more of it, and the next hop is heard in the meantime.
#[test]
fn does_not_wait_for_more() {
    for offers in [&[][..], &["CHUNKING"]] {
        let hop = Hop::usual(offers);
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        sender.say_all(&BEGIN);
        sender.say_all(&["DATA"]);
        // The newest chunk is held back until it is known whether it is the last.
        until("content at the next hop", || {
            sender.write(b"X-Slow: yes\r\n");
            hop.octets() > 0
        });
        hop.say("421 4.3.2 not now");
        relay.wait_for_log("421");
        assert_eq!(sender.say("\r\ntext\r\n."), "451 4.3.2 not now\r\n");
        assert_eq!(hop.messages().len(), 0);
    }
}

#[test]
fn of_nothing_is_a_message_too() {
    let hop = Hop::usual(&["CHUNKING"]);
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    sender.say_all(&BEGIN);
    sender.say_all(&["DATA", ".", "MAIL FROM:<a@x>", "RCPT TO:<b@y>", "BDAT 0 LAST"]);
    for message in hop.messages() {
        assert_eq!(trace_and_rest(&message).1, b"");
    }
    assert_eq!(hop.messages().len(), 2);
}

/// RFC 5321 section 4.4.
#[test]
fn gets_a_trace() {
    let hop = Hop::usual(&["SMTPUTF8", "8BITMIME"]);
    let relay = Relay::to(hop.address, NONE);
    for (hello, mail, from, with) in [
        ("EHLO client.example", BEGIN[0], "client.example ([127.0.0.1])", "ESMTP"),
        ("HELO client.example", BEGIN[0], "client.example ([127.0.0.1])", "SMTP"),
        ("EHLO [192.0.2.1]", "MAIL FROM:<a@x> SMTPUTF8", "[192.0.2.1] ([127.0.0.1])", "UTF8SMTP"),
        ("EHLO a(b);c<d>,e_f", BEGIN[0], "a?b??c?d??e_f ([127.0.0.1])", "ESMTP"),
    ] {
        let mut sender = relay.sender();
        sender.say_all(&[hello, mail, BEGIN[1], "DATA", "text\r\n."]);
        let messages = hop.messages();
        let (trace, _) = trace_and_rest(messages.last().unwrap());
        let date = trace.strip_prefix(&format!(
            "Received: from {from}\r\n\tby relay.example with {with};\r\n\t"
        ));
        let date = date.and_then(|date| date.strip_suffix("\r\n"));
        let date = date.unwrap_or_else(|| panic!("{trace}"));
        time::OffsetDateTime::parse(date, &time::format_description::well_known::Rfc2822).unwrap();
    }
}

/// RFC 5321 section 6.3.
#[test]
fn that_goes_in_circles_is_stopped() {
    for offers in [&[][..], &["CHUNKING"]] {
        let hop = Hop::usual(offers);
        let relay = Relay::to(hop.address, NONE);
        let hops = |count: usize| {
            let trace = "Received: from a by b;\r\n\tReceived: no\r\nSubject: Received: no\r\n";
            trace.replacen("Received:", "receiveD:", 1).repeat(count)
        };
        let body = "\r\n".to_owned() + &"Received: of old\r\n".repeat(200);
        for (count, reply) in [(100, "250 2.0.0"), (101, "554 5.4.0"), (10_000, "554 5.4.0")] {
            let mut sender = relay.sender();
            sender.say_all(&BEGIN);
            sender.say_all(&["DATA"]);
            let said = sender.say(&(hops(count) + &body + "."));
            assert!(said.starts_with(reply), "{count}: {said}");
            // It may go on with something else.
            sender.say_all(&BEGIN);
            sender.say_all(&["DATA", "\r\ntext\r\n."]);
        }
        assert_eq!(hop.messages().len(), 4);
    }
}

#[test]
fn larger_than_allowed() {
    let hop = Hop::new(&["SIZE 1000"], |_| Answer::Usual);
    let relay = Relay::to(hop.address, ["--max-size", "2000"]);
    let mut sender = relay.sender();
    for size in [2001, 1001, 1000] {
        // With the trace in front even less fits.
        let reply = sender.say(&format!("MAIL FROM:<a@x> SIZE={size}"));
        assert!(reply.starts_with("552 5.3.4"), "{reply}");
    }
    sender.say_all(&["MAIL FROM:<a@x> SIZE=500", BEGIN[1], "DATA"]);
    assert!(
        sender
            .say(&("x".repeat(998) + "\r\n" + &"y".repeat(998) + "\r\nz\r\n."))
            .starts_with("552")
    );
    assert_eq!(hop.messages().len(), 0);
}
