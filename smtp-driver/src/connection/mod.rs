//! A machine, its stream and its clock.
//!
//! What a [`Connection`] does on its own account, beyond what its machine asks for:
//!
//! - It reads and writes at the same time, so that two peers that send before they receive do not
//!   wait for each other for ever.
//! - When writing fails it goes on reading for a while: a server that refuses (421, 552) and closes
//!   makes its client's writes fail, and the reason is what was sent last.
//! - When the machine is done it says so to the peer, behind whatever the stream has kept back, and
//!   throws away what still comes, for a while: to close with octets unread would reset the connection,
//!   and the peer could lose the last reply (RFC 1122 section 4.2.2.13).
//! - It tells of an error of the stream only after the machine has told everything, and not at all
//!   if the error means no more than that the peer has gone.

mod farewell;
mod inner;
mod memory;
mod transfer;

use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::{Context, Poll};

use smtp_proto::{Client, Machine, Server, client, server};

#[cfg(feature = "net")]
use crate::trace::Trace;
use crate::{Clock, DrainWatch, Error, Stream};
use inner::{Draining, Inner};

/// A machine, its stream and its clock; derefs to the machine, for its answers and requests.
///
/// All state is in here and none in the futures: [`next`](Self::next) may be cancelled at any time
/// and called again.
///
/// It is small, and what is behind it stays where it is: a task that passes it on from one future to the
/// next pays for it once, and not once for each.
pub struct Connection<M, S, C>(Box<Inner<M, S, C>>);

impl<M: Machine, S: Stream, C: Clock> Connection<M, S, C> {
    /// Puts the three together. Nothing happens before the first [`next`](Self::next).
    pub fn new(machine: M, stream: S, clock: C) -> Self {
        Self(Box::new(Inner::new(machine, stream, clock)))
    }

    /// The next event; `None` when the connection is over, or its roles are to be reversed.
    /// Cancel-safe.
    ///
    /// # Errors
    ///
    /// See [`Error`]. After an error, too, this may be called again.
    pub async fn next(&mut self) -> Result<Option<M::Event>, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next event, as [`next`](Self::next) gives it.
    ///
    /// A bounded amount of work: it may return `Pending` with the task already woken.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<M::Event>, Error>> {
        self.0.poll_next(cx)
    }

    /// Writes what waits to be written, whether or not a question is open: if the answer takes long,
    /// the replies to the commands before it need not wait for it. Cancel-safe.
    ///
    /// What goes wrong is told by [`next`](Self::next).
    pub async fn flush(&mut self) {
        poll_fn(|cx| self.0.poll_written(cx)).await;
    }
}

impl<S: Stream, C: Clock> Connection<Server, S, C> {
    /// Goes on as the client over the same stream, after [`Event::Turned`]: ATRN was accepted (RFC
    /// 2645 section 5.3).
    ///
    /// TLS stays. Who the peer is, by AUTH, only the application knows from here on.
    ///
    /// [`Event::Turned`]: smtp_proto::server::Event::Turned
    pub fn turn(self, config: impl Into<Arc<client::Config>>) -> Connection<Client, S, C> {
        let tls = self.0.machine.tls().cloned();
        Connection(Box::new(self.0.replace(Client::new(config), tls)))
    }
}

impl<S: Stream, C: Clock> Connection<Client, S, C> {
    /// Goes on as the server over the same stream, after [`Event::Turned`]: ATRN was accepted (RFC
    /// 2645 section 5.3).
    ///
    /// TLS stays.
    ///
    /// [`Event::Turned`]: smtp_proto::client::Event::Turned
    pub fn turn(self, config: impl Into<Arc<server::Config>>) -> Connection<Server, S, C> {
        let tls = self.0.machine.tls().cloned();
        Connection(Box::new(self.0.replace(Server::new(config), tls)))
    }
}

impl<M, S, C> Connection<M, S, C> {
    /// The stream.
    #[must_use]
    pub fn stream(&self) -> &S {
        &self.0.stream
    }

    /// The stream. To read from it or write to it would break the conversation.
    pub fn stream_mut(&mut self) -> &mut S {
        &mut self.0.stream
    }

    /// What the connection tells is told in this span; the application may tell more in it.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn span(&self) -> &tracing::Span {
        self.0.trace.span()
    }

    #[cfg(feature = "net")]
    pub(crate) fn trace(&self) -> &Trace {
        &self.0.trace
    }

    /// Takes it apart. What was read and not used is in the machine.
    #[must_use]
    pub fn into_parts(self) -> (M, S, C) {
        let inner = *self.0;
        (inner.machine, inner.stream, inner.clock)
    }
}

impl<S, C> Connection<Server, S, C> {
    /// Once `watch` says so, calls [`Server::shutdown`]; and ends with [`Error::Cut`], if it comes
    /// to that.
    pub fn watch(&mut self, watch: DrainWatch) {
        self.0.drain = Some(Draining { watch, act: Some(Server::shutdown) });
    }
}

impl<M, S, C> Deref for Connection<M, S, C> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.0.machine
    }
}

impl<M, S, C> DerefMut for Connection<M, S, C> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.0.machine
    }
}

impl<M: fmt::Debug, S, C> fmt::Debug for Connection<M, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("machine", &self.0.machine)
            .field("stage", &self.0.stage)
            .field("failure", &self.0.failure)
            .finish_non_exhaustive()
    }
}
