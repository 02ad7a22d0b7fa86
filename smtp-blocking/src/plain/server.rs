//! A server's socket, and the connections that come from it.

use std::future::{Future, ready};
use std::io;
use std::net::{TcpListener, ToSocketAddrs};
use std::ops::{Deref, DerefMut};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use smtp_driver::server as driver;
use smtp_proto::server::{Config, Server};

pub use smtp_driver::server::{Accept, Incident, Peer, Statistics};

use crate::{Connection, Io, Rustls, Socket, Threads, Upgradable, block_on};

/// A server's socket, and how its connections are treated; derefs to its
/// [settings](driver::Listener).
#[derive(Debug)]
pub struct Listener<L: Accept = Io<Socket<TcpListener>>>(driver::Listener<Threads, L>);

impl Listener {
    /// Listens on a TCP address; the rest as [`new`](Self::new).
    pub fn bind(address: impl ToSocketAddrs, config: impl Into<Arc<Config>>) -> io::Result<Self> {
        driver::Listener::bind(address, config).map(Self)
    }
}

impl Listener<Io<Socket<UnixListener>>> {
    /// Listens on a unix-domain socket; the rest as [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// If there is something of this name: what a process before has left is for the caller to
    /// remove.
    pub fn bind_unix(path: impl AsRef<Path>, config: impl Into<Arc<Config>>) -> io::Result<Self> {
        driver::Listener::bind_unix(path, config).map(Self)
    }
}

impl<L: Accept> Listener<L> {
    /// A listener without TLS, for at most 1000 connections at a time from anywhere.
    pub fn new(socket: L, config: impl Into<Arc<Config>>) -> Self {
        Self(driver::Listener::new(socket, config))
    }

    /// Gives each connection to `handler`, on a thread of its own, until `shutdown` is ready: the
    /// watch of a [`Drain`](crate::Drain), for instance.
    ///
    /// Then no more connections are accepted, and those there are come to an end in good order.
    /// What is not over after `grace` is cut off: its handler gets
    /// [`Error::Cut`](crate::Error::Cut). A handler that does not ask its connection for anything
    /// can't be stopped, and is not waited for. A handler that panics harms its own connection only.
    pub fn serve<H>(
        self,
        handler: H,
        shutdown: impl Future<Output = ()>,
        grace: Duration,
    ) -> Statistics
    where
        H: Fn(Connection<Server, Upgradable<L::Transport, Rustls>>, Peer) + Send + Sync + 'static,
    {
        let handler = move |conn: driver::ServerConnection<Threads, L::Transport>, peer| {
            handler(conn.into(), peer);
            ready(())
        };
        block_on(self.0.serve(handler, shutdown, grace))
    }
}

impl<L: Accept> Deref for Listener<L> {
    type Target = driver::Listener<Threads, L>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<L: Accept> DerefMut for Listener<L> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
