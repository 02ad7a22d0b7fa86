//! The pool, against servers that do what a test says.
#![cfg(feature = "pool")]

mod ending;
mod limits;
mod liveness;
mod many;
mod retry;
mod reuse;
mod server;
mod support;
