//! A server's socket, and how its connections are treated.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::net::ToSocketAddrs;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;

use smtp_proto::server::{Config, Server};

use super::{Accept, Incident, Peer, ProxyPolicy};
use crate::tls::{Rustls, ServerTls};
use crate::{Connection, Runtime, Upgradable};

/// A server's side of a connection.
pub type ServerConnection<R, T> = Connection<Server, Upgradable<T, Rustls>, <R as Runtime>::Clock>;

/// A server's socket, and how its connections are treated.
pub struct Listener<R: Runtime, L: Accept = <R as Runtime>::TcpListener> {
    /// The socket.
    pub socket: L,
    /// What the server offers.
    pub config: Arc<Config>,
    /// What it offers to one client, where that is something else: XCLIENT to a trusted proxy alone,
    /// for instance. `None` is the same as to everybody.
    pub config_for: ConfigFor,
    /// For STARTTLS or implicit TLS. STARTTLS is offered if
    /// [`config.starttls`](Config::starttls) says so; without this it is not, whatever that says, and
    /// the observer hears of it ([`Incident::NoTls`]).
    pub tls: Option<ServerTls>,
    /// Connections begin with a TLS handshake (RFC 8314), which has to be done within
    /// [`config.timeouts.handshake`](smtp_proto::timeouts::ServerTimeouts::handshake).
    pub implicit_tls: bool,
    /// How many connections may be open at a time. Further ones are told 421, or closed at
    /// once with implicit TLS. 1000, unless set.
    pub max_connections: usize,
    /// How many of them may be from one address. IPv6 addresses that share their first 64 bits
    /// count as one. Further ones are told 421, or closed at once with implicit TLS. As many
    /// as there may be connections, unless set.
    pub max_per_address: Option<usize>,
    /// Connections come through a balancer that says who the client is. Off, unless set.
    pub proxy: Option<ProxyPolicy>,
    /// Hears what goes wrong, to log it. Called between connections, so it is to return soon.
    pub observer: Observer,
    pub(super) runtime: PhantomData<R>,
}

/// Chooses what is offered to a client. It is asked once for each connection, behind the PROXY header
/// if there is one, and is to return soon.
pub type ConfigFor = Box<dyn Fn(&Peer) -> Option<Arc<Config>> + Send + Sync>;

/// What hears what goes wrong.
pub(super) type Observer = Box<dyn Fn(Incident) + Send + Sync>;

impl<R: Runtime> Listener<R> {
    /// Listens on a TCP address; the rest as [`new`](Self::new).
    ///
    /// If it is given by name, this waits for the name to be resolved.
    pub fn bind(address: impl ToSocketAddrs, config: impl Into<Arc<Config>>) -> io::Result<Self> {
        let socket = std::net::TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self::new(R::tcp_listener(socket)?, config))
    }
}

#[cfg(unix)]
impl<R: Runtime> Listener<R, R::UnixListener> {
    /// Listens on a unix-domain socket; the rest as [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// If there is something of this name: what a process before has left is for the caller to
    /// remove.
    pub fn bind_unix(path: impl AsRef<Path>, config: impl Into<Arc<Config>>) -> io::Result<Self> {
        let socket = std::os::unix::net::UnixListener::bind(path)?;
        socket.set_nonblocking(true)?;
        Ok(Self::new(R::unix_listener(socket)?, config))
    }
}

impl<R: Runtime, L: Accept> Listener<R, L> {
    /// A listener without TLS, for at most 1000 connections at a time from anywhere.
    pub fn new(socket: L, config: impl Into<Arc<Config>>) -> Self {
        Self {
            socket,
            config: config.into(),
            config_for: Box::new(|_| None),
            tls: None,
            implicit_tls: false,
            max_connections: 1000,
            max_per_address: None,
            proxy: None,
            observer: Box::new(|_| {}),
            runtime: PhantomData,
        }
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<L::Address> {
        self.socket.local_addr()
    }
}

impl<R: Runtime, L: Accept + fmt::Debug> fmt::Debug for Listener<R, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("socket", &self.socket)
            .field("implicit_tls", &self.implicit_tls)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
