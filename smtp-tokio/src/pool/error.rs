//! Why a pool could not do what it was asked for.

use std::time::Duration;

use deadpool::managed::{self, TimeoutType};
use thiserror::Error as ThisError;

use super::Manager;
use crate::client::{ConnectError, SendFailure, Target};

/// Why a pool could not do what it was asked for. Except for [`Send`](Self::Send), nothing was sent.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum PoolError {
    /// No connection could be opened, or the login failed.
    #[error("no connection to {server}: {error}")]
    Connect {
        /// Where to.
        server: Target,
        /// Why.
        error: ConnectError,
    },
    /// Opening a connection took longer than [`Timeouts::create`](super::Timeouts::create) allows.
    #[error("no connection to {server}: connecting and logging in took longer than {limit:?}")]
    TooSlow {
        /// Where to.
        server: Target,
        /// What is allowed.
        limit: Duration,
    },
    /// No connection became free in the time that [`Timeouts::wait`](super::Timeouts::wait) allows.
    #[error("no connection to {server} became free in {limit:?}: all {size} are in use")]
    Exhausted {
        /// Where to.
        server: Target,
        /// What is allowed.
        limit: Duration,
        /// How many connections the pool may have.
        size: usize,
    },
    /// The pool was closed.
    #[error("no connection to {server}: the pool was closed")]
    Closed {
        /// Where to.
        server: Target,
    },
    /// There was a connection, and the message could not be sent over it.
    #[error(transparent)]
    Send(#[from] SendFailure),
}

impl PoolError {
    pub(super) fn of(
        pool: &managed::Pool<Manager>,
        error: managed::PoolError<ConnectError>,
    ) -> Self {
        use managed::PoolError as Error;
        let server = pool.manager().server.clone();
        let timeouts = pool.timeouts();
        match error {
            Error::Backend(error) => Self::Connect { server, error },
            Error::Timeout(TimeoutType::Wait) => Self::Exhausted {
                server,
                limit: timeouts.wait.unwrap_or_default(),
                size: pool.status().max_size,
            },
            Error::Timeout(TimeoutType::Create | TimeoutType::Recycle) => {
                Self::TooSlow { server, limit: timeouts.create.unwrap_or_default() }
            }
            Error::Closed => Self::Closed { server },
            #[expect(clippy::unreachable, reason = "there is a runtime, and there are no hooks")]
            Error::NoRuntimeSpecified | Error::PostCreateHook(_) => unreachable!("{error}"),
        }
    }
}
