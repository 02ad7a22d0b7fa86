//! Tasks by smol.

use std::future::Future;
use std::net::TcpListener;

use async_io::Async;

use crate::{AsyncIo, Io, Spawn, client, server};

/// smol.
pub type Smol = AsyncIo<Tasks>;

/// A server's socket, and how its connections are treated.
pub type Listener<L = Async<TcpListener>> = server::Listener<Smol, Io<L>>;

/// How to open connections to servers.
pub type Connector = client::Connector<Smol>;

/// Tasks of smol's.
#[derive(Clone, Copy, Debug)]
pub struct Tasks;

impl Spawn for Tasks {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        ::smol::spawn(task).detach();
    }
}
