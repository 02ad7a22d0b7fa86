//! The two ways to the next hop: TCP, and a unix-domain socket.

use std::future::Future;
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use smtp_driver::client::{ClientConnection, ConnectError};
use smtp_driver::tls::TlsTransport;
use smtp_proto::syntax::capability::{Capabilities, Extension};
use smtp_tokio::{Connector, Io, Tokio};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// A way to the next hop.
pub(crate) trait Wire: TlsTransport + Send + 'static {
    /// What the next hop is called there.
    type Address: Send + Sync + 'static;

    /// Connects. Nothing was said.
    fn dial(
        connector: &Connector,
        address: &Self::Address,
    ) -> impl Future<Output = Result<ClientConnection<Tokio, Self>, ConnectError>> + Send;
}

impl Wire for Io<TcpStream> {
    /// A name or an IP address, and a port.
    type Address = (String, u16);

    async fn dial(
        connector: &Connector,
        (host, port): &(String, u16),
    ) -> Result<ClientConnection<Tokio, Self>, ConnectError> {
        connector.dial((host.as_str(), *port)).await
    }
}

#[cfg(unix)]
impl Wire for Io<UnixStream> {
    type Address = PathBuf;

    async fn dial(
        connector: &Connector,
        path: &PathBuf,
    ) -> Result<ClientConnection<Tokio, Self>, ConnectError> {
        connector.dial_unix(path).await
    }
}

/// Where everything goes, and how.
pub(crate) struct Route<T: Wire> {
    pub(crate) connector: Connector,
    pub(crate) address: T::Address,
    /// Whether the next hop offered DSN when it was last connected to.
    takes_dsn: AtomicBool,
}

impl<T: Wire> Route<T> {
    pub(crate) fn new(connector: Connector, address: T::Address) -> Self {
        Self { connector, address, takes_dsn: AtomicBool::new(false) }
    }

    pub(crate) fn takes_dsn(&self) -> bool {
        self.takes_dsn.load(Ordering::Relaxed)
    }

    /// A connection is ready, and this is what the next hop offers on it.
    pub(crate) fn learn(&self, capabilities: &Capabilities) {
        self.takes_dsn.store(capabilities.has(Extension::Dsn), Ordering::Relaxed);
    }
}
