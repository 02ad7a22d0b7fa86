//! `Path = "<" [ A-d-l ":" ] Mailbox ">"` (RFC 5321 section 4.1.2).

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end"
)]

use super::{AddressError, AddressErrorKind as Kind, MAX_PATH, Mailbox, domain, mailbox};

/// The path, if nothing comes behind it.
pub(super) fn whole<P>(text: &str, (path, rest): (P, &str)) -> Result<P, AddressError> {
    if rest.is_empty() {
        return Ok(path);
    }
    Err(AddressError::new(text, Kind::Trailing, text.len() - rest.len()))
}

/// The mailbox of the path that `text` starts with, and what comes behind the path.
pub(super) fn parse(text: &str) -> Result<(Mailbox<&str>, &str), AddressError> {
    if !text.starts_with('<') {
        return Err(AddressError::new(text, Kind::MissingOpen, 0));
    }
    let from = skip_route(text, 1)?;
    let (at_sign, end) = mailbox::scan(text, from)?;
    if text.as_bytes().get(end) != Some(&b'>') {
        return Err(no_close(text, end));
    }
    if end + 1 > MAX_PATH {
        return Err(AddressError { kind: Kind::PathTooLong, at: MAX_PATH });
    }
    let mailbox = text.get(from..end).unwrap_or_default();
    let rest = text.get(end + 1..).unwrap_or_default();
    Ok((Mailbox::scanned(mailbox, at_sign - from), rest))
}

/// `A-d-l = At-domain *( "," At-domain )`: where the mailbox behind it and its colon starts.
fn skip_route(text: &str, from: usize) -> Result<usize, AddressError> {
    let octets = text.as_bytes();
    let mut at = from;
    while octets.get(at) == Some(&b'@') {
        at = domain::scan(text, at + 1)?;
        match octets.get(at) {
            Some(b',') if octets.get(at + 1) == Some(&b'@') => at += 1,
            Some(b':') => return Ok(at + 1),
            _ => return Err(AddressError::new(text, Kind::Route, at)),
        }
    }
    Ok(at)
}

/// Why no `>` follows the mailbox that ends at `end`.
fn no_close(text: &str, end: usize) -> AddressError {
    let domain = text.as_bytes().get(end - 1) != Some(&b']');
    let kind = match text.as_bytes().get(end) {
        // A space: the bracket has been forgotten, and parameters follow.
        None | Some(b' ') => Kind::MissingClose,
        Some(_) if domain => Kind::DomainCharacter,
        Some(_) => Kind::MissingClose,
    };
    AddressError::new(text, kind, end)
}
