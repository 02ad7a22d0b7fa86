//! Opening a connection to a server.

use std::fmt;
use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use smtp_proto::Machine;
use smtp_proto::client::{Client, Config};

use super::{
    Address, Attempt, ConnectError, EstablishError, Established, Login, StartTls, Target,
    establish, quit,
};
#[cfg(unix)]
use crate::net::connect_unix;
use crate::tls::{ClientTls, Rustls, TlsTransport};
use crate::{Connection, Runtime, Upgradable, within};

/// How long QUIT may take behind a login that failed.
const FAREWELL: Duration = Duration::from_secs(2);

/// A client's side of a connection.
pub type ClientConnection<R, T> = Connection<Client, Upgradable<T, Rustls>, <R as Runtime>::Clock>;

/// How to open connections to servers.
pub struct Connector<R> {
    /// How the client behaves.
    pub config: Arc<Config>,
    /// For STARTTLS or implicit TLS. Without it there is no opportunistic TLS.
    pub tls: Option<ClientTls>,
    /// Begin with a TLS handshake (RFC 8314).
    pub implicit_tls: bool,
    /// What is done before the first message: STARTTLS, AUTH.
    pub login: Login,
    /// For the name to be resolved, and for each address to answer: 30 seconds, unless set.
    pub connect_timeout: Duration,
    /// The address to connect from. Only addresses of the same family are tried.
    pub local_addr: Option<IpAddr>,
    runtime: PhantomData<fn() -> R>,
}

impl<R: Runtime> Connector<R> {
    /// In the clear and without credentials.
    pub fn new(config: impl Into<Arc<Config>>) -> Self {
        Self {
            config: config.into(),
            tls: None,
            implicit_tls: false,
            login: Login::default(),
            connect_timeout: Duration::from_secs(30),
            local_addr: None,
            runtime: PhantomData,
        }
    }

    /// Connects to a server and takes the connection to where messages can be sent: [`dial`], then
    /// [`establish`](Self::establish).
    ///
    /// # Errors
    ///
    /// A server that was reached and refuses is not passed over for another address.
    ///
    /// [`dial`]: Self::dial
    pub async fn connect(
        &self,
        server: impl Into<Target>,
    ) -> Result<ClientConnection<R, R::TcpStream>, ConnectError> {
        let mut conn = self.dial(server).await?;
        self.establish(&mut conn).await?;
        Ok(conn)
    }

    /// The same over a unix-domain socket: LMTP, most often.
    #[cfg(unix)]
    pub async fn connect_unix(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<ClientConnection<R, R::UnixStream>, ConnectError> {
        let mut conn = self.dial_unix(path).await?;
        self.establish(&mut conn).await?;
        Ok(conn)
    }

    /// Connects to the first of the server's addresses that answers, with implicit TLS if wanted.
    /// Nothing was read of what the server says.
    ///
    /// # Errors
    ///
    /// Never [`ConnectError::Establish`].
    pub async fn dial(
        &self,
        server: impl Into<Target>,
    ) -> Result<ClientConnection<R, R::TcpStream>, ConnectError> {
        let mut attempts = Vec::new();
        for address in self.addresses(server.into()).await.map_err(ConnectError::Resolve)? {
            if self.local_addr.is_some_and(|local| local.is_ipv4() != address.is_ipv4()) {
                continue;
            }
            match self.open(address.into(), R::connect_tcp(address, self.local_addr)).await {
                Ok(conn) => return Ok(conn),
                Err(attempt) => attempts.push(attempt),
            }
        }
        Err(ConnectError::Unreachable(attempts))
    }

    /// The same over a unix-domain socket.
    #[cfg(unix)]
    pub async fn dial_unix(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<ClientConnection<R, R::UnixStream>, ConnectError> {
        let path = path.as_ref();
        let connect = async {
            let mut clock = R::Clock::default();
            R::unix_stream(connect_unix(&mut clock, path).await?)
        };
        let conn = self.open(path.into(), connect).await;
        conn.map_err(|attempt| ConnectError::Unreachable(vec![attempt]))
    }

    /// Takes a connection that was [dialled](Self::dial) to where messages can be sent, as
    /// [`login`](Self::login) says. If it does not come to that, takes leave.
    pub async fn establish<T: TlsTransport>(
        &self,
        conn: &mut ClientConnection<R, T>,
    ) -> Result<Established, EstablishError> {
        let mut login = self.login.clone();
        if login.starttls == StartTls::Opportunistic && self.tls.is_none() {
            login.starttls = StartTls::Off;
        }
        let result = establish(conn, &login).await;
        if result.is_err() {
            // Of politeness, if there is still somebody to say it to.
            let _ = within(&mut R::Clock::default(), FAREWELL, quit(conn)).await;
        }
        result
    }

    async fn addresses(&self, server: Target) -> io::Result<Vec<SocketAddr>> {
        if let Some(known) = server.known() {
            return Ok(known);
        }
        let mut clock = R::Clock::default();
        let found = within(&mut clock, self.connect_timeout, R::resolve(server)).await;
        found.unwrap_or_else(|| Err(timed_out()))
    }

    async fn open<T: TlsTransport>(
        &self,
        address: Address,
        connect: impl Future<Output = io::Result<T>>,
    ) -> Result<ClientConnection<R, T>, Attempt> {
        let mut handshake = false;
        let opening = async {
            let mut stream = Upgradable::new(connect.await?, Rustls::client(self.tls.clone()));
            let mut client = Client::new(Arc::clone(&self.config));
            if self.implicit_tls {
                handshake = true;
                client.upgraded(stream.handshake().await?);
            }
            let conn = Connection::new(client, stream, R::Clock::default());
            conn.trace().peer(&address);
            Ok(conn)
        };
        within(&mut R::Clock::default(), self.connect_timeout, opening)
            .await
            .unwrap_or_else(|| Err(timed_out()))
            .map_err(|error| Attempt { address, handshake, error })
    }
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "timed out")
}

impl<R> Clone for Connector<R> {
    fn clone(&self) -> Self {
        Self {
            config: Arc::clone(&self.config),
            tls: self.tls.clone(),
            implicit_tls: self.implicit_tls,
            login: self.login.clone(),
            connect_timeout: self.connect_timeout,
            local_addr: self.local_addr,
            runtime: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Connector<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("tls", &self.tls.is_some())
            .field("implicit_tls", &self.implicit_tls)
            .field("login", &self.login)
            .field("connect_timeout", &self.connect_timeout)
            .field("local_addr", &self.local_addr)
            .finish_non_exhaustive()
    }
}
