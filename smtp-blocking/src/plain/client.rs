//! A client's usual ways over a [`Connection`]: connecting, from the greeting to where messages can
//! be sent, sending them, and taking leave. See [`smtp_driver::client`].

use std::future::ready;
use std::net::TcpStream;
use std::ops::{Deref, DerefMut};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use smtp_driver::client as driver;
use smtp_driver::tls::TlsTransport;
use smtp_proto::client::{Client, Config, Envelope};
use smtp_proto::sasl::client::Mechanism;

pub use smtp_driver::client::{
    Address, Attempt, BodySource, Cause, ConnectError, Credentials, Delivery, EstablishError,
    Established, Fate, Login, Lost, PartlySent, ReaderBody, RecipientOutcome, SendFailure,
    StartTls, Target, describe,
};

use crate::{ClientConnection, Connection, Rustls, Socket, Threads, Upgradable, block_on};

type Over<T> = Connection<Client, Upgradable<T, Rustls>>;

/// How to open connections to servers; derefs to its [settings](driver::Connector).
#[derive(Clone, Debug)]
pub struct Connector(driver::Connector<Threads>);

impl Connector {
    /// In the clear and without credentials.
    pub fn new(config: impl Into<Arc<Config>>) -> Self {
        Self(driver::Connector::new(config))
    }

    /// Connects to a server and takes the connection to where messages can be sent: [`dial`], then
    /// [`establish`](Self::establish).
    ///
    /// # Errors
    ///
    /// A server that was reached and refuses is not passed over for another address.
    ///
    /// [`dial`]: Self::dial
    pub fn connect(&self, server: impl Into<Target>) -> Result<ClientConnection, ConnectError> {
        block_on(self.0.connect(server)).map(Connection::from)
    }

    /// The same over a unix-domain socket: LMTP, most often.
    pub fn connect_unix(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<ClientConnection<Socket<UnixStream>>, ConnectError> {
        block_on(self.0.connect_unix(path)).map(Connection::from)
    }

    /// Connects to the first of the server's addresses that answers, with implicit TLS if wanted.
    /// Nothing was read of what the server says.
    ///
    /// # Errors
    ///
    /// Never [`ConnectError::Establish`].
    pub fn dial(
        &self,
        server: impl Into<Target>,
    ) -> Result<ClientConnection<Socket<TcpStream>>, ConnectError> {
        block_on(self.0.dial(server)).map(Connection::from)
    }

    /// The same over a unix-domain socket.
    pub fn dial_unix(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<ClientConnection<Socket<UnixStream>>, ConnectError> {
        block_on(self.0.dial_unix(path)).map(Connection::from)
    }

    /// Takes a connection that was [dialled](Self::dial) to where messages can be sent. If it does
    /// not come to that, takes leave.
    pub fn establish<T: TlsTransport>(
        &self,
        conn: &mut Over<T>,
    ) -> Result<Established, EstablishError> {
        block_on(self.0.establish(conn))
    }
}

impl Deref for Connector {
    type Target = driver::Connector<Threads>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Connector {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// [`establish`](driver::establish), as a plain call.
pub fn establish<S: smtp_driver::Stream>(
    conn: &mut Connection<Client, S>,
    login: &Login,
) -> Result<Established, EstablishError> {
    block_on(driver::establish(conn, login))
}

/// [`establish_with`](driver::establish_with), as a plain call.
pub fn establish_with<S: smtp_driver::Stream>(
    conn: &mut Connection<Client, S>,
    starttls: StartTls,
    mechanisms: Vec<Box<dyn Mechanism + Send>>,
) -> Result<Established, EstablishError> {
    block_on(driver::establish_with(conn, starttls, mechanisms))
}

/// [`send`](driver::send), as a plain call.
pub fn send<S: smtp_driver::Stream>(
    conn: &mut Connection<Client, S>,
    envelope: Envelope,
    body: impl BodySource,
) -> Result<Delivery, SendFailure> {
    block_on(driver::send(conn, envelope, body))
}

/// [`send_all`](driver::send_all), as a plain call.
pub fn send_all<S: smtp_driver::Stream, B: BodySource>(
    conn: &mut Connection<Client, S>,
    messages: impl IntoIterator<Item = (Envelope, B)>,
    report: impl FnMut(usize, Result<Delivery, SendFailure>),
) -> Result<(), Lost> {
    block_on(driver::send_all(conn, messages, report))
}

/// [`send_within_limits`](driver::send_within_limits), as a plain call.
#[expect(clippy::result_large_err, reason = "it holds what was delivered, like the other variant")]
pub fn send_within_limits<S: smtp_driver::Stream, B: BodySource, E>(
    conn: &mut Connection<Client, S>,
    envelope: Envelope,
    body: impl FnMut() -> B,
    mut reconnect: impl FnMut() -> Result<Connection<Client, S>, E>,
) -> Result<Delivery, PartlySent<E>> {
    // Another call of `block_on` within this one waits by itself.
    let reconnect = || ready(reconnect().map(Connection::into_inner));
    block_on(driver::send_within_limits(conn, envelope, body, reconnect))
}

/// [`quit`](driver::quit), as a plain call.
pub fn quit<S: smtp_driver::Stream>(conn: &mut Connection<Client, S>) -> Result<(), Lost> {
    block_on(driver::quit(conn))
}
