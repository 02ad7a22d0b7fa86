//! Octets that never show up in a log.

use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Octets of an AUTH exchange. `Debug` does not print them, comparing them takes the same time
/// wherever they differ, and they are wiped when they are dropped.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The octets themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether these are the same octets. Tells nothing but lengths by the time it takes.
    #[must_use]
    pub fn is(&self, octets: &[u8]) -> bool {
        self.0.as_slice().ct_eq(octets).into()
    }
}

impl From<Vec<u8>> for Secret {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets.into())
    }
}

impl From<&[u8]> for Secret {
    fn from(octets: &[u8]) -> Self {
        octets.to_vec().into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.expose())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
