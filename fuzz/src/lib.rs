//! What the fuzz targets check, one module for each, and what they share.

pub mod command;
pub mod reply;
pub mod wire;
