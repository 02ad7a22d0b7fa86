//! One command line after the other, from its first octet to a value or a refusal.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::str::from_utf8;

use smtp_proto::syntax::command::Command;

use crate::contest::{Absent, Contest, Contestant, Item, Side, Topic, Verdict, Work};
use crate::corpus::Lines;
use crate::corpus::commands::{ADDRESSES, ESMTP, INVALID, PARAMS, SESSION};

const ABSENT: &[Absent] = &[
    ("lettre, mail-send, async-smtp, io-smtp", "clients: they parse no commands"),
    ("mailin", "its parser is private: it takes part with its session, where there is one"),
];

fn corpus(name: &str) -> (Lines, &'static str) {
    match name {
        "session" => (SESSION, "EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT"),
        "esmtp" => (ESMTP, "EHLO, MAIL with SIZE and BODY, two RCPTs, BDAT, QUIT"),
        "params" => (PARAMS, "MAIL with five parameters"),
        "addresses" => (ADDRESSES, "long and odd addresses"),
        _ => (INVALID, "lines that are to be refused"),
    }
}

pub(super) fn topics() -> Vec<Topic> {
    ["session", "esmtp", "params", "addresses", "invalid"]
        .map(|name| {
            let (lines, about) = corpus(name);
            let right = if name == "invalid" { 0 } else { lines.len() };
            let lines = Some((right, lines.len()));
            Topic { group: "command", corpus: name, item: Item::Command, lines, about }
        })
        .into()
}

pub(super) fn contest(topic: Topic) -> Contest {
    let (lines, _) = corpus(topic.corpus);
    let bare = |line: &'static str| line.trim_end_matches("\r\n").as_bytes();
    let with_end = |line: &'static str| line.as_bytes();
    let mut contestants = vec![
        parser("smtp-proto (this)", Side::Ours, lines, bare, ours),
        parser("smtp-proto (this), finding the line end", Side::Ours, lines, with_end, |line| {
            without_end(line).is_some_and(ours)
        }),
        parser("Stalwart smtp-proto", Side::Peer, lines, with_end, |line| {
            black_box(stalwart::Request::parse(&mut line.iter())).is_ok()
        }),
        parser("mailrs-smtp-proto", Side::Peer, lines, bare, |line| {
            from_utf8(line)
                .is_ok_and(|line| black_box(mailrs_smtp_proto::parse_command(line)).is_ok())
        }),
        parser("smtp-codec", Side::Peer, lines, with_end, |line| {
            matches!(black_box(smtp_codec::parse::command::command(line)), Ok(([], _)))
        }),
        parser("kannader smtp-message", Side::Peer, lines, with_end, |line| {
            matches!(black_box(smtp_message::Command::<&str>::parse(line)), Ok(([], _)))
        }),
        parser("verb, path and parameters unchecked", Side::Limit, lines, with_end, |line| {
            black_box(parts(line)).is_some()
        }),
        httparse_limit(lines),
    ];
    // Lines of these are in an order that its session takes.
    if ["session", "esmtp"].contains(&topic.corpus) {
        contestants.insert(6, mailin(lines));
    }
    Contest { topic, items: lines.len(), contestants, absent: ABSENT }
}

/// Somebody who makes one call for each line. It has to accept as many each time.
fn parser(
    name: &'static str,
    side: Side,
    lines: Lines,
    as_given: impl Fn(&'static str) -> &'static [u8],
    parse: impl Fn(&[u8]) -> bool + 'static,
) -> Contestant {
    let lines: Vec<&[u8]> = lines.iter().map(|line| as_given(line)).collect();
    let count = move || lines.iter().filter(|line| parse(black_box(line))).count();
    let accepted = count();
    let verdict = if side == Side::Limit { Verdict::none() } else { Verdict::accepts(accepted) };
    Contestant::new(name, side, verdict, move || assert_eq!(count(), accepted))
}

fn ours(line: &[u8]) -> bool {
    black_box(Command::parse(line)).is_ok()
}

/// A line of those that end with CRLF.
fn without_end(line: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'\n', line)?;
    line.get(..end)?.strip_suffix(b"\r")
}

/// Its parser is to be had with the session around it only, so that it answers as well. A session ends
/// with QUIT, so that each pass has one of its own.
fn mailin(lines: Lines) -> Contestant {
    struct Sessions {
        lines: Lines,
        builder: mailin::SessionBuilder,
        accepted: usize,
    }
    impl Sessions {
        fn count(&self) -> usize {
            let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let mut session = self.builder.build(client, Anything);
            let mut accepted = 0;
            for line in self.lines {
                accepted += usize::from(!black_box(session.process(line.as_bytes())).is_error);
                if *line == "DATA\r\n" {
                    session.process(b".\r\n");
                }
            }
            accepted
        }
    }
    impl Work for Sessions {
        fn pass(&mut self) {
            assert_eq!(self.count(), self.accepted);
        }
    }
    let builder = mailin::SessionBuilder::new("mx.example.org");
    let mut sessions = Sessions { lines, builder, accepted: 0 };
    sessions.accepted = sessions.count();
    let verdict = Verdict::accepts(sessions.accepted);
    Contestant::new("mailin, with its session", Side::Peer, verdict, sessions)
}

struct Anything;

impl mailin::Handler for Anything {}

/// The verb, what is in angle brackets, and the words behind it.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let line = without_end(line)?;
    let (verb, rest) = match memchr::memchr(b' ', line) {
        Some(at) => line.split_at(at),
        None => (line, &[][..]),
    };
    let Some(open) = memchr::memchr(b'<', rest) else { return Some((verb, rest, 0)) };
    let close = memchr::memchr(b'>', rest).unwrap_or(rest.len());
    let path = rest.get(open + 1..close).unwrap_or_default();
    Some((verb, path, memchr::memchr_iter(b' ', rest.get(close..)?).count()))
}

/// A header field as long as the line, which httparse checks octet by octet.
fn httparse_limit(lines: Lines) -> Contestant {
    let fields: Vec<Vec<u8>> = lines
        .iter()
        .map(|line| {
            let text = line.len().saturating_sub("MAIL: \r\n".len());
            [b"MAIL: ", &b"x".repeat(text)[..], b"\r\n\r\n"].concat()
        })
        .collect();
    let parse = |field: &[u8]| {
        let mut headers = [httparse::EMPTY_HEADER; 1];
        black_box(httparse::parse_headers(black_box(field), &mut headers)).is_ok()
    };
    Contestant::new("httparse, lines as long", Side::Limit, Verdict::none(), move || {
        assert!(fields.iter().all(|field| parse(field)));
    })
}
