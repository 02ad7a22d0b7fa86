//! TLS by rustls' own stream.

use std::future::poll_fn;
use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use smtp_driver::Handshake;
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

impl<T: Duplex + Send + Unpin + 'static> TlsTransport for Io<T> {
    type Secure = Io<TlsStream<T>>;

    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<Self::Secure> {
        let connection = ServerConnection::new(config);
        shake_hands(connection.map(|tls| TlsStream::Server(StreamOwned::new(tls, self.0))))
    }

    fn connect_tls(self, ClientTls { config, name }: ClientTls) -> Handshake<Self::Secure> {
        let connection = ClientConnection::new(config, name);
        shake_hands(connection.map(|tls| TlsStream::Client(StreamOwned::new(tls, self.0))))
    }
}

fn shake_hands<T: Duplex + Send + 'static>(
    stream: Result<TlsStream<T>, rustls::Error>,
) -> Handshake<Io<TlsStream<T>>> {
    Box::pin(async {
        let mut stream =
            stream.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        poll_fn(|cx| outcome(cx, stream.shake_hands())).await?;
        let facts = stream.facts();
        Ok((Io(stream), facts))
    })
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
