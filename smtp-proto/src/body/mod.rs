//! Layer 1: message content on its way in and out.

pub mod chunk;
pub mod dot;
pub mod newline;
