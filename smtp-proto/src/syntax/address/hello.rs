//! The name that a client gives in EHLO, HELO or LHLO.

use super::{AddressError, AddressErrorKind as Kind, Host, MAX_DOMAIN};
use alloc::boxed::Box;
use core::{fmt, str::FromStr};

/// The argument of EHLO, HELO or LHLO: 1 to 255 octets of graphic US-ASCII.
///
/// RFC 5321 section 4.1.1.1 asks for a domain or an address literal, but mail must not be refused
/// because the name is wrong (section 4.1.4) and many clients send their bare host name, with
/// underscores and all. [`HelloName::host`] is strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HelloName<T = Box<str>>(T);

impl<'a> HelloName<&'a str> {
    /// Takes the whole of `text` for a name.
    pub fn parse(text: &'a str) -> Result<HelloName<&'a str>, AddressError> {
        if text.is_empty() {
            return Err(AddressError { kind: Kind::HelloEmpty, at: 0 });
        }
        if let Some(at) = text.bytes().position(|octet| !octet.is_ascii_graphic()) {
            return Err(AddressError::new(text, Kind::HelloCharacter, at));
        }
        if text.len() > MAX_DOMAIN {
            return Err(AddressError { kind: Kind::HelloTooLong, at: MAX_DOMAIN });
        }
        Ok(HelloName(text))
    }

    /// Wraps what was looked at.
    pub(super) fn scanned(text: &'a str) -> HelloName<&'a str> {
        HelloName(text)
    }
}

impl<T: AsRef<str>> HelloName<T> {
    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The name as the domain or address literal it should be, if it is one.
    #[must_use]
    pub fn host(&self) -> Option<Host<&str>> {
        Host::parse(self.as_str()).ok()
    }

    /// The same name, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> HelloName<&str> {
        HelloName(self.as_str())
    }

    /// The same name, owned.
    #[must_use]
    pub fn into_owned(self) -> HelloName
    where
        T: Into<Box<str>>,
    {
        HelloName(self.0.into())
    }
}

impl<T: AsRef<str>> fmt::Display for HelloName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for HelloName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<HelloName, AddressError> {
        HelloName::parse(text).map(HelloName::into_owned)
    }
}
