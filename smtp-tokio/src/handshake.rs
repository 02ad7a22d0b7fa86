//! TLS over streams of Tokio's.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use smtp_driver::rustls::ServerConfig;
use smtp_driver::tls::{ClientTls, TlsTransport, client_facts, server_facts};
use smtp_proto::Tls;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{Accept, Connect, TlsAcceptor, TlsConnector, TlsStream};

use crate::Io;

/// A handshake under way.
pub enum Handshake<IO> {
    /// As the server.
    Accept(Accept<IO>),
    /// As the client.
    Connect(Connect<IO>),
}

impl<IO: AsyncRead + AsyncWrite + Send + Unpin + 'static> TlsTransport for Io<IO> {
    type Secure = Io<TlsStream<IO>>;
    type Handshake = Handshake<IO>;

    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<IO> {
        Handshake::Accept(TlsAcceptor::from(config).accept(self.0))
    }

    fn connect_tls(self, ClientTls { config, name }: ClientTls) -> Handshake<IO> {
        Handshake::Connect(TlsConnector::from(config).connect(name, self.0))
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for Handshake<IO> {
    type Output = io::Result<(Io<TlsStream<IO>>, Tls)>;

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
