//! Running the examples `receive`, `send` and `soak`, and other programs, as processes.
#![allow(dead_code, reason = "each test program uses a part of this")]

pub(crate) mod adapter;
pub(crate) mod binaries;
pub(crate) mod certificates;
pub(crate) mod corpus;
pub(crate) mod guarded;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod receive;
pub(crate) mod send;
pub(crate) mod soak;
