//! Replies, as a client reads them.

use std::hint::black_box;
use std::str::{FromStr, from_utf8};

use io_smtp::rfc5321::{SmtpEhloResponse, SmtpResponse};
use lettre::transport::smtp::response::Response;
use smtp_proto::syntax::reply::{Reply, ReplyParser};
use stalwart::response::parser::ResponseReceiver;

use crate::contest::{Absent, Contest, Contestant, Item, Side, Topic, Verdict};
use crate::corpus::Lines;
use crate::corpus::replies::{EHLO, LINES};

const ABSENT: &[Absent] = &[
    ("mailrs-smtp-proto, mailin", "servers: they parse no replies"),
    ("mail-send", "parses replies with Stalwart's smtp-proto"),
    ("async-smtp", "its parser is private: see the client sessions"),
];

pub(super) fn topics() -> Vec<Topic> {
    let topic = |corpus, lines: Lines, about| {
        let lines = Some((lines.len(), lines.len()));
        Topic { group: "reply", corpus, item: Item::Reply, lines, about }
    };
    vec![
        topic("one line", LINES, "four typical replies of one line"),
        topic("EHLO", EHLO, "a reply to EHLO of ten lines"),
    ]
}

pub(super) fn contest(topic: Topic) -> Contest {
    let replies = if topic.corpus == "EHLO" { EHLO } else { LINES };
    let mut contestants = vec![
        parser("smtp-proto (this), Reply::parse", Side::Ours, replies, |reply| {
            Some(black_box(Reply::parse(reply)).ok()?.code().as_u16())
        }),
        ours_line_by_line(replies),
        parser("Stalwart smtp-proto", Side::Peer, replies, |reply| {
            let mut receiver = ResponseReceiver::default();
            Some(black_box(receiver.parse(&mut reply.iter())).ok()?.code)
        }),
        parser("lettre", Side::Peer, replies, |reply| {
            let response = black_box(Response::from_str(from_utf8(reply).ok()?)).ok()?;
            Some(u16::from(response.code()))
        }),
        parser("smtp-codec, Reply_line", Side::Peer, replies, |reply| {
            let ([], line) = black_box(smtp_codec::parse::response::Reply_line(reply)).ok()? else {
                return None;
            };
            Some(smtp_codec::parse::response::Reply_code(line).ok()?.1)
        }),
        parser("kannader smtp-message", Side::Peer, replies, |reply| {
            match black_box(smtp_message::Reply::<&str>::parse(reply)) {
                Ok(([], reply)) => Some(reply.code.code()),
                _ => None,
            }
        }),
        parser("io-smtp, SmtpResponse", Side::Peer, replies, |reply| {
            Some(black_box(SmtpResponse::parse(reply)).ok()?.code.code())
        }),
    ];
    if topic.corpus == "EHLO" {
        contestants.extend([
            parser("Stalwart smtp-proto, EhloResponse", Side::Peer, replies, |reply| {
                black_box(stalwart::EhloResponse::parse(&mut reply.iter())).ok().map(|_| 250)
            }),
            parser("io-smtp, SmtpEhloResponse", Side::Peer, replies, |reply| {
                black_box(SmtpEhloResponse::parse(reply)).ok().map(|_| 250)
            }),
            parser("smtp-codec, ehlo_ok_rsp", Side::Peer, replies, |reply| {
                black_box(smtp_codec::parse::response::ehlo_ok_rsp(reply)).ok().map(|_| 250)
            }),
        ]);
    }
    contestants.push(parser("lines and digits", Side::Limit, replies, limit));
    Contest { topic, items: replies.len(), contestants, absent: ABSENT }
}

/// Somebody who is given the reply whole. The codes have to be the same each time.
fn parser(
    name: &'static str,
    side: Side,
    replies: Lines,
    parse: impl Fn(&[u8]) -> Option<u16> + 'static,
) -> Contestant {
    let replies: Vec<(&str, Option<u16>)> =
        replies.iter().map(|reply| (*reply, reply[..3].parse().ok())).collect();
    let count = move || {
        let right =
            |(reply, code): &&(&str, Option<u16>)| parse(black_box(reply.as_bytes())) == *code;
        replies.iter().filter(right).count()
    };
    let accepted = count();
    let verdict = Verdict::accepts(accepted);
    Contestant::new(name, side, verdict, move || assert_eq!(count(), accepted))
}

/// As the client does it: one line after the other, without CRLF.
fn ours_line_by_line(replies: Lines) -> Contestant {
    let mut parser = ReplyParser::default();
    let mut count = move || {
        let mut done = 0;
        for reply in replies {
            let mut rest = black_box(reply.as_bytes());
            while let Some(end) = memchr::memchr(b'\n', rest) {
                let line = rest.get(..end).and_then(|line| line.strip_suffix(b"\r"));
                let reply = black_box(parser.push(line.unwrap_or_default()));
                done += usize::from(matches!(reply, Ok(Some(_))));
                rest = rest.get(end + 1..).unwrap_or_default();
            }
        }
        done
    };
    let accepted = count();
    let name = "smtp-proto (this), ReplyParser";
    let verdict = Verdict::accepts(accepted);
    Contestant::new(name, Side::Ours, verdict, move || assert_eq!(count(), accepted))
}

/// Where the lines end, and what the last one begins with.
fn limit(reply: &[u8]) -> Option<u16> {
    let mut rest = reply;
    loop {
        let end = memchr::memchr(b'\n', rest)?;
        if let [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ', ..] = rest {
            let [a, b, c] = [a, b, c].map(|digit| u16::from(digit - b'0'));
            return Some(a * 100 + b * 10 + c);
        }
        rest = rest.get(end + 1..)?;
    }
}
