//! Numbers at the ends of their ranges: sizes of twenty digits, limits and deadlines without end. On
//! either machine nothing overflows, whatever the width of a pointer is.

#[allow(dead_code, reason = "some of it is for other tests")]
mod rig;

use std::time::Duration;

use bytes::Bytes;
use rig::{Next, Rig, Writes};
use smtp_proto::body::chunk::Chunk;
use smtp_proto::client::{self, Envelope};
use smtp_proto::limits::{ClientLimits, ServerLimits};
use smtp_proto::server;
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::Command;
use smtp_proto::timeouts::{ClientTimeouts, ServerTimeouts};
use smtp_proto::{Client, Machine, Server, Step, Time};

/// Numbers as they are written, and as SIZE reads them: twenty digits are all there may be (RFC 1870
/// section 3), and what does not fit into 64 bits is as good as the largest that does.
const NUMBERS: &[(&str, Option<u64>)] = &[
    ("0", Some(0)),
    ("00000000000000000000", Some(0)),
    ("4294967295", Some(u32::MAX as u64)),
    ("4294967296", Some(u32::MAX as u64 + 1)),
    ("9999999999", Some(9_999_999_999)),
    ("9999999999999999999", Some(9_999_999_999_999_999_999)),
    ("18446744073709551615", Some(u64::MAX)),
    ("18446744073709551616", Some(u64::MAX)),
    ("99999999999999999999", Some(u64::MAX)),
    ("100000000000000000000", None),
    ("999999999999999999999", None),
];

/// Nothing is limited that could overflow.
fn endless() -> server::Config {
    let mut config = server::Config::new("mx.example".parse().unwrap());
    config.extensions.push(Extension::Limits);
    config.limits = ServerLimits {
        message: u64::MAX,
        discard: u64::MAX,
        body_line: usize::MAX,
        reply_text: usize::MAX,
        recipients: usize::MAX,
        recipient_domains: usize::MAX,
        transactions: u32::MAX,
        errors: u32::MAX,
        useless: u32::MAX,
        rejections: u32::MAX,
        auth_attempts: u32::MAX,
        ..ServerLimits::default()
    };
    config.timeouts = ServerTimeouts {
        command: Duration::MAX,
        command_line: Duration::MAX,
        auth_response: Duration::MAX,
        data_block: Duration::MAX,
        body: Duration::MAX,
        handshake: Duration::MAX,
        write: Duration::MAX,
        close: Duration::MAX,
    };
    config
}

/// Says all of it to a server that says yes; the codes of its replies, and whether the last is not out.
fn converse(config: server::Config, input: &str) -> (Vec<String>, bool) {
    let mut rig = Rig::new(Server::new(config), Writes::All, 1);
    let mut rest = input.as_bytes();
    let over = loop {
        match rig.next().unwrap() {
            Next::Event(event) if event.is_question() => rig.machine.accept().unwrap(),
            Next::Event(_) => {}
            Next::Idle(_) if rest.is_empty() => break false,
            Next::Idle(_) => rest = &rest[rig.feed(rest)..],
            _ => break true,
        }
    };
    let output = String::from_utf8(rig.output).unwrap();
    let last = output.lines().filter(|line| line.as_bytes()[3] == b' ');
    (last.map(|line| line[..3].to_owned()).collect(), over)
}

#[test]
fn a_declared_size() {
    for (number, value) in NUMBERS {
        let input = format!("EHLO c.example\r\nMAIL FROM:<a@example> SIZE={number}\r\nNOOP\r\n");
        let (codes, over) = converse(endless(), &input);
        let expected = if value.is_some() { "250" } else { "501" };
        assert_eq!(codes, ["220", "250", expected, "250"], "{number}");
        assert!(!over);
        let (codes, _) = converse(server::Config::new("mx.example".parse().unwrap()), &input);
        let large = value.is_some_and(|value| value > 10_240_000);
        assert_eq!(codes[2], if large { "552" } else { expected }, "{number}");
    }
}

#[test]
fn a_chunk_of_any_size() {
    for (number, value) in NUMBERS {
        for last in ["", " LAST"] {
            let line = format!("BDAT {number}{last}");
            // RFC 3030 section 2: as many digits as anybody likes.
            let size = value.unwrap_or(u64::MAX);
            let read = Command::parse(line.as_bytes());
            assert_eq!(read, Ok(Command::Bdat { size, last: !last.is_empty() }), "{line}");
            let input = format!(
                "EHLO c.example\r\nMAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\n{line}\r\nNOOP\r\n"
            );
            let (codes, over) = converse(endless(), &input);
            // Of all the others, NOOP is a part.
            let behind: &[&str] = if size == 0 { &["250", "250"] } else { &[] };
            assert_eq!(codes[4..], *behind, "{line}");
            assert!(!over);
        }
    }
}

