//! A socket that accepts what a test has prepared.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use smtp_driver::server::Accept;

use super::End;

/// A socket that listens: its connections, and its errors, are there already. Then nothing comes
/// any more.
pub(crate) struct Scripted(VecDeque<io::Result<End>>);

impl Scripted {
    pub(crate) fn new(script: impl IntoIterator<Item = io::Result<End>>) -> Self {
        Self(script.into_iter().collect())
    }
}

impl Accept for Scripted {
    type Transport = End;
    type Address = &'static str;

    fn poll_accept(&mut self, _: &mut Context<'_>) -> Poll<io::Result<(End, Option<SocketAddr>)>> {
        match self.0.pop_front() {
            Some(result) => Poll::Ready(result.map(|end| (end, None))),
            None => Poll::Pending,
        }
    }

    fn local_addr(&self) -> io::Result<&'static str> {
        Ok("a script")
    }
}
