//! A stream of Tokio's, in the clear or encrypted by rustls.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use smtp_driver::Stream as _;
use smtp_proto::Tls;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{Accept, Connect, TlsAcceptor, TlsConnector, TlsStream};

use crate::facts;

/// A stream of Tokio's, in the clear or encrypted by rustls.
#[derive(Debug)]
pub struct Stream<IO = TcpStream> {
    state: State<IO>,
    setup: Setup,
}

/// What a client needs to know for TLS.
#[derive(Clone, Debug)]
pub struct ClientTls {
    /// Whom to trust, and what to offer; see [`tls`](crate::tls).
    pub config: Arc<ClientConfig>,
    /// The name the server's certificate must be for.
    pub name: ServerName<'static>,
}

/// How to shake hands.
#[derive(Debug)]
enum Setup {
    None,
    Server(Arc<ServerConfig>),
    Client(ClientTls),
}

/// What is large is boxed: most connections of a server wait in the clear.
enum State<IO> {
    Plain(IO),
    Accepting(Box<Accept<IO>>),
    Connecting(Box<Connect<IO>>),
    Secure(Box<TlsStream<IO>>),
    /// A handshake failed.
    Broken,
}

impl<IO> Stream<IO> {
    /// A stream in the clear that can't be encrypted.
    pub fn plain(io: IO) -> Self {
        Self { state: State::Plain(io), setup: Setup::None }
    }

    /// A server's stream, in the clear until a handshake.
    pub fn server(io: IO, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { state: State::Plain(io), setup: tls.map_or(Setup::None, Setup::Server) }
    }

    /// A client's stream, in the clear until a handshake.
    pub fn client(io: IO, tls: Option<ClientTls>) -> Self {
        Self { state: State::Plain(io), setup: tls.map_or(Setup::None, Setup::Client) }
    }

    /// The stream below. `None` while a handshake is under way or after one that failed.
    pub fn get_ref(&self) -> Option<&IO> {
        match &self.state {
            State::Plain(io) => Some(io),
            State::Secure(tls) => Some(tls.get_ref().0),
            State::Accepting(accept) => accept.get_ref(),
            State::Connecting(connect) => connect.get_ref(),
            State::Broken => None,
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Stream<IO> {
    /// Shakes hands now, as implicit TLS wants it (RFC 8314). Cancel-safe.
    ///
    /// What it returns is for [`Machine::upgraded`](smtp_proto::Machine::upgraded).
    pub async fn handshake(&mut self) -> io::Result<Tls> {
        poll_fn(|cx| self.poll_upgrade(cx)).await
    }

    /// Begins the handshake that was prepared for.
    fn begin(&mut self, io: IO) -> io::Result<()> {
        self.state = match mem::replace(&mut self.setup, Setup::None) {
            Setup::None => {
                self.state = State::Plain(io);
                return Err(io::Error::other(
                    "TLS is wanted, but there is no configuration for it",
                ));
            }
            Setup::Server(config) => {
                State::Accepting(Box::new(TlsAcceptor::from(config).accept(io)))
            }
            Setup::Client(ClientTls { config, name }) => {
                State::Connecting(Box::new(TlsConnector::from(config).connect(name, io)))
            }
        };
        Ok(())
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> smtp_driver::Stream for Stream<IO> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(space);
        let result = match &mut self.state {
            State::Plain(io) => Pin::new(io).poll_read(cx, &mut buffer),
            State::Secure(tls) => Pin::new(tls).poll_read(cx, &mut buffer),
            _ => Poll::Ready(Err(not_usable())),
        };
        result.map_ok(|()| buffer.filled().len())
    }

    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.state {
            State::Plain(io) => Pin::new(io).poll_write_vectored(cx, slices),
            State::Secure(tls) => Pin::new(tls).poll_write_vectored(cx, slices),
            _ => Poll::Ready(Err(not_usable())),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Plain(io) => Pin::new(io).poll_flush(cx),
            State::Secure(tls) => Pin::new(tls).poll_flush(cx),
            _ => Poll::Ready(Err(not_usable())),
        }
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Plain(io) => Pin::new(io).poll_shutdown(cx),
            State::Secure(tls) => Pin::new(tls).poll_shutdown(cx),
            _ => Poll::Ready(Err(not_usable())),
        }
    }

    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        if let State::Plain(_) = self.state
            && let State::Plain(io) = mem::replace(&mut self.state, State::Broken)
            && let Err(error) = self.begin(io)
        {
            return Poll::Ready(Err(error));
        }
        let result = match &mut self.state {
            State::Accepting(accept) => Pin::new(accept).poll(cx).map_ok(TlsStream::Server),
            State::Connecting(connect) => Pin::new(connect).poll(cx).map_ok(TlsStream::Client),
            State::Secure(_) => Poll::Ready(Err(io::Error::other("TLS is active already"))),
            State::Plain(_) | State::Broken => Poll::Ready(Err(not_usable())),
        };
        result.map(|result| match result {
            Ok(stream) => {
                let facts = facts::of(&stream);
                self.state = State::Secure(Box::new(stream));
                Ok(facts)
            }
            Err(error) => {
                self.state = State::Broken;
                Err(error)
            }
        })
    }
}

fn not_usable() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the stream is in or behind a TLS handshake")
}

impl<IO> std::fmt::Debug for State<IO> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Accepting(_) | Self::Connecting(_) => "Handshake",
            Self::Secure(_) => "Secure",
            Self::Broken => "Broken",
        })
    }
}
