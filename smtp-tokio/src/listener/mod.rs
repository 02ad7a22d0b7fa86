//! A server's socket, and the connections that come from it.

mod accept;
mod serve;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use smtp_proto::server::Config;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::task::JoinError;
use tokio_rustls::rustls::ServerConfig;

pub use accept::Accept;

/// A server's socket, and how its connections are treated.
pub struct Listener<L: Accept = TcpListener> {
    /// The socket.
    pub socket: L,
    /// What the server offers.
    pub config: Arc<Config>,
    /// For STARTTLS or implicit TLS. STARTTLS is offered if
    /// [`config.starttls`](Config::starttls) says so.
    pub tls: Option<Arc<ServerConfig>>,
    /// Connections begin with a TLS handshake (RFC 8314), which has to be done within
    /// [`config.timeouts.handshake`](smtp_proto::timeouts::ServerTimeouts::handshake).
    pub implicit_tls: bool,
    /// How many connections may be open at a time. Further ones are told 421 4.3.2, or closed at
    /// once with implicit TLS.
    pub max_connections: usize,
    /// Hears what goes wrong, to log it. Called between connections, so it is to return soon.
    pub observer: Observer<L::Peer>,
}

/// What hears what goes wrong.
type Observer<P> = Box<dyn Fn(Incident<P>) + Send + Sync>;

/// Something that went wrong and did not stop the server.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incident<P> {
    /// No connection could be accepted. After an error that concerns the whole process, like too
    /// many open files, the next attempt is made a little later.
    Accept(io::Error),
    /// A client was sent away because too many others were there.
    Refused(P),
    /// A client did not get through the handshake of implicit TLS.
    Handshake(P, io::Error),
    /// A handler panicked. Its connection was dropped.
    Panic(JoinError),
}

impl<P: fmt::Debug> fmt::Display for Incident<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept(error) => write!(f, "accepting a connection failed: {error}"),
            Self::Refused(peer) => write!(f, "{peer:?} was refused: too many connections"),
            Self::Handshake(peer, error) => {
                write!(f, "the TLS handshake with {peer:?} failed: {error}")
            }
            Self::Panic(error) => write!(f, "the handler of a connection failed: {error}"),
        }
    }
}

/// What came of a listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Connections given to the handler, or to the handshake before it.
    pub accepted: u64,
    /// Connections sent away because too many others were there.
    pub refused: u64,
    /// Handshakes of implicit TLS that failed.
    pub handshakes_failed: u64,
    /// Handlers that panicked.
    pub panicked: u64,
    /// Connections that were not over when the time for the end was.
    pub aborted: u64,
    /// Connections that could not be accepted.
    pub accept_errors: u64,
}

impl Listener {
    /// Listens on a TCP address; the rest as [`new`](Self::new).
    pub async fn bind(
        address: impl ToSocketAddrs,
        config: impl Into<Arc<Config>>,
    ) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(address).await?, config))
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

impl<L: Accept> Listener<L> {
    /// A listener without TLS for at most 1000 connections at a time.
    pub fn new(socket: L, config: impl Into<Arc<Config>>) -> Self {
        Self {
            socket,
            config: config.into(),
            tls: None,
            implicit_tls: false,
            max_connections: 1000,
            observer: Box::new(|_| {}),
        }
    }
}

impl<L: Accept + fmt::Debug> fmt::Debug for Listener<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("socket", &self.socket)
            .field("implicit_tls", &self.implicit_tls)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
