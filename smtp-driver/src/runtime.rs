//! What a world of tasks, sockets and timers has to say of itself.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::Clock;
use crate::client::Target;
use crate::server::Accept;
use crate::tls::TlsTransport;

/// What a world of tasks, sockets and timers has to say of itself, for a
/// [`Listener`](crate::server::Listener) and a [`Connector`](crate::client::Connector) to work in
/// it. Implemented by the adapters; whoever only has streams does not need it.
pub trait Runtime: Send + Sync + 'static {
    /// Its clock. The default begins now.
    type Clock: Clock + Default + Send + 'static;

    /// A TCP socket that listens.
    type TcpListener: Accept<Transport = Self::TcpStream, Address = SocketAddr>;

    /// A TCP connection.
    type TcpStream: TlsTransport + Send + 'static;

    /// A unix-domain socket that listens.
    #[cfg(unix)]
    type UnixListener: Accept<Transport = Self::UnixStream>;

    /// A connection over a unix-domain socket.
    #[cfg(unix)]
    type UnixStream: TlsTransport + Send + 'static;

    /// Takes over a socket that does not block.
    fn tcp_listener(socket: std::net::TcpListener) -> io::Result<Self::TcpListener>;

    /// Takes over a socket that does not block.
    #[cfg(unix)]
    fn unix_listener(socket: std::os::unix::net::UnixListener) -> io::Result<Self::UnixListener>;

    /// Finds the addresses of a server; [`Target::resolve`] does it, and blocks.
    fn resolve(target: Target) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;

    /// Connects to an address, from another if one is given, and sets `TCP_NODELAY`.
    fn connect_tcp(
        to: SocketAddr,
        from: Option<IpAddr>,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Takes over a connection that does not block.
    #[cfg(unix)]
    fn unix_stream(socket: std::os::unix::net::UnixStream) -> io::Result<Self::UnixStream>;

    /// Runs a task, detached: it ends by itself.
    ///
    /// # Errors
    ///
    /// It can't be run, and was dropped.
    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> io::Result<()>;
}
