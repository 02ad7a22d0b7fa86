//! What the fuzz targets check, one module for each, and what they share.

pub mod capability;
pub mod client;
pub mod command;
pub mod contract;
pub mod differ;
pub mod driver;
pub mod grammar;
pub mod operations;
pub mod oracle;
pub mod pair;
pub mod proxy;
pub mod reply;
pub mod sasl;
pub mod server;
pub mod stuffing;
pub mod tape;
pub mod wire;
