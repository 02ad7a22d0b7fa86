//! What it takes to shake hands.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ServerConfig};

use crate::upgradable::not_configured;
use crate::{Handshake, Transport, Upgrade};

/// A server's configuration, which may be [replaced](Self::replace) while it is in use. Clones are
/// of the same one.
#[derive(Clone)]
pub struct ServerTls(Arc<RwLock<Arc<ServerConfig>>>);

impl ServerTls {
    /// With this configuration for a start.
    pub fn new(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self(Arc::new(RwLock::new(config.into())))
    }

    /// The configuration that the next handshake begins with.
    #[must_use]
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has every handshake from now on begin with this: a renewed certificate, for instance.
    /// Connections that are encrypted already stay as they are.
    pub fn replace(&self, config: impl Into<Arc<ServerConfig>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config.into();
    }
}

impl From<Arc<ServerConfig>> for ServerTls {
    fn from(config: Arc<ServerConfig>) -> Self {
        Self::new(config)
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct ClientTls {
    /// Whom to trust, and what to offer.
    pub config: Arc<ClientConfig>,
    /// The name the server's certificate must be for.
    pub name: ServerName<'static>,
}

/// A transport that rustls can encrypt. Implemented by the adapters.
pub trait TlsTransport: Transport + Sized {
    /// What comes of it.
    type Secure: Transport + Send + 'static;

    /// Begins a handshake as the server.
    fn accept_tls(self, config: Arc<ServerConfig>) -> Handshake<Self::Secure>;

    /// Begins a handshake as the client.
    fn connect_tls(self, tls: ClientTls) -> Handshake<Self::Secure>;
}

/// How to encrypt a transport with rustls, if at all.
#[derive(Clone, Debug)]
pub struct Rustls(Side);

#[derive(Clone, Debug)]
enum Side {
    None,
    Server(ServerTls),
    Client(Box<ClientTls>),
}

impl Rustls {
    /// As the server. Without a configuration a handshake fails.
    #[must_use]
    pub fn server(tls: Option<ServerTls>) -> Self {
        Self(tls.map_or(Side::None, Side::Server))
    }

    /// As the client. Without a configuration a handshake fails.
    #[must_use]
    pub fn client(tls: Option<ClientTls>) -> Self {
        Self(tls.map_or(Side::None, |tls| Side::Client(Box::new(tls))))
    }
}

impl<T: TlsTransport> Upgrade<T> for Rustls {
    type Secure = T::Secure;

    fn begin(self, transport: T) -> Handshake<T::Secure> {
        match self.0 {
            Side::None => Box::pin(async { Err(not_configured()) }),
            Side::Server(tls) => transport.accept_tls(tls.current()),
            Side::Client(tls) => transport.connect_tls(*tls),
        }
    }
}
