//! What every adapter does, whatever its runtime: one suite of tests that each of them runs.
//!
//! An adapter says what a [`World`] is and has [`suite!`] make a test of each behaviour:
//!
//! ```ignore
//! struct Tokio;
//!
//! impl smtp_behaviour::World for Tokio { ... }
//!
//! smtp_behaviour::suite!(Tokio);
//! ```
//!
//! A test is a plain function on a thread of its own. What is in the world runs there by
//! [`World::block_on`], or in other threads; the peer, where it is not in the world as well, talks
//! through the blocking sockets of the standard library.
#![allow(missing_docs, reason = "behaviours are described by their names")]
#![allow(clippy::missing_panics_doc, reason = "that is what tests are for")]

mod suite;
mod support;

pub mod accepting;
pub mod addresses;
pub mod caps;
pub mod certificates;
pub mod content;
pub mod deadlines;
pub mod ending;
pub mod extensions;
pub mod farewell;
pub mod flow;
pub mod incidents;
pub mod login;
pub mod own;
pub mod proxy;
pub mod server_tls;
pub mod starttls;

use std::fs::File;

use smtp_driver::{PollRead, Runtime};

/// A world the suite runs in.
pub trait World: 'static {
    /// What is tested.
    type Runtime: Runtime;

    /// A file, as this world reads it.
    type File: PollRead + Send;

    /// Runs a future to its end on this thread. It may be woken from any.
    fn block_on<F: Future>(future: F) -> F::Output;

    /// A file, opened for reading.
    fn file(file: File) -> Self::File;
}
