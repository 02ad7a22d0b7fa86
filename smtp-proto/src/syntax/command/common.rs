//! The forms that nearly all commands have, known at a glance.
//!
//! No rule is here that is not in `parse` as well, and nothing is refused: what has another form, or is
//! wrong, is left to that. The tests hold that both come to the same result.

use super::Command;
use crate::syntax::address::{ForwardPath, HelloName, Mailbox, ReversePath};
use crate::syntax::params::Params;

/// The command, if it has such a form.
pub(super) fn parse(line: &[u8]) -> Option<Command<'_>> {
    let (verb, rest) = line.split_first_chunk()?;
    let Some((b' ', rest)) = rest.split_first() else {
        return if rest.is_empty() { alone(*verb) } else { None };
    };
    match &capitals(*verb) {
        b"MAIL" => mail(rest),
        b"RCPT" => rcpt(rest),
        b"EHLO" => HelloName::common(rest).map(Command::Ehlo),
        b"BDAT" => bdat(rest),
        _ => None,
    }
}

/// Without 0x20 an octet is a capital letter only if it was that letter in either case.
fn capitals<const N: usize>(octets: [u8; N]) -> [u8; N] {
    octets.map(|octet| octet & !0x20)
}

fn alone<'a>(verb: [u8; 4]) -> Option<Command<'a>> {
    Some(match &capitals(verb) {
        b"DATA" => Command::Data,
        b"RSET" => Command::Rset,
        b"NOOP" => Command::Noop(None),
        b"QUIT" => Command::Quit,
        _ => return None,
    })
}

fn mail(argument: &[u8]) -> Option<Command<'_>> {
    let [f, r, o, m, b':', b'<', path @ ..] = argument else { return None };
    if &capitals([*f, *r, *o, *m]) != b"FROM" {
        return None;
    }
    let path = str::from_utf8(path).ok()?;
    let (from, rest) = if path.starts_with('>') {
        (ReversePath::Null, path)
    } else {
        let (mailbox, rest) = Mailbox::common(path)?;
        (ReversePath::Mailbox(mailbox), rest)
    };
    Some(Command::Mail { from, params: params(rest)? })
}

fn rcpt(argument: &[u8]) -> Option<Command<'_>> {
    let [t, o, b':', b'<', path @ ..] = argument else { return None };
    if &capitals([*t, *o]) != b"TO" {
        return None;
    }
    let (mailbox, rest) = Mailbox::common(str::from_utf8(path).ok()?)?;
    Some(Command::Rcpt { to: ForwardPath::Mailbox(mailbox), params: params(rest)? })
}

/// The end of a path, and what stands behind it.
fn params(rest: &str) -> Option<Params<&str>> {
    match rest.as_bytes() {
        [b'>'] => Some(Params::none()),
        [b'>', b' ', .., last] if *last != b' ' => Params::parse(rest.get(2..)?).ok(),
        _ => None,
    }
}

fn bdat(argument: &[u8]) -> Option<Command<'_>> {
    let (digits, last) = match argument.split_last_chunk() {
        Some((digits, [b' ', l, a, s, t])) if &capitals([*l, *a, *s, *t]) == b"LAST" => {
            (digits, true)
        }
        _ => (argument, false),
    };
    // More than that may not fit.
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut size = 0;
    for octet in digits {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        size = size * 10 + u64::from(digit);
    }
    Some(Command::Bdat { size, last })
}
