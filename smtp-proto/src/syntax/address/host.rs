//! What stands behind the `@`: a domain or an address literal.

use super::{AddressError, AddressLiteral, Domain, domain, literal};
use alloc::boxed::Box;
use core::{fmt, str::FromStr};

/// A domain or an address literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host<T = Box<str>> {
    /// A domain name.
    Domain(Domain<T>),
    /// An address in brackets.
    Literal(AddressLiteral<T>),
}

impl<'a> Host<&'a str> {
    /// Takes the whole of `text` for a domain or, if it starts with `[`, an address literal.
    pub fn parse(text: &'a str) -> Result<Host<&'a str>, AddressError> {
        if text.starts_with('[') {
            AddressLiteral::parse(text).map(Host::Literal)
        } else {
            Domain::parse(text).map(Host::Domain)
        }
    }

    /// Wraps what [`scan`] has accepted.
    pub(super) fn scanned(text: &'a str) -> Host<&'a str> {
        if text.starts_with('[') {
            Host::Literal(AddressLiteral::scanned(text))
        } else {
            Host::Domain(Domain::scanned(text))
        }
    }
}

impl<T: AsRef<str>> Host<T> {
    /// The host as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Host::Domain(domain) => domain.as_str(),
            Host::Literal(literal) => literal.as_str(),
        }
    }

    /// Whether it can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.as_str().is_ascii()
    }

    /// Whether both are the same host: domains and tags in whatever case (RFC 5321 section 2.4),
    /// IP addresses by value. U-labels are not compared with their A-labels.
    pub fn same_as<U: AsRef<str>>(&self, other: &Host<U>) -> bool {
        if self.as_str().eq_ignore_ascii_case(other.as_str()) {
            return true;
        }
        match (self, other) {
            (Host::Literal(one), Host::Literal(other)) => {
                one.ip().is_some_and(|ip| other.ip() == Some(ip))
            }
            _ => false,
        }
    }

    /// The same host, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Host<&str> {
        match self {
            Host::Domain(domain) => Host::Domain(domain.borrowed()),
            Host::Literal(literal) => Host::Literal(literal.borrowed()),
        }
    }

    /// The same host, owned.
    #[must_use]
    pub fn into_owned(self) -> Host
    where
        T: Into<Box<str>>,
    {
        match self {
            Host::Domain(domain) => Host::Domain(domain.into_owned()),
            Host::Literal(literal) => Host::Literal(literal.into_owned()),
        }
    }
}

impl<T: AsRef<str>> fmt::Display for Host<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Host {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Host, AddressError> {
        Host::parse(text).map(Host::into_owned)
    }
}

/// Where the host that starts at `from` ends.
pub(super) fn scan(text: &str, from: usize) -> Result<usize, AddressError> {
    if text.as_bytes().get(from) == Some(&b'[') {
        literal::scan(text, from)
    } else {
        domain::scan(text, from)
    }
}
