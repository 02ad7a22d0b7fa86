//! Layer 2: SASL mechanisms (RFC 4422) as small sans-IO machines, for both sides.
//!
//! The SMTP machines carry the messages of an exchange and do not look into them. What is here
//! knows what the messages mean, for a client ([`client`]) and for a server ([`server`]):
//!
//! | mechanism | | needs |
//! |---|---|---|
//! | SCRAM-SHA-256, SCRAM-SHA-1 | RFC 7677, RFC 5802 | feature `scram` |
//! | SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS | the same, bound to the TLS connection by RFC 9266 | feature `scram`, TLS 1.3 |
//! | CRAM-MD5 | RFC 2195 | feature `cram-md5` |
//! | PLAIN | RFC 4616 | TLS |
//! | LOGIN | draft-murchison-sasl-login | TLS |
//! | OAUTHBEARER | RFC 7628 | TLS |
//! | XOAUTH2 | as large providers have it | TLS |
//! | EXTERNAL | RFC 4422 appendix A | |
//! | ANONYMOUS | RFC 4505 | |
//!
//! Other mechanisms implement [`client::Mechanism`] or [`server::Mechanism`].
//!
//! Nothing here makes random octets: a [`Nonce`] comes from the caller. Cryptography is that of the
//! `RustCrypto` crates, and comes with the two features only. Octets that are secret are in
//! [`Secret`], which doesn't show them, compares them in constant time and wipes them at its end.
//!
//! SCRAM prepares user names and passwords with `SASLprep` (RFC 4013), by Unicode 3.2: newer
//! characters are refused. The other mechanisms take them as they are. RFC 4616 section 2 recommends
//! to prepare them for PLAIN, too; who has names or passwords that are not ASCII does that before,
//! or keeps keys ([`server::Stored`]), which are made from what was prepared.

pub mod client;
#[cfg(feature = "cram-md5")]
mod cram_md5;
mod name;
mod nonce;
#[cfg(feature = "scram")]
mod scram;
mod secret;
pub mod server;
#[cfg(test)]
mod tests;

pub use nonce::Nonce;
#[cfg(feature = "scram")]
pub use scram::{Hash, KeysError, MIN_ITERATIONS, ScramKeys};
pub use secret::Secret;

/// Mechanisms that hand the password, or something as good as it, to whoever can read along.
const REVEALING: [&str; 4] = ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"];

/// What the names of mechanisms end with that are bound to the TLS connection (RFC 5802 section 4).
const PLUS: &str = "-PLUS";

/// Whether a mechanism shows the password, or a token in its place, to whoever can read along, so
/// that it is only for connections with TLS (RFC 4954 section 4, RFC 7628 section 4).
#[must_use]
pub fn reveals_password(mechanism: &str) -> bool {
    REVEALING.iter().any(|name| name.eq_ignore_ascii_case(mechanism))
}

/// Whether a mechanism is bound to the TLS connection, so that it needs one that has
/// [`Tls::exporter`](crate::Tls::exporter).
#[must_use]
pub fn binds_channel(mechanism: &str) -> bool {
    let at = mechanism.len().saturating_sub(PLUS.len());
    mechanism.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(PLUS))
}
