//! What is made from a password (RFC 5802 section 3).

use alloc::vec::Vec;

use thiserror::Error;

use super::hash::Hash;
use super::message::prepare;
use crate::sasl::Secret;

/// The fewest rounds of hashing that are put up with, on either side (RFC 7677 section 4).
///
/// Each makes guessing dearer for who has stolen the keys, and logging in for everybody. 4096 is what
/// the RFCs of 2010 and 2015 ask for at least; OWASP recommended 600,000 for SHA-256 in 2023.
pub const MIN_ITERATIONS: u32 = 4096;

/// What a server keeps of a user in place of the password. It proves that a client knows the
/// password, and is not enough to be such a client.
///
/// `Debug` shows neither key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScramKeys {
    hash: Hash,
    salt: Vec<u8>,
    iterations: u32,
    stored_key: Secret,
    server_key: Secret,
}

/// Why keys can't be made, or can't be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeysError {
    /// There is no salt.
    #[error("the salt is empty")]
    NoSalt,
    /// Too few rounds of hashing.
    #[error("{0} iterations are fewer than {MIN_ITERATIONS}")]
    TooFewIterations(u32),
    /// A key is not as long as the hash.
    #[error("a key has {0} octets, which is not what the hash has")]
    WrongLength(usize),
    /// The password is empty, or holds what `SASLprep` (RFC 4013) does not take.
    #[error("the password is empty, or holds characters that SASLprep does not take")]
    Password,
}

impl ScramKeys {
    /// Makes the keys from a password: when it is set, or when a server starts, not when a client
    /// logs in. Takes as long as `iterations` say.
    ///
    /// `salt` is 16 random octets or more, and others for each user.
    pub fn derive(
        hash: Hash,
        password: &str,
        salt: &[u8],
        iterations: u32,
    ) -> Result<Self, KeysError> {
        let password = prepare(password).ok_or(KeysError::Password)?;
        let salted = hash.hi(password.as_bytes(), salt, iterations.max(1));
        let client_key = hash.hmac(salted.expose(), b"Client Key");
        let stored_key = hash.digest(client_key.expose());
        let server_key = hash.hmac(salted.expose(), b"Server Key");
        Self::from_parts(hash, salt, iterations, stored_key, server_key)
    }

    /// Keys that were made before, here or by another implementation.
    pub fn from_parts(
        hash: Hash,
        salt: impl Into<Vec<u8>>,
        iterations: u32,
        stored_key: impl Into<Secret>,
        server_key: impl Into<Secret>,
    ) -> Result<Self, KeysError> {
        let (salt, stored_key, server_key) = (salt.into(), stored_key.into(), server_key.into());
        if salt.is_empty() {
            return Err(KeysError::NoSalt);
        }
        if iterations < MIN_ITERATIONS {
            return Err(KeysError::TooFewIterations(iterations));
        }
        for key in [&stored_key, &server_key] {
            if key.expose().len() != hash.octets() {
                return Err(KeysError::WrongLength(key.expose().len()));
            }
        }
        Ok(Self { hash, salt, iterations, stored_key, server_key })
    }

    /// The hash function they are for.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The salt, which every client is told.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// The rounds of hashing, which every client is told.
    #[must_use]
    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// `StoredKey`, by which a client's proof is verified.
    #[must_use]
    pub fn stored_key(&self) -> &Secret {
        &self.stored_key
    }

    /// `ServerKey`, by which the server proves that it knows the user.
    #[must_use]
    pub fn server_key(&self) -> &Secret {
        &self.server_key
    }

    /// Whether they were made from this password. Takes as long as to make them.
    #[must_use]
    pub fn match_password(&self, password: &str) -> bool {
        let keys = Self::derive(self.hash, password, &self.salt, self.iterations);
        keys.is_ok_and(|keys| keys.stored_key == self.stored_key)
    }
}

/// `SaltedPassword`; of a password that is prepared already.
pub(in crate::sasl) fn salted_password(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
) -> Secret {
    hash.hi(password, salt, iterations)
}

/// What both sides sign: `AuthMessage`.
#[derive(Clone, Copy)]
pub(in crate::sasl) struct Exchange<'a> {
    pub(in crate::sasl) client_first_bare: &'a str,
    pub(in crate::sasl) server_first: &'a str,
    pub(in crate::sasl) client_final_without_proof: &'a str,
}

impl Exchange<'_> {
    fn message(&self) -> Vec<u8> {
        [self.client_first_bare, self.server_first, self.client_final_without_proof]
            .join(",")
            .into()
    }

    /// `ServerSignature`.
    pub(in crate::sasl) fn server_signature(&self, hash: Hash, server_key: &Secret) -> Secret {
        hash.hmac(server_key.expose(), &self.message())
    }
}

/// `ClientProof`, and `ServerSignature` as it is to be.
pub(in crate::sasl) fn client_proof(
    hash: Hash,
    salted: &Secret,
    exchange: Exchange<'_>,
) -> (Secret, Secret) {
    let client_key = hash.hmac(salted.expose(), b"Client Key");
    let stored_key = hash.digest(client_key.expose());
    let signature = hash.hmac(stored_key.expose(), &exchange.message());
    let server_key = hash.hmac(salted.expose(), b"Server Key");
    (xor(&client_key, signature.expose()), exchange.server_signature(hash, &server_key))
}

/// Whether `proof` is from who knows the password.
pub(in crate::sasl) fn is_proof(keys: &ScramKeys, proof: &Secret, exchange: Exchange<'_>) -> bool {
    let hash = keys.hash;
    let signature = hash.hmac(keys.stored_key.expose(), &exchange.message());
    let client_key = xor(proof, signature.expose());
    // Shorter or longer than a key, it would be cut by the xor.
    proof.expose().len() == hash.octets() && keys.stored_key == hash.digest(client_key.expose())
}

fn xor(one: &Secret, other: &[u8]) -> Secret {
    let octets: Vec<u8> = one.expose().iter().zip(other).map(|(a, b)| a ^ b).collect();
    octets.into()
}
