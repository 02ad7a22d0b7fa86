//! The server's certificate, which may be renewed while the server is at work.

use std::path::PathBuf;
use std::sync::Arc;

use smtp_driver::rustls::{RootCertStore, ServerConfig};
use smtp_driver::tls::{self, ClientCertificates, ServerTls, TlsError};
use tracing::{error, info};

/// What is needed for TLS, in files.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
    /// By whom the certificates of clients have to be, if they are asked for.
    pub(super) client_ca: Option<PathBuf>,
}

impl Files {
    fn read(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let mut clients = ClientCertificates::Off;
        if let Some(path) = &self.client_ca {
            let mut roots = RootCertStore::empty();
            tls::pem_roots(&mut roots, path)?;
            clients = ClientCertificates::Optional(roots);
        }
        tls::server_config_with(&self.cert, &self.key, clients)
    }
}

/// TLS, and the files it comes from.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    files: Files,
    pub(super) tls: ServerTls,
}

impl Certificate {
    pub(super) fn read(files: Files) -> Result<Self, TlsError> {
        let tls = ServerTls::new(files.read()?);
        Ok(Self { files, tls })
    }

    /// Has new connections begin with what is in the files now, if that is of use.
    pub(super) fn read_again(&self) {
        match self.files.read() {
            Ok(config) => {
                self.tls.replace(config);
                info!("SIGHUP: from now on with the certificate in {}", self.files.cert.display());
            }
            Err(error) => error!("SIGHUP: going on with the old certificate: {error}"),
        }
    }
}
