//! Replies, read by us and by others.

use smtp_proto::syntax::reply::{ReplyError, ReplyParser};

use super::{Case, Class, Reading, class, codec, judge, stalwart};

/// How we read it: the error, if there is one.
type Own = Option<ReplyError>;

/// Takes octets for a stream that may begin with a reply, and asks everybody.
pub fn check(data: &[u8]) {
    judge(&STALWART, &against_stalwart(data));
    judge(&CODEC, &against_codec(data));
}

pub fn against_stalwart(data: &[u8]) -> Case<'_, Own> {
    case(data, stalwart::reply(data))
}

pub fn against_codec(data: &[u8]) -> Case<'_, Own> {
    case(data, codec::reply(data))
}

fn case(input: &[u8], theirs: Reading) -> Case<'_, Own> {
    let (ours, own) = match ours(input) {
        Ok(reading) => (reading, None),
        Err(error) => (Reading::Refused, Some(error)),
    };
    Case { input, own, ours, theirs }
}

/// The code, and how many octets were taken.
fn ours(octets: &[u8]) -> Result<Reading, ReplyError> {
    let mut parser = ReplyParser::default();
    let mut at = 0;
    while let Some(end) = octets[at..].windows(2).position(|pair| pair == b"\r\n") {
        let line = &octets[at..at + end];
        at += end + 2;
        if let Some(reply) = parser.push(line)? {
            return Ok(Reading::Taken(vec![reply.code().to_string(), at.to_string()]));
        }
    }
    Ok(Reading::Unknown)
}

/// The lines of the first reply, as far as they are there, each without its CRLF.
fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = input;
    std::iter::from_fn(move || {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (line, behind) = rest.split_at(end);
        rest = &behind[2..];
        Some(line)
    })
}

fn has_bare_newline(case: &Case<'_, Own>) -> bool {
    let mut lines: Vec<&[u8]> = lines(case.input).collect();
    let whole: usize = lines.iter().map(|line| line.len() + 2).sum();
    lines.push(&case.input[whole..]);
    lines.iter().any(|line| line.contains(&b'\n') || line.contains(&b'\r'))
}

/// A line that is no `textstring` behind its code.
fn has_other_text(case: &Case<'_, Own>) -> bool {
    let fits = |octet: &u8| matches!(octet, b'\t' | b' '..=b'~');
    lines(case.input).any(|line| !line.iter().all(fits))
}

pub const STALWART: [Class<Own>; 5] = [
    class("stalwart-reply-bare-newline", b"250 a\nb\r\n", has_bare_newline),
    class("stalwart-reply-code", b"999 a\r\n", |case| {
        matches!(case.own, Some(ReplyError::Code { .. }))
    }),
    class("stalwart-reply-code-changes", b"250-a\r\n550 b\r\n", |case| {
        matches!(case.own, Some(ReplyError::CodeChanged { .. }))
    }),
    class("stalwart-reply-length", LONG, |case| {
        case.theirs == Reading::Refused && case.input.len() > 4096
    }),
    class("stalwart-reply-earlier", b"xyz", |case| {
        case.ours == Reading::Unknown && case.theirs == Reading::Refused
    }),
];

const LONG: &[u8] = &[b'x'; 5000];

pub const CODEC: [Class<Own>; 5] = [
    class("codec-reply-code", b"999 a\r\n", |case| {
        matches!(case.own, Some(ReplyError::Code { .. }))
    }),
    class("codec-reply-code-changes", b"250-a\r\n550 b\r\n", |case| {
        matches!(case.own, Some(ReplyError::CodeChanged { .. }))
    }),
    class("codec-reply-text", b"550 \xff\r\n", |case| {
        case.theirs == Reading::Refused && has_other_text(case)
    }),
    class("codec-reply-empty-text", b"334 \r\n", |case| {
        case.theirs == Reading::Refused && lines(case.input).any(|line| line.len() == 4)
    }),
    class("codec-reply-earlier", b"xyz", |case| {
        case.ours == Reading::Unknown && case.theirs == Reading::Refused
    }),
];
