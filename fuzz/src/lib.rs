//! What the fuzz targets check, one module for each, and what they share.

pub mod client;
pub mod command;
pub mod contract;
pub mod pair;
pub mod proxy;
pub mod reply;
pub mod sasl;
pub mod server;
pub mod tape;
pub mod wire;
