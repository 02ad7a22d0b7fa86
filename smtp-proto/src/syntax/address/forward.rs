//! `Forward-path = Path` (RFC 5321 section 4.1.2), or `<Postmaster>`.

use super::{AddressError, AddressErrorKind as Kind, Mailbox, path};
use alloc::boxed::Box;
use core::{fmt, str::FromStr};

/// A recipient of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath<T = Box<str>> {
    /// `<Postmaster>` without a domain, in whatever case (RFC 5321 section 4.1.1.3).
    Postmaster,
    /// A mailbox.
    Mailbox(Mailbox<T>),
}

const POSTMASTER: &str = "Postmaster";

impl<'a> ForwardPath<&'a str> {
    /// Takes the whole of `text`, brackets included, for a forward-path.
    pub fn parse(text: &'a str) -> Result<ForwardPath<&'a str>, AddressError> {
        path::whole(text, ForwardPath::parse_prefix(text)?)
    }

    /// Parses the forward-path that `text` starts with; returns it and what comes behind it.
    ///
    /// A source route is dropped (RFC 5321 section 4.1.1.3).
    pub fn parse_prefix(text: &'a str) -> Result<(ForwardPath<&'a str>, &'a str), AddressError> {
        if text.starts_with("<>") {
            return Err(AddressError { kind: Kind::NullRecipient, at: 0 });
        }
        if let Some(rest) = after_postmaster(text) {
            return Ok((ForwardPath::Postmaster, rest));
        }
        let (mailbox, rest) = path::parse(text)?;
        Ok((ForwardPath::Mailbox(mailbox), rest))
    }
}

impl<T: AsRef<str>> ForwardPath<T> {
    /// The mailbox, unless the recipient is the postmaster of whoever is asked.
    #[must_use]
    pub fn mailbox(&self) -> Option<Mailbox<&str>> {
        match self {
            ForwardPath::Postmaster => None,
            ForwardPath::Mailbox(mailbox) => Some(mailbox.borrowed()),
        }
    }

    /// Whether it can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.mailbox().is_none_or(|mailbox| mailbox.is_ascii())
    }

    /// The same path, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> ForwardPath<&str> {
        self.mailbox().map_or(ForwardPath::Postmaster, ForwardPath::Mailbox)
    }

    /// The same path, owned.
    #[must_use]
    pub fn into_owned(self) -> ForwardPath
    where
        T: Into<Box<str>>,
    {
        match self {
            ForwardPath::Postmaster => ForwardPath::Postmaster,
            ForwardPath::Mailbox(mailbox) => ForwardPath::Mailbox(mailbox.into_owned()),
        }
    }
}

impl<T> From<Mailbox<T>> for ForwardPath<T> {
    fn from(mailbox: Mailbox<T>) -> ForwardPath<T> {
        ForwardPath::Mailbox(mailbox)
    }
}

impl<T: AsRef<str>> fmt::Display for ForwardPath<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ForwardPath::Postmaster => write!(f, "<{POSTMASTER}>"),
            ForwardPath::Mailbox(mailbox) => write!(f, "<{}>", mailbox.as_str()),
        }
    }
}

/// Takes a path in brackets, a bare mailbox, or the bare word `postmaster`.
impl FromStr for ForwardPath {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<ForwardPath, AddressError> {
        if text.eq_ignore_ascii_case(POSTMASTER) {
            Ok(ForwardPath::Postmaster)
        } else if text.starts_with('<') {
            ForwardPath::parse(text).map(ForwardPath::into_owned)
        } else {
            text.parse().map(ForwardPath::Mailbox)
        }
    }
}

/// What comes behind `<Postmaster>`, if `text` starts with it.
fn after_postmaster(text: &str) -> Option<&str> {
    let (name, rest) = text.strip_prefix('<')?.split_at_checked(POSTMASTER.len())?;
    rest.strip_prefix('>').filter(|_| name.eq_ignore_ascii_case(POSTMASTER))
}
