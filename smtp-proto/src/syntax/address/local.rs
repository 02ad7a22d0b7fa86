//! `Local-part = Dot-string / Quoted-string` (RFC 5321 section 4.1.2).

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end"
)]

use super::{AddressError, AddressErrorKind as Kind, MAX_LOCAL_PART};
use crate::syntax::class;
use alloc::{borrow::Cow, string::String};

/// Where the local part that starts at `from` ends.
pub(super) fn scan(text: &str, from: usize) -> Result<usize, AddressError> {
    let end = if text.as_bytes().get(from) == Some(&b'"') {
        scan_quoted(text, from)?
    } else {
        scan_dot_string(text, from)?
    };
    if end - from > MAX_LOCAL_PART {
        return Err(AddressError { kind: Kind::LocalPartTooLong, at: from + MAX_LOCAL_PART });
    }
    Ok(end)
}

fn scan_dot_string(text: &str, from: usize) -> Result<usize, AddressError> {
    let octets = text.as_bytes();
    let mut at = from;
    loop {
        let end = class::run_end(octets, at, class::ATEXT);
        if end == at {
            let kind = match octets.get(at) {
                None | Some(b'@' | b'>') if at == from => Kind::LocalPartEmpty,
                None | Some(b'@' | b'>' | b'.') => Kind::LocalPartDot,
                Some(_) => Kind::LocalPartCharacter,
            };
            return Err(AddressError::new(text, kind, at));
        }
        if octets.get(end) != Some(&b'.') {
            return Ok(end);
        }
        at = end + 1;
    }
}

fn scan_quoted(text: &str, from: usize) -> Result<usize, AddressError> {
    let octets = text.as_bytes();
    let mut at = from + 1;
    loop {
        at = class::run_end(octets, at, class::QTEXT);
        match octets.get(at) {
            Some(b'"') if at == from + 1 => {
                return Err(AddressError { kind: Kind::QuotedEmpty, at: from });
            }
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match octets.get(at + 1) {
                Some(b' '..=b'~') => at += 2,
                Some(_) => return Err(AddressError::new(text, Kind::QuotedCharacter, at + 1)),
                None => return Err(AddressError { kind: Kind::QuotedUnclosed, at: from }),
            },
            Some(_) => return Err(AddressError::new(text, Kind::QuotedCharacter, at)),
            None => return Err(AddressError { kind: Kind::QuotedUnclosed, at: from }),
        }
    }
}

/// Why no `@` follows the local part that ends at `end`.
pub(super) fn no_at_sign(text: &str, from: usize, end: usize) -> AddressError {
    let octets = text.as_bytes();
    let kind = match octets.get(end) {
        None | Some(b'>') => Kind::MissingDomain,
        Some(_) if octets.get(from) == Some(&b'"') => Kind::MissingDomain,
        Some(_) => Kind::LocalPartCharacter,
    };
    AddressError::new(text, kind, end)
}

/// Whether `local`, without quotes, can be written at all.
pub(super) fn check_unquoted(local: &str) -> Result<(), AddressError> {
    let octets = local.as_bytes();
    if octets.is_empty() {
        return Err(AddressError { kind: Kind::LocalPartEmpty, at: 0 });
    }
    let mut at = 0;
    loop {
        at = class::run_end(octets, at, class::QTEXT);
        match octets.get(at) {
            None => return Ok(()),
            Some(b'"' | b'\\') => at += 1,
            Some(_) => return Err(AddressError::new(local, Kind::QuotedCharacter, at)),
        }
    }
}

/// Appends `local` in quotes, or as it is if it needs none.
pub(super) fn quote(local: &str, out: &mut String) {
    if scan_dot_string(local, 0) == Ok(local.len()) {
        out.push_str(local);
        return;
    }
    out.push('"');
    for character in local.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

/// What is between the quotes, if there are any.
fn inside(local: &str) -> Option<&str> {
    local.strip_prefix('"')?.strip_suffix('"')
}

/// The local part without its quotes and backslashes.
pub(super) fn unquote(local: &str) -> Cow<'_, str> {
    match inside(local) {
        None => Cow::Borrowed(local),
        Some(inside) if !inside.contains('\\') => Cow::Borrowed(inside),
        Some(_) => Cow::Owned(meaning(local).collect()),
    }
}

/// The characters that a local part stands for.
pub(super) fn meaning(local: &str) -> impl Iterator<Item = char> {
    let inside = inside(local);
    let mut characters = inside.unwrap_or(local).chars();
    core::iter::from_fn(move || match characters.next() {
        // A backslash can't stand in a local part without quotes, nor last in one with quotes.
        Some('\\') => characters.next(),
        character => character,
    })
}
