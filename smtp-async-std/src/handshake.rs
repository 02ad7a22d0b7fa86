//! TLS over streams of `futures-io`.

use std::sync::Arc;

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use smtp_driver::Handshake;
use smtp_driver::rustls::ServerConfig;
use smtp_driver::tls::{ClientTls, TlsTransport, client_facts, server_facts};

use crate::Io;

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> TlsTransport for Io<T> {
    type Secure = Io<TlsStream<T>>;

    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<Self::Secure> {
        let accept = TlsAcceptor::from(config).accept(self.0);
        Box::pin(async {
            let stream = accept.await?;
            let facts = server_facts(stream.get_ref().1);
            Ok((Io(stream.into()), facts))
        })
    }

    fn connect_tls(self, ClientTls { config, name }: ClientTls) -> Handshake<Self::Secure> {
        let connect = TlsConnector::from(config).connect(name, self.0);
        Box::pin(async {
            let stream = connect.await?;
            let facts = client_facts(stream.get_ref().1);
            Ok((Io(stream.into()), facts))
        })
    }
}
