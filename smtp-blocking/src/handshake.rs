//! TLS by rustls' own stream.

use std::future::Future;
use std::io::{self, IoSlice, Read, Write};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use smtp_driver::rustls::{self, ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use smtp_driver::tls::{ClientTls, TlsTransport, client_facts, server_facts};
use smtp_proto::Tls;

use crate::io::outcome;
use crate::{Duplex, Io};

/// An encrypted stream.
pub enum TlsStream<T: Duplex> {
    /// As the server.
    Server(StreamOwned<ServerConnection, T>),
    /// As the client.
    Client(StreamOwned<ClientConnection, T>),
}

/// A handshake under way.
pub struct Handshake<T: Duplex>(State<T>);

enum State<T: Duplex> {
    Begun(Box<TlsStream<T>>),
    /// It can't even begin.
    Failed(rustls::Error),
    Over,
}

impl<T: Duplex + Send + Unpin + 'static> TlsTransport for Io<T> {
    type Secure = Io<TlsStream<T>>;
    type Handshake = Handshake<T>;

    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<T> {
        let connection = ServerConnection::new(config);
        Handshake::new(connection.map(|tls| TlsStream::Server(StreamOwned::new(tls, self.0))))
    }

    fn connect_tls(self, ClientTls { config, name }: ClientTls) -> Handshake<T> {
        let connection = ClientConnection::new(config, name);
        Handshake::new(connection.map(|tls| TlsStream::Client(StreamOwned::new(tls, self.0))))
    }
}

impl<T: Duplex> Handshake<T> {
    fn new(stream: Result<TlsStream<T>, rustls::Error>) -> Self {
        Self(stream.map_or_else(State::Failed, |stream| State::Begun(Box::new(stream))))
    }
}

impl<T: Duplex + Unpin> Future for Handshake<T> {
    type Output = io::Result<(Io<TlsStream<T>>, Tls)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Begun(stream) = &mut self.0 {
            ready!(outcome(cx, stream.shake_hands()))?;
        }
        Poll::Ready(match mem::replace(&mut self.0, State::Over) {
            State::Begun(stream) => {
                let facts = stream.facts();
                Ok((Io(*stream), facts))
            }
            State::Failed(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            State::Over => Err(io::Error::other("the handshake is over")),
        })
    }
}

impl<T: Duplex> TlsStream<T> {
    fn shake_hands(&mut self) -> io::Result<()> {
        match self {
            Self::Server(StreamOwned { conn, sock }) => {
                while conn.is_handshaking() {
                    conn.complete_io(sock)?;
                }
            }
            Self::Client(StreamOwned { conn, sock }) => {
                while conn.is_handshaking() {
                    conn.complete_io(sock)?;
                }
            }
        }
        Ok(())
    }

    fn facts(&self) -> Tls {
        match self {
            Self::Server(stream) => server_facts(&stream.conn),
            Self::Client(stream) => client_facts(&stream.conn),
        }
    }
}

impl<T: Duplex> Read for TlsStream<T> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Server(stream) => stream.read(space),
            Self::Client(stream) => stream.read(space),
        }
    }
}

impl<T: Duplex> Write for TlsStream<T> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Server(stream) => stream.write(octets),
            Self::Client(stream) => stream.write(octets),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Server(stream) => stream.write_vectored(slices),
            Self::Client(stream) => stream.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Server(stream) => stream.flush(),
            Self::Client(stream) => stream.flush(),
        }
    }
}

impl<T: Duplex> Duplex for TlsStream<T> {
    fn close_write(&mut self) -> io::Result<()> {
        match self {
            Self::Server(stream) => stream.conn.send_close_notify(),
            Self::Client(stream) => stream.conn.send_close_notify(),
        }
        self.flush()?;
        match self {
            Self::Server(stream) => stream.sock.close_write(),
            Self::Client(stream) => stream.sock.close_write(),
        }
    }
}
