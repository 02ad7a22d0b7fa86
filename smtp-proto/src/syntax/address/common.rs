//! The addresses that nearly everybody has, recognised in one pass over the octets.
//!
//! No rule is here that the others of this module do not have, and nothing is refused: `None` leaves an
//! address to them. The tests hold that both come to the same result.

use super::{HelloName, MAX_DOMAIN, MAX_LABEL, MAX_LOCAL_PART, MAX_MAILBOX, Mailbox};
use crate::syntax::{class, words};

impl<'a> Mailbox<&'a str> {
    /// The mailbox that `text` begins with, and what is behind it: a local part without quotes, and a
    /// domain.
    pub(in crate::syntax) fn common(text: &'a str) -> Option<(Mailbox<&'a str>, &'a str)> {
        let octets = text.as_bytes();
        let at_sign = local_part(octets)?;
        let end = domain(octets, at_sign + 1)?;
        let (mailbox, rest) = text.split_at_checked(end)?;
        (end <= MAX_MAILBOX).then(|| (Mailbox::scanned(mailbox, at_sign), rest))
    }
}

/// Where the local part ends, at the `@`.
fn local_part(octets: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let end = run_end(octets, from, class::ATEXT)?;
        match octets.get(end)? {
            b'.' => from = end + 1,
            b'@' if end <= MAX_LOCAL_PART => return Some(end),
            _ => return None,
        }
    }
}

/// Where the domain that starts at `start` ends, at the first octet that none can have.
fn domain(octets: &[u8], start: usize) -> Option<usize> {
    let mut from = start;
    loop {
        let end = run_end(octets, from, class::LABEL)?;
        if octets.get(from) == Some(&b'-')
            || octets.get(end - 1) == Some(&b'-')
            || end - from > MAX_LABEL
        {
            return None;
        }
        match octets.get(end) {
            Some(b'.') => from = end + 1,
            _ if end - start <= MAX_DOMAIN => return Some(end),
            _ => return None,
        }
    }
}

/// Where the run of octets of a class that starts at `from` ends; there has to be one.
fn run_end(octets: &[u8], from: usize, class: u8) -> Option<usize> {
    let run = octets.get(from..)?;
    let length = run.iter().position(|&octet| !class::is(octet, class))?;
    (length > 0).then_some(from + length)
}

impl<'a> HelloName<&'a str> {
    /// The name, if it is one.
    pub(in crate::syntax) fn common(octets: &'a [u8]) -> Option<HelloName<&'a str>> {
        if octets.is_empty() || octets.len() > MAX_DOMAIN || words::has_other_than_graphic(octets) {
            return None;
        }
        str::from_utf8(octets).ok().map(HelloName::scanned)
    }
}
