//! What goes wrong and does not stop a server.

use std::fmt;
use std::io;

use super::{Peer, ProxyFailure};

/// Something that went wrong and did not stop the server.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incident {
    /// No connection could be accepted. After an error that concerns the whole process, like too
    /// many open files, the next attempt is made a little later.
    Accept(io::Error),
    /// A connection was accepted and nobody could be found to attend to it: no thread could be
    /// made. It was closed.
    Spawn(Peer, io::Error),
    /// A client was sent away because too many others were there.
    Refused(Peer),
    /// A client was sent away because too many from the same address were there.
    TooMany(Peer),
    /// A connection was closed that is to begin with a PROXY header, and comes from where no
    /// balancer is: somebody gets around the balancer, or [`trusted`](super::ProxyPolicy::trusted)
    /// lacks an address.
    Untrusted(Peer),
    /// A connection was closed that did not begin with a PROXY header.
    Proxy(Peer, ProxyFailure),
    /// A client did not get through the handshake of implicit TLS.
    Handshake(Peer, io::Error),
    /// [`config.starttls`](smtp_proto::server::Config::starttls) is on and
    /// [`Listener::tls`](super::Listener::tls) is not there. STARTTLS is not offered. Told once, before
    /// the first connection.
    NoTls,
    /// A handler panicked. Its connection was dropped.
    Panic(Peer, String),
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept(error) => write!(f, "accepting a connection failed: {error}"),
            Self::Spawn(peer, error) => {
                write!(f, "{peer} was turned away, there is nobody to attend to it: {error}")
            }
            Self::Refused(peer) => write!(f, "{peer} was refused: too many connections"),
            Self::TooMany(peer) => {
                write!(f, "{peer} was refused: too many connections from this address")
            }
            Self::Untrusted(peer) => {
                write!(f, "{peer} was refused: PROXY headers are not taken from this address")
            }
            Self::Proxy(peer, error) => write!(f, "{peer} was closed: {error}"),
            Self::Handshake(peer, error) => {
                write!(f, "the TLS handshake with {peer} failed: {error}")
            }
            Self::NoTls => {
                f.write_str("STARTTLS is not offered: it is configured, and the listener has no ")?;
                f.write_str("certificate for it; give it one, or turn STARTTLS off")
            }
            Self::Panic(peer, message) => write!(f, "the handler of {peer} failed: {message}"),
        }
    }
}
