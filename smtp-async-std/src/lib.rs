//! SMTP, submission and LMTP on async-std and smol, over `futures-io`.
//!
//! - A server: a [`Listener`] accepts connections and gives each to a handler as a
//!   [`ServerConnection`].
//! - A client: a [`Connector`] opens a [`ClientConnection`] and takes it, with STARTTLS and AUTH if
//!   wanted, to where messages can be sent with [`client::send`].
//! - Any other stream of `futures-io`: `Connection::new(machine, stream, Clock::new())` with a
//!   [`Stream`] over [`Io`], which can be encrypted by rustls, or by anything else with
//!   [`UpgradeWith`].
//!
//! async-std and smol share their sockets and timers (async-io) and differ in who runs the tasks:
//!
//! | feature | tasks by | [`Runtime`](smtp_driver::Runtime) | listener, connector |
//! |---|---|---|---|
//! | `async-std` (default) | async-std | `AsyncStd` | [`Listener`], [`Connector`] |
//! | `smol` | smol | [`smol::Smol`] | [`smol::Listener`], [`smol::Connector`] |
//!
//! ```no_run
//! # #[cfg(feature = "smol")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use smtp_async_std::client::{quit, send};
//! use smtp_async_std::smol::Connector;
//! use smtp_proto::client::{Config, Envelope};
//!
//! smol::block_on(async {
//!     let connector = Connector::new(Config::new("client.example".parse()?));
//!     let mut conn = connector.connect("mx.example.org:25").await?;
//!     let envelope = Envelope::new("me@client.example".parse()?, ["you@example.org".parse()?]);
//!     let message = "Subject: Hello\n\nAny line ends will do.\n";
//!     assert!(send(&mut conn, envelope, message.as_bytes()).await?.is_complete());
//!     quit(&mut conn).await?;
//!     Ok(())
//! })
//! # }
//! # #[cfg(not(feature = "smol"))]
//! # fn main() {}
//! ```
//!
//! async-std is discontinued (RUSTSEC-2025-0052). It is here for programs that have it already; a
//! new one had better take smol, with `default-features = false, features = ["smol"]`, or Tokio.
//! Streams, connections and clocks are the same type under both, so to change over is to change the
//! name of a listener.
//!
//! The sockets here are those of async-net. async-std's own `TcpStream` does for a stream of one's own,
//! but tells the peer of the end only when it is dropped, a second later.
//!
//! What a connection does is in [`smtp_driver`], what is said on it in [`smtp_proto`]. Here is only
//! what a stream, a clock, a listener and TLS are in this world; the adapters for other worlds have
//! the same things under the same names.
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

#[cfg(feature = "async-std")]
mod async_std;
mod clock;
mod handshake;
mod io;
mod net;
#[cfg(feature = "smol")]
pub mod smol;

use async_net::TcpStream;
use smtp_proto::client::Client;
use smtp_proto::server::Server;

#[cfg(feature = "async-std")]
pub use async_std::{AsyncStd, Connector, Listener};
pub use clock::Clock;
pub use io::Io;
pub use net::{AsyncIo, Spawn};
pub use smtp_driver::tls::{self, ClientTls, Rustls, ServerTls};
pub use smtp_driver::{
    Connection, Drain, DrainWatch, Error, Upgradable, UpgradeWith, client, rustls, server,
};

/// A stream in the clear that can be encrypted by rustls.
pub type Stream<T = TcpStream> = Upgradable<Io<T>, Rustls>;

/// A server's side of a connection.
pub type ServerConnection<T = TcpStream> = Connection<Server, Stream<T>, Clock>;

/// A client's side of a connection.
pub type ClientConnection<T = TcpStream> = Connection<Client, Stream<T>, Clock>;

/// Message content from any reader of `futures-io`: wrap it in [`Io`].
pub type ReaderBody<T> = client::ReaderBody<Io<T>>;
