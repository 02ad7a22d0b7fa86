//! A connection whose next event is waited for by the thread.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smtp_driver::{Error, Stream};
use smtp_proto::{Client, Machine, Server, client, server};

use crate::{Clock, block_on};

/// A machine, its stream and its clock; derefs to the machine, for its answers and requests.
pub struct Connection<M, S>(smtp_driver::Connection<M, S, Clock>);

impl<M: Machine, S: Stream> Connection<M, S> {
    /// Puts the three together. Nothing happens before the first [`next`](Self::next).
    pub fn new(machine: M, stream: S, clock: Clock) -> Self {
        Self(smtp_driver::Connection::new(machine, stream, clock))
    }

    /// The next event, as soon as there is one; `None` when the connection is over.
    ///
    /// # Errors
    ///
    /// See [`Error`]. After an error, too, this may be called again.
    #[allow(clippy::should_implement_trait, reason = "it is no iterator: questions are answered")]
    pub fn next(&mut self) -> Result<Option<M::Event>, Error> {
        block_on(self.0.next())
    }

    /// Writes what waits to be written, whether or not a question is open: if the answer takes long,
    /// the replies to the commands before it need not wait for it.
    pub fn flush(&mut self) {
        block_on(self.0.flush());
    }

    /// The connection as all worlds have it, for what is to run in [`block_on`].
    #[must_use]
    pub fn into_inner(self) -> smtp_driver::Connection<M, S, Clock> {
        self.0
    }
}

impl<S: Stream> Connection<Server, S> {
    /// [`turn`](smtp_driver::Connection::turn): goes on as the client, after ATRN.
    pub fn turn(self, config: impl Into<Arc<client::Config>>) -> Connection<Client, S> {
        self.0.turn(config).into()
    }
}

impl<S: Stream> Connection<Client, S> {
    /// [`turn`](smtp_driver::Connection::turn): goes on as the server, after ATRN.
    pub fn turn(self, config: impl Into<Arc<server::Config>>) -> Connection<Server, S> {
        self.0.turn(config).into()
    }
}

impl<M, S> From<smtp_driver::Connection<M, S, Clock>> for Connection<M, S> {
    fn from(connection: smtp_driver::Connection<M, S, Clock>) -> Self {
        Self(connection)
    }
}

impl<M, S> Deref for Connection<M, S> {
    type Target = smtp_driver::Connection<M, S, Clock>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<M, S> DerefMut for Connection<M, S> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<M: fmt::Debug, S> fmt::Debug for Connection<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
