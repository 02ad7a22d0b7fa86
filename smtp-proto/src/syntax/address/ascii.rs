//! A domain that every peer understands.

use super::{AddressError, AddressErrorKind as Kind, Domain};
use core::{fmt, str::FromStr};

/// A [`Domain`] of LDH labels and A-labels: the name that a server gives itself, before it is known
/// whether the client has SMTPUTF8, has no others (RFC 6531 section 3.7.1).
///
/// `bücher.example` is `xn--bcher-kva.example` here; nothing is converted.
///
/// ```
/// use smtp_proto::syntax::address::AsciiDomain;
///
/// assert!("xn--bcher-kva.example".parse::<AsciiDomain>().is_ok());
/// assert!("bücher.example".parse::<AsciiDomain>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AsciiDomain(Domain);

impl AsciiDomain {
    /// The domain as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The same as any domain.
    #[must_use]
    pub fn as_domain(&self) -> &Domain {
        &self.0
    }
}

impl TryFrom<Domain> for AsciiDomain {
    type Error = AddressError;

    fn try_from(domain: Domain) -> Result<AsciiDomain, AddressError> {
        match domain.as_str().bytes().position(|octet| !octet.is_ascii()) {
            None => Ok(AsciiDomain(domain)),
            Some(at) => Err(AddressError { kind: Kind::DomainNotAscii, at }),
        }
    }
}

impl From<AsciiDomain> for Domain {
    fn from(domain: AsciiDomain) -> Domain {
        domain.0
    }
}

impl FromStr for AsciiDomain {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<AsciiDomain, AddressError> {
        text.parse::<Domain>()?.try_into()
    }
}

impl fmt::Display for AsciiDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