/// Two chunks whose sizes together are more than a number can hold.
#[test]
fn a_message_larger_than_can_be_counted() {
    let mut config = endless();
    config.limits.message = u64::MAX - 2000;
    config.limits.discard = 1000;
    let beginning =
        "EHLO c.example\r\nMAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nBDAT 6\r\n1234\r\n";
    let input = format!("{beginning}BDAT {}\r\nxx", u64::MAX);
    let (codes, over) = converse(config, &input);
    // It is refused from its beginning, and too large to be thrown away.
    assert_eq!(codes[4..], ["250", "552", "421"]);
    assert!(over);
    // Where there is no end to what is thrown away either, the octets are awaited.
    let (codes, over) = converse(endless(), &input);
    assert_eq!(codes[4..], ["250"]);
    assert!(!over);
}

#[test]
fn a_chunk_counts_down_from_the_largest_number() {
    let mut chunk = Chunk::new(u64::MAX, true);
    assert_eq!(chunk.take(usize::MAX), usize::MAX);
    assert_eq!(chunk.remaining(), u64::MAX - usize::MAX as u64);
}

/// Buffers of any size, and deadlines that never come: the machines work as ever.
#[test]
fn limits_and_deadlines_without_end() {
    let mut config = endless();
    config.limits.command_line = usize::MAX;
    config.limits.auth_line = usize::MAX;
    let input = "EHLO c.example\r\nMAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
    let (codes, over) = converse(config, input);
    assert_eq!(codes, ["220", "250", "250", "250", "354", "250", "221"]);
    assert!(over);

    let mut config = client::Config::new("client.example".parse().unwrap());
    config.timeouts = ClientTimeouts::all(Duration::MAX);
    config.limits = ClientLimits {
        reply_line: usize::MAX,
        reply_lines: usize::MAX,
        reply: usize::MAX,
        window: usize::MAX,
        piece: usize::MAX,
    };
    let replies = [
        "220 mx\r\n",
        "250-mx\r\n250-SIZE 18446744073709551615\r\n250-LIMITS RCPTMAX=99999999999999999999\r\n250 CHUNKING\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "221 bye\r\n",
    ];
    let mut rig = Rig::new(Client::new(config), Writes::All, 1);
    let mut replies = replies.iter();
    let (mut asked, mut outcomes) = (0, Vec::new());
    loop {
        match rig.next().unwrap() {
            Next::Event(client::Event::Ready) if asked == 0 => {
                asked += 1;
                let to: ForwardPath = "b@example".parse().unwrap();
                let mut envelope = Envelope::new("a@example".parse().unwrap(), [to]);
                envelope.size = Some(u64::MAX);
                rig.machine.send(envelope).unwrap();
            }
            Next::Event(client::Event::Ready) => rig.machine.quit().unwrap(),
            Next::Event(client::Event::Body { room, .. }) if asked == 1 => {
                asked += 1;
                assert_eq!(room, usize::MAX);
                rig.machine.body(Bytes::from_static(b"x")).unwrap();
            }
            Next::Event(client::Event::Body { .. }) => rig.machine.finish().unwrap(),
            Next::Event(client::Event::Outcome { reply, .. }) => {
                outcomes.push(reply.code().as_u16());
            }
            Next::Event(event) => assert!(!matches!(event, client::Event::Fault(_)), "{event:?}"),
            Next::Idle(_) => {
                let reply = replies.next().unwrap().as_bytes();
                assert_eq!(rig.feed(reply), reply.len());
            }
            _ => break,
        }
    }
    assert_eq!(outcomes, [250]);
    let output = String::from_utf8(rig.output).unwrap();
    assert!(output.contains("SIZE=18446744073709551615\r\n"), "{output}");
}

/// The clock itself may be at its end.
#[test]
fn time_at_its_end() {
    let mut server = Server::new(server::Config::new("mx.example".parse().unwrap()));
    let mut client = Client::new(client::Config::new("client.example".parse().unwrap()));
    for now in [Time::MAX.saturating_sub(Duration::from_secs(1)), Time::MAX] {
        while let Step::Event(event) = server.poll(now) {
            if event.is_question() {
                server.accept().unwrap();
            }
        }
        while let Step::Event(_) = client.poll(now) {}
    }
}
