//! Why there is no connection.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use thiserror::Error as ThisError;

use super::EstablishError;

/// Why there is no connection.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the server could not be resolved.
    #[error("the name of the server could not be resolved: {0}")]
    Resolve(io::Error),
    /// None of the server's addresses could be reached, or came through the handshake of implicit
    /// TLS.
    #[error("no connection to the server: {}", Listed(.0))]
    Unreachable(Vec<Attempt>),
    /// The server could be reached, and did not let the client come to the point.
    #[error(transparent)]
    Establish(#[from] EstablishError),
}

/// An address that led to no connection.
#[derive(Debug)]
pub struct Attempt {
    /// The address.
    pub address: Address,
    /// It was reached, and the handshake of implicit TLS failed.
    pub handshake: bool,
    /// What came of it.
    pub error: io::Error,
}

/// What a client connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An address and a port.
    Tcp(SocketAddr),
    /// A unix-domain socket.
    Unix(Box<Path>),
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Unix(path.into())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// Attempts in a row, for an error message.
struct Listed<'a>(&'a [Attempt]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("it has no address that could be tried");
        }
        for (index, Attempt { address, handshake, error }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let stage = if *handshake { "the TLS handshake failed: " } else { "" };
            write!(f, "{separator}{address}: {stage}{error}")?;
        }
        Ok(())
    }
}
