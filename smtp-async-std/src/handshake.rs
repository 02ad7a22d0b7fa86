//! TLS over streams of `futures-io`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::{Accept, Connect, TlsAcceptor, TlsConnector, TlsStream};
use smtp_driver::rustls::ServerConfig;
use smtp_driver::tls::{ClientTls, TlsTransport, client_facts, server_facts};
use smtp_proto::Tls;

use crate::Io;

/// A handshake under way.
pub enum Handshake<T> {
    /// As the server.
    Accept(Accept<T>),
    /// As the client.
    Connect(Connect<T>),
}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> TlsTransport for Io<T> {
    type Secure = Io<TlsStream<T>>;
    type Handshake = Handshake<T>;

    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<T> {
        Handshake::Accept(TlsAcceptor::from(config).accept(self.0))
    }

    fn connect_tls(self, ClientTls { config, name }: ClientTls) -> Handshake<T> {
        Handshake::Connect(TlsConnector::from(config).connect(name, self.0))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Future for Handshake<T> {
    type Output = io::Result<(Io<TlsStream<T>>, Tls)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Accept(accept) => Pin::new(accept).poll(cx).map_ok(|stream| {
                let facts = server_facts(stream.get_ref().1);
                (Io(stream.into()), facts)
            }),
            Self::Connect(connect) => Pin::new(connect).poll(cx).map_ok(|stream| {
                let facts = client_facts(stream.get_ref().1);
                (Io(stream.into()), facts)
            }),
        }
    }
}
