//! `Mailbox = Local-part "@" ( Domain / address-literal )` (RFC 5321 section 4.1.2).

use super::{
    AddressError, AddressErrorKind as Kind, Host, MAX_LOCAL_PART, MAX_MAILBOX, host, local,
};
use alloc::{borrow::Cow, boxed::Box, string::String};
use core::{fmt, str::FromStr};

/// A mailbox: `user@example.org`, `"two words"@example.org`, `user@[192.0.2.1]`.
///
/// The text is kept as written: case and quotes are for the host named in it to interpret (RFC
/// 5321 sections 2.3.11 and 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox<T = Box<str>> {
    text: T,
    /// Where the `@` between local part and host is.
    at_sign: usize,
}

impl<'a> Mailbox<&'a str> {
    /// Takes the whole of `text`, without angle brackets, for a mailbox.
    pub fn parse(text: &'a str) -> Result<Mailbox<&'a str>, AddressError> {
        let (at_sign, end) = scan(text, 0)?;
        if end < text.len() {
            let literal = text.as_bytes().get(end - 1) == Some(&b']');
            let kind = if literal { Kind::Trailing } else { Kind::DomainCharacter };
            return Err(AddressError::new(text, kind, end));
        }
        Ok(Mailbox { text, at_sign })
    }

    /// Wraps what [`scan`] has accepted.
    pub(super) fn scanned(text: &'a str, at_sign: usize) -> Mailbox<&'a str> {
        Mailbox { text, at_sign }
    }
}

impl Mailbox {
    /// Puts a mailbox together from a local part without quotes, and a domain or address literal.
    ///
    /// The local part is quoted only if it has to be (RFC 5321 section 4.1.2).
    ///
    /// # Errors
    /// Offsets count from the start of the part that is wrong, as it was given.
    pub fn from_parts(local: &str, domain: &str) -> Result<Mailbox, AddressError> {
        local::check_unquoted(local)?;
        Host::parse(domain)?;
        let mut text = String::with_capacity(local.len() + domain.len() + 3);
        local::quote(local, &mut text);
        let at_sign = text.len();
        text.push('@');
        text.push_str(domain);
        if at_sign > MAX_LOCAL_PART {
            let at = local.len().min(MAX_LOCAL_PART);
            return Err(AddressError { kind: Kind::LocalPartTooLong, at });
        }
        if text.len() > MAX_MAILBOX {
            return Err(AddressError { kind: Kind::PathTooLong, at: MAX_MAILBOX - at_sign - 1 });
        }
        Ok(Mailbox { text: text.into(), at_sign })
    }
}

impl<T: AsRef<str>> Mailbox<T> {
    /// The mailbox as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_ref()
    }

    /// The local part as written, with its quotes if it has any.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.as_str().get(..self.at_sign).unwrap_or_default()
    }

    /// The local part as it is meant: without quotes and backslashes.
    #[must_use]
    pub fn unquoted(&self) -> Cow<'_, str> {
        local::unquote(self.local_part())
    }

    /// The domain or address literal.
    #[must_use]
    pub fn domain(&self) -> Host<&str> {
        Host::scanned(self.as_str().get(self.at_sign + 1..).unwrap_or_default())
    }

    /// Whether it can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.as_str().is_ascii()
    }

    /// Whether both are the same mailbox: local parts as they are meant, case and all, and hosts as
    /// [`Host::same_as`] compares them (RFC 5321 sections 2.4 and 4.1.2).
    pub fn same_as<U: AsRef<str>>(&self, other: &Mailbox<U>) -> bool {
        local::meaning(self.local_part()).eq(local::meaning(other.local_part()))
            && self.domain().same_as(&other.domain())
    }

    /// The same mailbox, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Mailbox<&str> {
        Mailbox { text: self.as_str(), at_sign: self.at_sign }
    }

    /// The same mailbox, owned.
    #[must_use]
    pub fn into_owned(self) -> Mailbox
    where
        T: Into<Box<str>>,
    {
        Mailbox { text: self.text.into(), at_sign: self.at_sign }
    }
}

impl<T: AsRef<str>> fmt::Display for Mailbox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Mailbox, AddressError> {
        Mailbox::parse(text).map(Mailbox::into_owned)
    }
}

/// Where the `@` of the mailbox that starts at `from` is, and where the mailbox ends.
pub(super) fn scan(text: &str, from: usize) -> Result<(usize, usize), AddressError> {
    let at_sign = local::scan(text, from)?;
    if text.as_bytes().get(at_sign) != Some(&b'@') {
        return Err(local::no_at_sign(text, from, at_sign));
    }
    let end = host::scan(text, at_sign + 1)?;
    if end - from > MAX_MAILBOX {
        return Err(AddressError { kind: Kind::PathTooLong, at: from + MAX_MAILBOX });
    }
    Ok((at_sign, end))
}
