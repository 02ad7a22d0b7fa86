//! Layer 2: SASL mechanisms (RFC 4422) as small sans-IO machines, for both sides.
//!
//! The SMTP machines carry the messages of an exchange and do not look into them. What is here
//! knows what the messages mean: PLAIN (RFC 4616), LOGIN and EXTERNAL (RFC 4422 appendix A) for a
//! client and for a server. Other mechanisms implement [`client::Mechanism`] or
//! [`server::Mechanism`].
//!
//! User names and passwords are taken as they are. RFC 4616 section 2 recommends to prepare them
//! with `SASLprep` (RFC 4013) first, which needs tables of Unicode; who has names or passwords that
//! are not ASCII does it before and on both sides.

pub mod client;
mod secret;
pub mod server;
#[cfg(test)]
mod tests;

pub use secret::Secret;

/// Mechanisms that hand the password, or something as good as it, to whoever can read along.
const REVEALING: [&str; 4] = ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"];

/// Whether a mechanism shows the password, or a token in its place, to whoever can read along, so
/// that it is only for connections with TLS (RFC 4954 section 4, RFC 7628 section 4).
#[must_use]
pub fn reveals_password(mechanism: &str) -> bool {
    REVEALING.iter().any(|name| name.eq_ignore_ascii_case(mechanism))
}
