//! What both sides of SCRAM share (RFC 5802, RFC 7677).

mod hash;
mod keys;
mod message;

pub use hash::Hash;
pub use keys::{KeysError, MIN_ITERATIONS, ScramKeys};

pub(super) use keys::{Exchange, client_proof, is_proof, salted_password};
pub(super) use message::{Attributes, ClientFinal, ClientFirst, ServerFirst, gs2_header, prepare};

/// The channel binding that there is (RFC 9266).
pub(super) const TLS_EXPORTER: &str = "tls-exporter";
