//! `Domain = sub-domain *("." sub-domain)` (RFC 5321 section 4.1.2).

use super::{AddressError, AddressErrorKind as Kind, MAX_DOMAIN, MAX_LABEL};
use crate::syntax::class;
use alloc::boxed::Box;
use core::{fmt, str::FromStr};

/// A domain name: letters, digits and hyphens in labels, or U-labels (RFC 6531 section 3.3).
///
/// No underscore, no trailing dot; a single label is a domain too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Domain<T = Box<str>>(T);

impl<'a> Domain<&'a str> {
    /// Takes the whole of `text` for a domain.
    pub fn parse(text: &'a str) -> Result<Domain<&'a str>, AddressError> {
        match scan(text, 0)? {
            end if end == text.len() => Ok(Domain(text)),
            end => Err(AddressError::new(text, Kind::DomainCharacter, end)),
        }
    }

    /// Wraps what [`scan`] has accepted.
    pub(super) fn scanned(text: &'a str) -> Domain<&'a str> {
        Domain(text)
    }
}

impl<T: AsRef<str>> Domain<T> {
    /// The domain as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// Whether it can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.as_str().is_ascii()
    }

    /// The same domain, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Domain<&str> {
        Domain(self.as_str())
    }

    /// The same domain, owned.
    #[must_use]
    pub fn into_owned(self) -> Domain
    where
        T: Into<Box<str>>,
    {
        Domain(self.0.into())
    }
}

impl<T: AsRef<str>> fmt::Display for Domain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Domain {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Domain, AddressError> {
        Domain::parse(text).map(Domain::into_owned)
    }
}

/// Where the domain that starts at `from` ends: at the first octet that no domain can have.
pub(super) fn scan(text: &str, from: usize) -> Result<usize, AddressError> {
    let octets = text.as_bytes();
    let mut at = from;
    loop {
        let end = class::run_end(octets, at, class::LABEL);
        if end == at {
            return Err(no_label(text, from, at));
        }
        check_label(octets, at, end)?;
        if octets.get(end) == Some(&b'.') {
            at = end + 1;
        } else if end - from > MAX_DOMAIN {
            return Err(AddressError { kind: Kind::DomainTooLong, at: from + MAX_DOMAIN });
        } else {
            return Ok(end);
        }
    }
}

fn check_label(octets: &[u8], from: usize, end: usize) -> Result<(), AddressError> {
    let label = octets.get(from..end).unwrap_or_default();
    if label.starts_with(b"-") {
        return Err(AddressError { kind: Kind::LabelHyphen, at: from });
    }
    if label.ends_with(b"-") {
        return Err(AddressError { kind: Kind::LabelHyphen, at: end - 1 });
    }
    if label.len() > MAX_LABEL && label.is_ascii() {
        return Err(AddressError { kind: Kind::LabelTooLong, at: from + MAX_LABEL });
    }
    Ok(())
}

/// Why there is no label at `at` in the domain that starts at `from`.
fn no_label(text: &str, from: usize, at: usize) -> AddressError {
    let kind = match text.as_bytes().get(at) {
        None | Some(b'>') if at == from => Kind::DomainEmpty,
        None | Some(b'>' | b'.') => Kind::LabelEmpty,
        Some(_) => Kind::DomainCharacter,
    };
    AddressError::new(text, kind, at)
}
