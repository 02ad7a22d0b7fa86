//! Where connections come from.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream, unix};

/// Where connections come from: a socket that listens.
pub trait Accept {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// Who is at its other end.
    type Peer: fmt::Debug + Send + 'static;

    /// The next connection.
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Io, Self::Peer)>>;
}

impl Accept for TcpListener {
    type Io = TcpStream;
    type Peer = SocketAddr;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        Self::poll_accept(self, cx).map_ok(|(io, peer)| {
            // What is written is whole replies, each of which somebody waits for. If this fails,
            // all is as correct and a little slower.
            let _ = io.set_nodelay(true);
            (io, peer)
        })
    }
}

/// For LMTP between programs on one machine.
#[cfg(unix)]
impl Accept for UnixListener {
    type Io = UnixStream;
    type Peer = unix::SocketAddr;

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, Self::Peer)>> {
        Self::poll_accept(self, cx)
    }
}
