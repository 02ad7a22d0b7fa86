//! Names of SASL mechanisms.

use alloc::boxed::Box;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use thiserror::Error;

/// The name of a SASL mechanism (RFC 4422 section 3.1): 1 to 20 letters, digits, hyphens and
/// underscores.
///
/// Case does not matter (RFC 4954 section 8): `plain` and `PLAIN` are equal.
#[derive(Clone, Copy, Debug)]
pub struct Mechanism<T = Box<str>>(T);

impl<T: AsRef<str>> Mechanism<T> {
    /// The mechanism of this name, in any case, or `None` if there can be none.
    pub fn parse(name: T) -> Option<Mechanism<T>> {
        let octets = name.as_ref().as_bytes();
        let name_octet = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        let well_formed = matches!(octets.len(), 1..=20) && octets.iter().all(name_octet);
        well_formed.then_some(Mechanism(name))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// Whether this is the name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.as_str().eq_ignore_ascii_case(name)
    }

    /// The same, borrowed.
    pub fn borrowed(&self) -> Mechanism<&str> {
        Mechanism(self.as_str())
    }
}

impl Mechanism<&str> {
    /// The same, owned.
    #[must_use]
    pub fn into_owned(self) -> Mechanism<Box<str>> {
        Mechanism(self.0.into())
    }
}

/// Not the name of a SASL mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a SASL mechanism: 1 to 20 letters, digits, hyphens and underscores are expected")]
pub struct MechanismError;

impl FromStr for Mechanism {
    type Err = MechanismError;

    fn from_str(name: &str) -> Result<Self, MechanismError> {
        Mechanism::parse(name).map(Mechanism::into_owned).ok_or(MechanismError)
    }
}

impl<T: AsRef<str>, U: AsRef<str>> PartialEq<Mechanism<U>> for Mechanism<T> {
    fn eq(&self, other: &Mechanism<U>) -> bool {
        self.is(other.as_str())
    }
}

impl<T: AsRef<str>> Eq for Mechanism<T> {}

impl<T: AsRef<str>> Hash for Mechanism<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for octet in self.as_str().bytes() {
            state.write_u8(octet.to_ascii_uppercase());
        }
        state.write_u8(0);
    }
}

impl<T: AsRef<str>> fmt::Display for Mechanism<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
