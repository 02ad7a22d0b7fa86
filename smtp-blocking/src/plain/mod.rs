//! What the driver does for all worlds, as plain calls.

pub mod client;
pub mod server;
