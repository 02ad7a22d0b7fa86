//! Connecting, over whatever leads to the server.

#[cfg(unix)]
use std::path::Path;

use smtp_driver::Runtime;
use smtp_driver::client::{ClientConnection, ConnectError, Connector};
use smtp_driver::tls::TlsTransport;

/// A way to the server.
pub(super) trait Dial: Sync {
    type Runtime: Runtime;
    type Transport: TlsTransport;

    /// A connection on which nothing was said.
    fn dial(
        &self,
    ) -> impl Future<Output = Result<ClientConnection<Self::Runtime, Self::Transport>, ConnectError>>
    + Send;
}

pub(super) struct Tcp<'a, R: Runtime> {
    pub(super) connector: &'a Connector<R>,
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl<R: Runtime> Dial for Tcp<'_, R> {
    type Runtime = R;
    type Transport = R::TcpStream;

    async fn dial(&self) -> Result<ClientConnection<R, R::TcpStream>, ConnectError> {
        self.connector.dial((self.host, self.port)).await
    }
}

#[cfg(unix)]
pub(super) struct Unix<'a, R: Runtime> {
    pub(super) connector: &'a Connector<R>,
    pub(super) path: &'a Path,
}

#[cfg(unix)]
impl<R: Runtime> Dial for Unix<'_, R> {
    type Runtime = R;
    type Transport = R::UnixStream;

    async fn dial(&self) -> Result<ClientConnection<R, R::UnixStream>, ConnectError> {
        self.connector.dial_unix(self.path).await
    }
}
