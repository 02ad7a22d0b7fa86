//! Tasks by async-std.

use std::future::Future;
use std::net::TcpListener;

use async_io::Async;

use crate::{AsyncIo, Io, Spawn, client, server};

/// async-std.
pub type AsyncStd = AsyncIo<Tasks>;

/// A server's socket, and how its connections are treated.
pub type Listener<L = Async<TcpListener>> = server::Listener<AsyncStd, Io<L>>;

/// How to open connections to servers.
pub type Connector = client::Connector<AsyncStd>;

/// Tasks of async-std's.
#[derive(Clone, Copy, Debug)]
pub struct Tasks;

impl Spawn for Tasks {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        ::async_std::task::spawn(task);
    }
}
