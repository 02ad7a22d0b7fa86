//! What deadpool has to know of connections.

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};

use super::census::Census;
use super::{Limits, Pooled};
use crate::Connector;
use crate::client::{ConnectError, Target};

/// How connections are opened, and whether they can be used again.
#[derive(Debug)]
pub struct Manager {
    /// How to open them; STARTTLS and AUTH are its business.
    pub connector: Connector,
    /// Where to.
    pub server: Target,
    /// How long they are worth keeping.
    pub limits: Limits,
    pub(super) census: Census,
}

impl Manager {
    /// With the usual limits.
    pub fn new(connector: Connector, server: impl Into<Target>) -> Self {
        Self {
            connector,
            server: server.into(),
            limits: Limits::default(),
            census: Census::default(),
        }
    }
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = ConnectError;

    async fn create(&self) -> Result<Pooled, ConnectError> {
        let presence = self.census.enter();
        let conn = self.connector.connect(self.server.clone()).await?;
        Ok(Pooled::new(conn, self.limits, presence))
    }

    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<ConnectError> {
        pooled.check().await.map_err(RecycleError::message)
    }
}
