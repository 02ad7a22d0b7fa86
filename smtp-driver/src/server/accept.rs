//! Where connections come from.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use crate::tls::TlsTransport;

/// Where connections come from: a socket that listens.
pub trait Accept: Send {
    /// A connection.
    type Transport: TlsTransport + Send + 'static;

    /// What the socket itself is called: an address, or a path.
    type Address: fmt::Display;

    /// The next connection, and where it comes from if that can be told.
    ///
    /// A TCP socket comes with `TCP_NODELAY`: what is written to it is whole replies, and somebody
    /// waits for each.
    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>>;

    /// Where it listens.
    fn local_addr(&self) -> io::Result<Self::Address>;
}
