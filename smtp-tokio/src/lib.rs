//! SMTP, submission and LMTP on Tokio.
//!
//! - A server: a [`Listener`] accepts connections and gives each to a handler as a
//!   [`ServerConnection`].
//! - A client: a [`Connector`] opens a [`ClientConnection`] and takes it, with STARTTLS and AUTH if
//!   wanted, to where messages can be sent with [`client::send`].
//! - Any other stream of Tokio's: `Connection::new(machine, stream, Clock::new())` with a
//!   [`Stream`] over [`Io`], which can be encrypted by rustls, or by anything else with
//!   [`UpgradeWith`].
//!
//! What a connection does is in [`smtp_driver`], what is said on it in [`smtp_proto`]. Here is only
//! what a stream, a clock, a listener and TLS are in the world of Tokio; the adapters for other
//! worlds have the same things under the same names.
//!
//! | feature | what comes with it |
//! |---|---|
//! | `pool` | `pool`: connections to a server that are kept and used again, on deadpool |
//! | `tracing` | that of [`smtp_driver`] |
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

mod clock;
mod handshake;
mod io;
mod net;
#[cfg(feature = "pool")]
pub mod pool;

use tokio::net::TcpStream;

pub use clock::Clock;
pub use io::Io;
pub use net::Tokio;
pub use smtp_driver::tls::{self, ClientTls, Rustls, ServerTls};
pub use smtp_driver::{
    Connection, Drain, DrainWatch, Error, Upgradable, UpgradeWith, client, rustls, server,
};

/// A stream in the clear that can be encrypted by rustls.
pub type Stream<T = TcpStream> = Upgradable<Io<T>, Rustls>;

/// A server's side of a connection.
pub type ServerConnection<T = TcpStream> = server::ServerConnection<Tokio, Io<T>>;

/// A client's side of a connection.
pub type ClientConnection<T = TcpStream> = client::ClientConnection<Tokio, Io<T>>;

/// A server's socket, and how its connections are treated.
pub type Listener<L = tokio::net::TcpListener> = server::Listener<Tokio, Io<L>>;

/// How to open connections to servers.
pub type Connector = client::Connector<Tokio>;

/// Message content from any reader of Tokio's: wrap it in [`Io`].
pub type ReaderBody<T> = client::ReaderBody<Io<T>>;

/// The code in the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
