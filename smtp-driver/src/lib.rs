//! The one loop that drives the machines of [`smtp_proto`], for any runtime or none.
//!
//! A machine does no I/O and reads no clock. A [`Connection`] lends it a [`Stream`] and a
//! [`Clock`], asks it what comes next, moves bytes, keeps its deadlines, shakes hands (TLS) when
//! it says so, and gives its events to the application:
//!
//! ```
//! # use smtp_driver::{Clock, Connection, Error, Stream};
//! use smtp_proto::server::{Event, Refusal, Server};
//!
//! # fn is_known(_: &smtp_proto::syntax::address::ForwardPath) -> bool { true }
//! # async fn serve<S: Stream, C: Clock>(mut conn: Connection<Server, S, C>) -> Result<(), Error> {
//! while let Some(event) = conn.next().await? {
//!     match event {
//!         Event::Rcpt { to, .. } if !is_known(&to) => conn.reject(Refusal::no_such_user())?,
//!         Event::Body(_piece) => {} // keep it
//!         question if question.is_question() => conn.accept()?,
//!         _news => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What a connection adds to a machine is in [`connection`]. A client's usual ways, from the
//! greeting to the outcome of a message, are in [`client`]. [`Drain`] ends many server connections
//! in good order.
//!
//! An adapter for a world of tasks, sockets and timers says what a [`Transport`] and a [`Clock`]
//! are there; that is enough for a connection. With the feature `net` it says what a [`Runtime`] is
//! and gets a [`Listener`](server::Listener) and a [`Connector`](client::Connector) with TLS by
//! rustls: whatever is not particular to a runtime is here, once.
//!
//! | feature | what comes with it |
//! |---|---|
//! | `net` | `Runtime`, `server`, `client::Connector`, `tls`; rustls |
//! | `scram` | SCRAM-SHA-256 and SCRAM-SHA-1, with and without channel binding; `nonce` |
//! | `cram-md5` | CRAM-MD5; `nonce` |
//! | `tracing` | a span for each connection and each transaction, verbs and replies in them; no secrets, no message text |
// What a peer does, and what a caller asks for, is no reason to panic.
#![cfg_attr(
    not(test),
    deny(
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

mod alarm;
pub mod client;
mod clock;
pub mod connection;
mod drain;
mod error;
#[cfg(feature = "net")]
pub mod net;
#[cfg(any(feature = "cram-md5", feature = "scram"))]
mod nonce;
#[cfg(feature = "net")]
mod runtime;
#[cfg(feature = "net")]
pub mod server;
mod stream;
#[cfg(feature = "net")]
pub mod tls;
mod trace;
mod upgradable;

pub use alarm::{Alarm, AlarmClock};
pub use clock::{Clock, within};
pub use connection::Connection;
pub use drain::{Drain, DrainWatch};
pub use error::Error;
#[cfg(feature = "net")]
pub use ipnet;
#[cfg(any(feature = "cram-md5", feature = "scram"))]
pub use nonce::{fill_random, nonce};
#[cfg(feature = "net")]
pub use runtime::Runtime;
#[cfg(feature = "net")]
pub use rustls;
pub use stream::{PollRead, Stream, Transport};
pub use upgradable::{Handshake, NoUpgrade, Upgradable, Upgrade, UpgradeWith};
