//! A sans-IO SMTP protocol core.
#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod body;
pub mod buffer;
pub mod error;
pub mod limits;
pub mod machine;
pub mod sasl;
pub mod server;
pub mod session;
pub mod syntax;
pub mod timeouts;

pub use machine::{Machine, Step, Time, Tls, Wait};
pub use server::Server;
