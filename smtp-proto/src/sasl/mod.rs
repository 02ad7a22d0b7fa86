//! Layer 2: SASL mechanisms (RFC 4422) as small sans-IO machines, for both sides.
//!
//! The SMTP machines carry the messages of an exchange and do not look into them. What is here
//! knows what the messages mean: PLAIN (RFC 4616) and LOGIN for a client and for a server. Other
//! mechanisms implement [`client::Mechanism`] or [`server::Mechanism`].

pub mod client;
mod secret;
pub mod server;

pub use secret::Secret;
