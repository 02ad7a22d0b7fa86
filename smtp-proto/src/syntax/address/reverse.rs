//! `Reverse-path = Path / "<>"` (RFC 5321 section 4.1.2).

use super::{AddressError, Mailbox, path};
use alloc::boxed::Box;
use core::{fmt, str::FromStr};

/// The sender of a message: where to send notifications, if anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath<T = Box<str>> {
    /// `<>`: nobody may be notified (RFC 5321 section 4.5.5).
    Null,
    /// A mailbox.
    Mailbox(Mailbox<T>),
}

impl<'a> ReversePath<&'a str> {
    /// Takes the whole of `text`, brackets included, for a reverse-path.
    pub fn parse(text: &'a str) -> Result<ReversePath<&'a str>, AddressError> {
        path::whole(text, ReversePath::parse_prefix(text)?)
    }

    /// Parses the reverse-path that `text` starts with; returns it and what comes behind it.
    ///
    /// A source route is dropped (RFC 5321 appendix C).
    pub fn parse_prefix(text: &'a str) -> Result<(ReversePath<&'a str>, &'a str), AddressError> {
        if let Some(rest) = text.strip_prefix("<>") {
            return Ok((ReversePath::Null, rest));
        }
        let (mailbox, rest) = path::parse(text)?;
        Ok((ReversePath::Mailbox(mailbox), rest))
    }
}

impl<T: AsRef<str>> ReversePath<T> {
    /// The mailbox, unless the path is null.
    #[must_use]
    pub fn mailbox(&self) -> Option<Mailbox<&str>> {
        match self {
            ReversePath::Null => None,
            ReversePath::Mailbox(mailbox) => Some(mailbox.borrowed()),
        }
    }

    /// Whether it can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.mailbox().is_none_or(|mailbox| mailbox.is_ascii())
    }

    /// The same path, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> ReversePath<&str> {
        self.mailbox().map_or(ReversePath::Null, ReversePath::Mailbox)
    }

    /// The same path, owned.
    #[must_use]
    pub fn into_owned(self) -> ReversePath
    where
        T: Into<Box<str>>,
    {
        match self {
            ReversePath::Null => ReversePath::Null,
            ReversePath::Mailbox(mailbox) => ReversePath::Mailbox(mailbox.into_owned()),
        }
    }
}

impl<T> From<Mailbox<T>> for ReversePath<T> {
    fn from(mailbox: Mailbox<T>) -> ReversePath<T> {
        ReversePath::Mailbox(mailbox)
    }
}

impl<T: AsRef<str>> fmt::Display for ReversePath<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReversePath::Null => f.write_str("<>"),
            ReversePath::Mailbox(mailbox) => write!(f, "<{}>", mailbox.as_str()),
        }
    }
}

/// Takes a path in brackets, a bare mailbox, or nothing at all for the null path.
impl FromStr for ReversePath {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<ReversePath, AddressError> {
        if text.is_empty() {
            Ok(ReversePath::Null)
        } else if text.starts_with('<') {
            ReversePath::parse(text).map(ReversePath::into_owned)
        } else {
            text.parse().map(ReversePath::Mailbox)
        }
    }
}
