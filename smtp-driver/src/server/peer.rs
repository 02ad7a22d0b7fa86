//! Who is at the other end of a server's connection.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use smtp_proto::proxy::Header;

/// Who is at the other end of a server's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// The other end of the socket; `None` if that is a unix-domain socket.
    pub socket: Option<SocketAddr>,
    /// What the balancer said, if the connection came through one: see
    /// [`Listener::proxy`](super::Listener::proxy).
    pub proxy: Option<Box<Header>>,
}

impl Peer {
    /// The other end of a socket.
    #[must_use]
    pub fn new(socket: Option<SocketAddr>) -> Self {
        Self { socket, proxy: None }
    }

    /// The client's address and port, if it has one: what the balancer said, or else the other end
    /// of the socket.
    #[must_use]
    pub fn client(&self) -> Option<SocketAddr> {
        match self.proxy.as_ref().and_then(|header| header.source()) {
            Some(source) => source.socket_addr(),
            None => self.socket,
        }
    }

    /// The client's address, if it has one. An IPv4 address is one, however it is written.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.client().map(|address| address.ip().to_canonical())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client() {
            Some(address) => address.fmt(f),
            None => f.write_str("local"),
        }
    }
}
