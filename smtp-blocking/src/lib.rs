//! SMTP, submission and LMTP on blocking sockets: a thread for each connection, and no runtime.
//!
//! - A server: a [`Listener`] accepts connections and gives each, on a thread of its own, to a
//!   handler as a [`ServerConnection`].
//! - A client: a [`Connector`] opens a [`ClientConnection`] and takes it, with STARTTLS and AUTH if
//!   wanted, to where messages can be sent with [`client::send`].
//! - Any other stream of the standard library's kind: `Connection::new(machine, stream,
//!   Clock::new())` with a [`Stream`] over [`Io`], which can be encrypted by rustls, or by anything
//!   else with [`UpgradeWith`].
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use smtp_blocking::{Drain, Error, Listener, ServerConnection};
//! use smtp_proto::server::{Config, Event};
//!
//! fn talk(conn: &mut ServerConnection) -> Result<(), Error> {
//!     while let Some(event) = conn.next()? {
//!         match event {
//!             Event::Body(_piece) => {} // keep it
//!             question if question.is_question() => conn.accept()?,
//!             _news => {}
//!         }
//!     }
//!     Ok(())
//! }
//!
//! let listener = Listener::bind("127.0.0.1:2525", Config::new("mx.example.org".parse()?))?;
//! let (stop, stopped) = Drain::new(); // `stop.begin()` ends it, from any thread
//! let handler = |mut conn, peer| {
//!     talk(&mut conn).unwrap_or_else(|error| eprintln!("{peer}: {error}"));
//! };
//! listener.serve(handler, stopped, Duration::from_secs(30));
//! # drop(stop);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```no_run
//! use smtp_blocking::Connector;
//! use smtp_blocking::client::{quit, send};
//! use smtp_proto::client::{Config, Envelope};
//!
//! let mut conn = Connector::new(Config::new("client.example".parse()?)).connect("mx.example.org:25")?;
//! let envelope = Envelope::new("me@client.example".parse()?, ["you@example.org".parse()?]);
//! let delivery = send(&mut conn, envelope, &b"Subject: Hello\n\nAny line ends will do.\n"[..])?;
//! assert!(delivery.is_complete());
//! quit(&mut conn)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every call is plain: it returns when it is done. Deadlines hold all the same, to the
//! millisecond, and however the octets drip: no socket blocks by itself, the thread waits for what
//! comes first, see [`block_on`].
//!
//! What a connection does is in [`smtp_driver`], what is said on it in [`smtp_proto`]. Here is only
//! what a stream, a clock, a listener and TLS are in the world of threads; the adapters for other
//! worlds have the same things under the same names.
//!
//! For Unix: threads wait with `poll(2)`. A connection costs a thread and two descriptors.
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

mod bell;
mod clock;
mod connection;
mod handshake;
mod io;
mod net;
mod park;
mod plain;
mod socket;

use std::net::TcpStream;

use smtp_proto::client::Client;
use smtp_proto::server::Server;

pub use clock::Clock;
pub use connection::Connection;
pub use handshake::TlsStream;
pub use io::{Duplex, Io};
pub use net::Threads;
pub use park::block_on;
pub use plain::{client, server};
pub use smtp_driver::tls::{self, ClientTls, Rustls, ServerTls};
pub use smtp_driver::{Drain, DrainWatch, Error, Upgradable, UpgradeWith, rustls};
pub use socket::Socket;

pub use plain::client::Connector;
pub use plain::server::Listener;

/// A stream in the clear that can be encrypted by rustls.
pub type Stream<T = Socket<TcpStream>> = Upgradable<Io<T>, Rustls>;

/// A server's side of a connection.
pub type ServerConnection<T = Socket<TcpStream>> = Connection<Server, Stream<T>>;

/// A client's side of a connection.
pub type ClientConnection<T = Socket<TcpStream>> = Connection<Client, Stream<T>>;

/// Message content from any reader: wrap it in [`Io`].
pub type ReaderBody<T> = client::ReaderBody<Io<T>>;
