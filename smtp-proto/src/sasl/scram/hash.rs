//! The hash functions, and what SCRAM makes of them (RFC 5802 section 2.2).

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::sasl::Secret;

/// The hash function of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1: SCRAM-SHA-1 (RFC 5802). Good enough for what SCRAM needs, and only for peers that
    /// have nothing newer.
    Sha1,
    /// SHA-256: SCRAM-SHA-256 (RFC 7677).
    Sha256,
}

impl Hash {
    /// The name of the mechanism.
    #[must_use]
    pub const fn mechanism(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha256 => "SCRAM-SHA-256",
        }
    }

    /// The name of the mechanism that is bound to the TLS connection.
    #[must_use]
    pub const fn mechanism_plus(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1-PLUS",
            Self::Sha256 => "SCRAM-SHA-256-PLUS",
        }
    }

    /// Octets of its output, and so of each key.
    #[must_use]
    pub const fn octets(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// `H`.
    pub(super) fn digest(self, octets: &[u8]) -> Secret {
        match self {
            Self::Sha1 => Sha1::digest(octets).as_slice().into(),
            Self::Sha256 => Sha256::digest(octets).as_slice().into(),
        }
    }

    /// `HMAC`.
    pub(super) fn hmac(self, key: &[u8], message: &[u8]) -> Secret {
        match self {
            Self::Sha1 => hmac::<Sha1>(key, message),
            Self::Sha256 => hmac::<Sha256>(key, message),
        }
    }

    /// What only who knows the secret can tell of a name.
    pub(in crate::sasl) fn mac(self, secret: &Secret, what: &[u8], name: &str) -> Secret {
        self.hmac(secret.expose(), &[what, name.as_bytes()].concat())
    }

    /// `Hi`, which is PBKDF2 with an output as long as the hash's.
    pub(super) fn hi(self, password: &[u8], salt: &[u8], iterations: u32) -> Secret {
        match self {
            Self::Sha1 => hi::<Sha1, 20>(password, salt, iterations),
            Self::Sha256 => hi::<Sha256, 32>(password, salt, iterations),
        }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac<D: EagerHash>(key: &[u8], message: &[u8]) -> Secret
where
    Hmac<D>: KeyInit + Mac,
{
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(key).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().as_bytes().as_slice().into()
}

fn hi<D: EagerHash, const N: usize>(password: &[u8], salt: &[u8], iterations: u32) -> Secret {
    let mut salted = Zeroizing::new([0; N]);
    pbkdf2::pbkdf2_hmac::<D>(password, salt, iterations, salted.as_mut_slice());
    salted.as_slice().into()
}
