//! An authority, and a server's certificate by it.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

/// PEM files for one server.
#[derive(Debug)]
pub(crate) struct Certificates {
    /// Whom to trust.
    pub(crate) ca: PathBuf,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    _dir: TempDir,
}

impl Certificates {
    /// For a server of these names or addresses.
    pub(crate) fn new(names: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut authority = CertificateParams::default();
        // Another name than the server's, or OpenSSL takes that for self-signed.
        authority.distinguished_name.push(DnType::CommonName, "an authority for tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key"))
                .expect("an authority");
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(names).expect("names");
        let server = server.signed_by(&key, &authority).expect("a certificate");
        let write = |name: &str, pem: String| {
            let path = dir.path().join(name);
            fs::write(&path, pem).expect("a file");
            path
        };
        Self {
            ca: write("ca.pem", authority.pem()),
            cert: write("cert.pem", server.pem()),
            key: write("key.pem", key.serialize_pem()),
            _dir: dir,
        }
    }

    /// For the server on this machine.
    pub(crate) fn local() -> Self {
        Self::new(&["localhost", "127.0.0.1"])
    }
}
