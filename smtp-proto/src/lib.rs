//! Both sides of SMTP, submission and LMTP, as state machines that do no I/O.
//!
//! A [`Machine`] is two boxes and a poll: bytes of the peer go into its inbox, bytes for the peer
//! come out of its outbox, and [`poll`](Machine::poll) says what comes next. [`server::Server`] asks
//! its application whatever is a decision, [`client::Client`] asks what to send; neither asks a
//! second question before the first is answered. That one rule is the order of replies, the
//! back-pressure and the bound on memory. Time is an argument.
//!
//! ```
//! use bytes::Buf;
//! use smtp_proto::server::{Config, Event, Server};
//! use smtp_proto::{Machine, Step, Time};
//!
//! let mut server = Server::new(Config::new("mx.example".parse()?));
//! let input = b"HELO client.example\r\nQUIT\r\n";
//! let mut output = Vec::new();
//! loop {
//!     match server.poll(Time::ZERO) {
//!         Step::Event(event) if event.is_question() => server.accept()?,
//!         Step::Event(_news) => {}
//!         Step::Wait(wait) => {
//!             if wait.write {
//!                 let outbox = server.outbox();
//!                 output.extend_from_slice(outbox.chunk());
//!                 outbox.advance(outbox.chunk().len());
//!             }
//!             if wait.read && output.starts_with(b"220 ") && server.inbox().is_empty() {
//!                 server.inbox().space()[..input.len()].copy_from_slice(input);
//!                 server.inbox().commit(input.len());
//!             }
//!         }
//!         Step::Upgrade { .. } | Step::Turn | Step::Unanswered | Step::Done => break,
//!     }
//! }
//! assert!(output.starts_with(b"220 mx.example ESMTP\r\n250 mx.example\r\n221 2.0.0 "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate in layers, each of which uses those below:
//!
//! | layer | modules | |
//! |---|---|---|
//! | 4 | `serde` | behind the feature of that name: values in JSON and other formats |
//! | 3 | [`server`], [`client`] | the two machines |
//! | 2 | [`session`], [`limits`], [`timeouts`], [`error`], [`sasl`] | rules, budgets, deadlines |
//! | 1 | [`syntax`], [`body`], [`proxy`] | values that can't be wrong; content; a balancer's header |
//! | 0 | [`machine`], [`buffer`] | the contract, and its two boxes |
//!
//! Layer 1 is of use on its own: [`syntax::command::Command::parse`] reads a command without
//! allocating, [`body::dot::Unstuffer`] decodes a message in place, [`proxy::Receiver`] reads what
//! comes before everything else.
#![no_std]
// Nothing that a peer or a caller says makes this crate panic. Where a lint has to be looked away from, the
// reason stands there; what is left of panics in a program is counted by `ci/no-panic`.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::exit,
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::missing_asserts_for_indexing,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_in_result,
        clippy::unwrap_used
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod body;
pub mod buffer;
pub mod client;
mod domains;
pub mod error;
pub mod limits;
pub mod machine;
pub mod proxy;
pub mod sasl;
#[cfg(feature = "serde")]
pub mod serde;
pub mod server;
pub mod session;
pub mod syntax;
pub mod timeouts;

pub use client::Client;
pub use machine::{Exporter, Machine, Mark, Outline, Step, Time, Tls, Wait};
pub use server::Server;
