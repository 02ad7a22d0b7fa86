//! Connections to a server that are kept and used again, on [`deadpool`].
//!
//! A connection costs round trips before the first message: TCP, TLS, EHLO, AUTH. A [`Pool`] pays
//! for it once, and gives each message a connection that is ready.
//!
//! ```no_run
//! use smtp_proto::client::{Config, Envelope};
//! use smtp_tokio::client::Credentials;
//! use smtp_tokio::pool::{Manager, Pool};
//! use smtp_tokio::tls::{client_config, system_roots};
//! use smtp_tokio::{ClientTls, Connector};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let mut connector = Connector::new(Config::new("client.example".parse()?));
//! let config = client_config(system_roots()?)?;
//! connector.tls = Some(ClientTls { config, name: "mx.example.org".try_into()? });
//! connector.implicit_tls = true;
//! connector.login.credentials = Some(Credentials::new("tim", "tanstaaftanstaaf"));
//! let pool = Pool::new(Manager::new(connector, "mx.example.org:465"), 8);
//!
//! // From any number of tasks: a clone of the pool is the same pool.
//! let envelope = Envelope::new("tim@example.com".parse()?, ["bob@example.org".parse()?]);
//! let delivery = pool.send(envelope, &b"Subject: tea\r\n\r\nAt five.\r\n"[..]).await?;
//! assert!(delivery.is_complete());
//!
//! pool.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! What is deadpool's: how many connections there are, who waits for one and how long. What is ours:
//!
//! - How long a connection is worth keeping: [`Limits`]. Then it takes leave, with QUIT, in the
//!   background. It does not count any more while it does, so that the server may for a moment see
//!   more connections than the pool has.
//! - A look at every connection before it is used again. A server that has closed it, or has said
//!   421 or anything else unasked, is noticed without a round trip, and another connection is used.
//! - A connection is in the pool only between messages. A future that is dropped in the middle of one
//!   takes the connection with it.
//! - What is sent again when a connection breaks, and what is not: [`Pool::send`].
//!
//! Servers are reached over TCP. Connections over unix-domain sockets are of another type; they are
//! cheap to open, and not pooled here.

mod census;
mod error;
mod limits;
mod manager;
mod pooled;
mod quiet;
mod reaper;
mod send;

use std::fmt;

pub use deadpool;
use deadpool::Runtime;
pub use deadpool::Status;
use deadpool::managed;
pub use deadpool::managed::{PoolConfig, QueueMode, Timeouts};

pub use error::PoolError;
pub use limits::Limits;
pub use manager::Manager;
pub use pooled::Pooled;

/// A connection on loan: dropped, it goes back to the pool if it can be used again.
pub type Object = managed::Object<Manager>;

/// Connections to a server. A clone is the same pool.
///
/// When the last clone is dropped the connections take leave, in the background;
/// [`close`](Self::close) waits for that.
#[derive(Clone)]
pub struct Pool {
    inner: managed::Pool<Manager>,
}

impl Pool {
    /// At most `size` connections, for which is waited as long as it takes. Of those that are free
    /// the one that was used last is used first, so that those there is no need for become idle.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn new(manager: Manager, size: usize) -> Self {
        let config = PoolConfig { queue_mode: QueueMode::Lifo, ..PoolConfig::new(size) };
        Self::with_config(manager, config)
    }

    /// With all of deadpool's settings.
    ///
    /// [`Timeouts::create`] is for all that is done before the first message, beyond the connector's
    /// and the client's own deadlines. [`Timeouts::recycle`] matters with [`Limits::probe_after`]
    /// only.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn with_config(manager: Manager, config: PoolConfig) -> Self {
        let limits = manager.limits;
        #[expect(clippy::expect_used, reason = "said above")]
        let inner = managed::Pool::builder(manager)
            .config(config)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("timeouts need a runtime, and there is one");
        tokio::spawn(reaper::reap(inner.weak(), limits));
        Self { inner }
    }

    /// Takes a connection, for what [`send`](Self::send) can't do.
    pub async fn get(&self) -> Result<Object, PoolError> {
        self.inner.get().await.map_err(|error| PoolError::of(&self.inner, error))
    }

    /// How many connections there are, and how many wait for one. The number of those that are
    /// available may include some that are lost, or past their limits.
    #[must_use]
    pub fn status(&self) -> Status {
        self.inner.status()
    }

    /// Comes to an end: nobody gets a connection any more. Those that are free take leave at once,
    /// those in use when their message has its outcome. Waits for all of them.
    ///
    /// A server that does not answer QUIT is waited for a few seconds; an outcome may take minutes.
    /// Who can't wait that long drops this future, and everything goes on as it would have.
    pub async fn close(&self) {
        self.inner.close();
        self.inner.manager().census.nobody().await;
    }

    /// The pool, as deadpool knows it: to resize it, or to look at its connections. To be closed
    /// with [`close`](Self::close).
    #[must_use]
    pub fn inner(&self) -> &managed::Pool<Manager> {
        &self.inner
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("manager", self.inner.manager())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
