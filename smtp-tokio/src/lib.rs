//! SMTP, submission and LMTP on Tokio.
//!
//! - A server: [`Listener`] accepts connections and gives each to a handler as a
//!   [`ServerConnection`].
//! - A client: [`connect`] opens a [`ClientConnection`] and takes it, with STARTTLS and AUTH if
//!   wanted, to where messages can be sent with [`smtp_driver::client::send`].
//! - Any other stream of Tokio's: [`server_connection`] and [`client_connection`].
//!
//! What a connection does is in [`smtp_driver`], what is said on it in [`smtp_proto`].

mod body;
mod clock;
mod connect;
mod facts;
mod listener;
mod stream;
pub mod tls;

use std::sync::Arc;

use smtp_driver::Connection;
use smtp_proto::client::{self, Client};
use smtp_proto::server::{self, Server};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConfig;

pub use body::ReaderBody;
pub use clock::Clock;
pub use connect::{Attempt, ConnectError, Options, connect, dial};
pub use listener::{Accept, Incident, Listener, Statistics};
pub use stream::{ClientTls, Stream};
pub use tokio_rustls::rustls;

/// A server's side of a connection.
pub type ServerConnection<IO = TcpStream> = Connection<Server, Stream<IO>, Clock>;

/// A client's side of a connection.
pub type ClientConnection<IO = TcpStream> = Connection<Client, Stream<IO>, Clock>;

/// A server on a stream that is in the clear so far.
pub fn server_connection<IO>(
    io: IO,
    config: impl Into<Arc<server::Config>>,
    tls: Option<Arc<ServerConfig>>,
) -> ServerConnection<IO>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    Connection::new(Server::new(config), Stream::server(io, tls), Clock::new())
}

/// A client on a stream that is in the clear so far.
pub fn client_connection<IO>(
    io: IO,
    config: impl Into<Arc<client::Config>>,
    tls: Option<ClientTls>,
) -> ClientConnection<IO>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    Connection::new(Client::new(config), Stream::client(io, tls), Clock::new())
}

/// The code in the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
