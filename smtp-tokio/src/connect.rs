//! Opening a connection to a server.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use smtp_driver::client::{self, Login, StartTls, establish, quit};
use smtp_proto::Machine;
use smtp_proto::client::Config;
use thiserror::Error as ThisError;
use tokio::net::{TcpSocket, TcpStream, ToSocketAddrs, lookup_host};
use tokio::time::timeout;

use crate::{ClientConnection, ClientTls, client_connection};

/// How long QUIT may take behind a login that failed.
const FAREWELL: Duration = Duration::from_secs(2);

/// How to open a connection to a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the client behaves.
    pub config: Arc<Config>,
    /// For STARTTLS or implicit TLS. Without it there is no opportunistic TLS.
    pub tls: Option<ClientTls>,
    /// Begin with a TLS handshake (RFC 8314).
    pub implicit_tls: bool,
    /// What is done before the first message: STARTTLS, AUTH.
    pub login: Login,
    /// For the name to be resolved, and for each address to answer.
    pub connect_timeout: Duration,
    /// The address to connect from. Only addresses of the same family are tried.
    pub local_addr: Option<IpAddr>,
}

impl Options {
    /// In the clear and without credentials, 30 seconds for each address.
    pub fn new(config: impl Into<Arc<Config>>) -> Self {
        Self {
            config: config.into(),
            tls: None,
            implicit_tls: false,
            login: Login::default(),
            connect_timeout: Duration::from_secs(30),
            local_addr: None,
        }
    }
}

/// Why there is no connection.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the server could not be resolved.
    #[error("the name of the server could not be resolved: {0}")]
    Resolve(io::Error),
    /// None of the server's addresses could be reached.
    #[error("the server could not be reached: {}", Listed(.0))]
    Unreachable(Vec<Attempt>),
    /// The server could be reached, and did not let the client come to the point.
    #[error(transparent)]
    Establish(#[from] client::ConnectError),
}

/// An address that could not be reached.
#[derive(Debug)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// What came of it.
    pub error: io::Error,
}

/// Connects to a server and takes the connection to where messages can be sent: [`dial`], then
/// [`establish`].
///
/// # Errors
///
/// A server that was reached and refuses is not passed over for another address.
pub async fn connect(
    server: impl ToSocketAddrs,
    options: &Options,
) -> Result<ClientConnection, ConnectError> {
    let mut conn = dial(server, options).await?;
    let mut login = options.login.clone();
    if login.starttls == StartTls::Opportunistic && options.tls.is_none() {
        login.starttls = StartTls::Off;
    }
    if let Err(error) = establish(&mut conn, &login).await {
        // Of politeness, if there is still somebody to say it to.
        let _ = timeout(FAREWELL, quit(&mut conn)).await;
        return Err(error.into());
    }
    Ok(conn)
}

/// Connects to the first of the server's addresses that answers, with implicit TLS if wanted.
/// Nothing was read of what the server says.
///
/// # Errors
///
/// Never [`ConnectError::Establish`].
pub async fn dial(
    server: impl ToSocketAddrs,
    options: &Options,
) -> Result<ClientConnection, ConnectError> {
    let limit = options.connect_timeout;
    let addresses = timeout(limit, lookup_host(server)).await.unwrap_or_else(|_| Err(timed_out()));
    let mut attempts = Vec::new();
    for address in addresses.map_err(ConnectError::Resolve)? {
        if options.local_addr.is_some_and(|local| local.is_ipv4() != address.is_ipv4()) {
            continue;
        }
        let opened = timeout(limit, open(address, options)).await;
        match opened.unwrap_or_else(|_| Err(timed_out())) {
            Ok(conn) => return Ok(conn),
            Err(error) => attempts.push(Attempt { address, error }),
        }
    }
    Err(ConnectError::Unreachable(attempts))
}

async fn open(address: SocketAddr, options: &Options) -> io::Result<ClientConnection> {
    let io = match options.local_addr {
        None => TcpStream::connect(address).await?,
        Some(local) => {
            let socket = if local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            socket.bind(SocketAddr::new(local, 0))?;
            socket.connect(address).await?
        }
    };
    // Somebody waits for each command. If this fails, all is as correct and a little slower.
    let _ = io.set_nodelay(true);
    let mut conn = client_connection(io, Arc::clone(&options.config), options.tls.clone());
    if options.implicit_tls {
        let tls = conn.stream_mut().handshake().await?;
        conn.upgraded(tls);
    }
    Ok(conn)
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "timed out")
}

/// Attempts in a row, for an error message.
struct Listed<'a>(&'a [Attempt]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("it has no address that could be tried");
        }
        for (index, Attempt { address, error }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{address}: {error}")?;
        }
        Ok(())
    }
}
