//! Who is at the other end of a server's connection.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Who is at the other end of a server's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// The other end of the socket; `None` if that is a unix-domain socket.
    pub socket: Option<SocketAddr>,
}

impl Peer {
    /// The other end of a socket.
    #[must_use]
    pub fn new(socket: Option<SocketAddr>) -> Self {
        Self { socket }
    }

    /// The client's address and port, if it has one.
    #[must_use]
    pub fn client(&self) -> Option<SocketAddr> {
        self.socket
    }

    /// The client's address, if it has one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.client().map(|address| address.ip())
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
