//! Configurations: the usual ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use thiserror::Error as ThisError;

/// Why there is no configuration for TLS.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum TlsError {
    /// A file could not be read, or holds no PEM.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: pem::Error,
    },
    /// A file holds no certificate.
    #[error("{}: no certificate in it", .path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The system has no certificates of authorities to trust.
    #[error("this system has no certificates of authorities to trust ({})", .errors.join("; "))]
    NoRoots {
        /// What went wrong in the search, if anything.
        errors: Vec<String>,
    },
    /// The authorities that clients' certificates have to be by are of no use.
    #[error("checking the clients' certificates: {0}")]
    Verifier(#[from] VerifierBuilderError),
    /// A certificate or a key is of no use.
    #[error("{0}")]
    Rustls(#[from] rustls::Error),
}

/// Whether a server asks its clients for a certificate, as `AUTH EXTERNAL` wants it.
///
/// The certificate is checked in the handshake; what is in it comes with
/// [`Tls::peer_certificate`](smtp_proto::Tls::peer_certificate), and what it allows is for the
/// application to say.
#[derive(Clone, Debug, Default)]
pub enum ClientCertificates {
    /// They are not asked for.
    #[default]
    Off,
    /// A client may present one, and it has to be by one of these authorities.
    Optional(RootCertStore),
    /// A client without one by one of these authorities does not get through the handshake.
    Required(RootCertStore),
}

/// A server's configuration from two PEM files: the certificate, followed by those of intermediate
/// authorities, and the private key. Asks clients for no certificate.
pub fn server_config(
    certificates: impl AsRef<Path>,
    key: impl AsRef<Path>,
) -> Result<Arc<ServerConfig>, TlsError> {
    server_config_with(certificates, key, ClientCertificates::Off)
}

/// The same, with what is to be asked of clients.
pub fn server_config_with(
    certificates: impl AsRef<Path>,
    key: impl AsRef<Path>,
    clients: ClientCertificates,
) -> Result<Arc<ServerConfig>, TlsError> {
    let (chain, key) = identity(certificates.as_ref(), key.as_ref())?;
    let verifier = |roots: RootCertStore| {
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
    };
    let verifier = match clients {
        ClientCertificates::Off => WebPkiClientVerifier::no_client_auth(),
        ClientCertificates::Optional(roots) => verifier(roots).allow_unauthenticated().build()?,
        ClientCertificates::Required(roots) => verifier(roots).build()?,
    };
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

/// A client's configuration that trusts these authorities: see [`system_roots`] and [`pem_roots`].
pub fn client_config(roots: RootCertStore) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The same for a client that has a certificate of its own, from two PEM files as for
/// [`server_config`], and shows it to servers that ask for one.
pub fn client_config_with_certificate(
    roots: RootCertStore,
    certificates: impl AsRef<Path>,
    key: impl AsRef<Path>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let (chain, key) = identity(certificates.as_ref(), key.as_ref())?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    Ok(Arc::new(config))
}

/// The authorities this system trusts.
///
/// # Errors
///
/// There is none; what could be found although something went wrong is no error.
pub fn system_roots() -> Result<RootCertStore, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(TlsError::NoRoots { errors });
    }
    Ok(roots)
}

/// Adds the authorities in a PEM file to those that are trusted.
pub fn pem_roots(roots: &mut RootCertStore, path: impl AsRef<Path>) -> Result<(), TlsError> {
    for certificate in certificates_in(path.as_ref())? {
        roots.add(certificate)?;
    }
    Ok(())
}

/// **Dangerous.** A client's configuration that believes any certificate.
///
/// This keeps out who only listens. Whoever can change what is on the wire can be the server, and
/// gets the mail and the passwords. It is right for opportunistic TLS between mail exchangers,
/// where the alternative is no encryption (RFC 7435), and for tests. It is wrong wherever
/// credentials are sent.
pub fn insecure_client_config() -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Credulous(provider())))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A certificate with its chain, and its key.
fn identity(
    certificates: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain = certificates_in(certificates)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| file_error(key, error))?;
    Ok((chain, key))
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| file_error(path, error))?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}

fn file_error(path: impl AsRef<Path>, error: pem::Error) -> TlsError {
    TlsError::File { path: path.as_ref().to_owned(), error }
}

/// Believes any certificate, and that whoever shows it has its key. Who believes the one gains
/// nothing by checking the other, and certificates that can't be read for the check (X.509 v1, as
/// mail servers come with) are common where nobody looks at them.
#[derive(Debug)]
struct Credulous(Arc<CryptoProvider>);

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
