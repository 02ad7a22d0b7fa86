//! Certificates, and who trusts them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use smtp_driver::rustls::pki_types::ServerName;
use smtp_driver::rustls::{self, ClientConfig, RootCertStore, ServerConfig};
use smtp_driver::tls::{self, ClientCertificates, ClientTls, ServerTls};
use tempfile::TempDir;

/// A certificate by itself, and its key, in PEM files.
pub(crate) struct Certificate {
    files: TempDir,
    der: Vec<u8>,
}

impl Certificate {
    pub(crate) fn new(name: &str) -> Self {
        let pair = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let files = tempfile::tempdir().unwrap();
        fs::write(files.path().join("chain.pem"), pair.cert.pem()).unwrap();
        fs::write(files.path().join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
        Self { files, der: pair.cert.der().to_vec() }
    }

    /// That of the server of all tests.
    pub(crate) fn of_server() -> Self {
        Self::new("mx.example.org")
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    fn chain(&self) -> PathBuf {
        self.files.path().join("chain.pem")
    }

    fn key(&self) -> PathBuf {
        self.files.path().join("key.pem")
    }

    /// Trust in it and in nothing else.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        tls::pem_roots(&mut roots, self.chain()).unwrap();
        roots
    }

    pub(crate) fn server_config(&self) -> Arc<ServerConfig> {
        tls::server_config(self.chain(), self.key()).unwrap()
    }

    /// A server that shows it.
    pub(crate) fn server(&self) -> ServerTls {
        self.server_config().into()
    }

    /// A server that shows it and wants to see those of its clients.
    pub(crate) fn server_that_asks(&self, clients: ClientCertificates) -> ServerTls {
        tls::server_config_with(self.chain(), self.key(), clients).unwrap().into()
    }

    /// A client that trusts it, under the name of the server of all tests.
    pub(crate) fn client(&self) -> ClientTls {
        self.client_for("mx.example.org")
    }

    /// A client that trusts it, under this name.
    pub(crate) fn client_for(&self, name: &'static str) -> ClientTls {
        let config = tls::client_config(self.roots()).unwrap();
        ClientTls { config, name: ServerName::try_from(name).unwrap() }
    }

    /// A client that trusts it, and knows no TLS newer than 1.2.
    pub(crate) fn client_of_old(&self) -> ClientTls {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        ClientTls { config: config.into(), ..self.client() }
    }

    /// A client that trusts it, and has a certificate of its own.
    pub(crate) fn client_with(&self, own: &Self) -> ClientTls {
        let config =
            tls::client_config_with_certificate(self.roots(), own.chain(), own.key()).unwrap();
        ClientTls { config, ..self.client() }
    }
}
