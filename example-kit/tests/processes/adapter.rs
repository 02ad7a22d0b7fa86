//! Whose `receive` and `send`.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::binaries::example;
use super::receive::Receive;
use super::send::Send;

/// Where there is a `receive` and a `send`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Adapter {
    pub(crate) package: &'static str,
    /// What they need to be built, separated by commas.
    pub(crate) features: &'static str,
    /// What stands behind their names.
    pub(crate) suffix: &'static str,
}

pub(crate) const TOKIO: Adapter = Adapter::new("smtp-tokio", "", "");
pub(crate) const BLOCKING: Adapter = Adapter::new("smtp-blocking", "", "-blocking");
pub(crate) const ASYNC_STD: Adapter =
    Adapter::new("smtp-async-std", "async-std,smol", "-async-std");
pub(crate) const SMOL: Adapter = Adapter::new("smtp-async-std", "async-std,smol", "-smol");

/// All of them.
pub(crate) const ALL: [&Adapter; 4] = [&TOKIO, &BLOCKING, &ASYNC_STD, &SMOL];

impl Adapter {
    const fn new(package: &'static str, features: &'static str, suffix: &'static str) -> Self {
        Self { package, features, suffix }
    }

    /// `receive` or `send`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        example(self, name)
    }

    /// A server on a free port, with a directory of its own.
    pub(crate) fn receive<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Receive {
        self.receive_in(Arc::new(tempfile::tempdir().expect("a directory")), args)
    }

    pub(crate) fn receive_in<S: AsRef<OsStr>>(
        &self,
        dir: Arc<TempDir>,
        args: impl IntoIterator<Item = S>,
    ) -> Receive {
        Receive::start(&self.program("receive"), "127.0.0.1:0", dir, args)
    }

    /// A server that listens there.
    pub(crate) fn receive_at<S: AsRef<OsStr>>(
        &self,
        listen: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Receive {
        let dir = Arc::new(tempfile::tempdir().expect("a directory"));
        Receive::start(&self.program("receive"), listen, dir, args)
    }

    /// A client of this server.
    pub(crate) fn send(&self, server: SocketAddr) -> Send {
        self.send_to(&server.to_string())
    }

    pub(crate) fn send_to(&self, server: &str) -> Send {
        Send::new(self.program("send"), server, "a@example.org")
    }

    /// With the null path.
    pub(crate) fn send_from_nobody(&self, server: SocketAddr) -> Send {
        Send::new(self.program("send"), &server.to_string(), "")
    }
}
