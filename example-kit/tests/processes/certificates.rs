//! An authority, and certificates by it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    SanType,
};
use tempfile::TempDir;

/// PEM files for one server.
pub(crate) struct Certificates {
    authority: CertifiedIssuer<'static, KeyPair>,
    /// Whom to trust.
    pub(crate) ca: PathBuf,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    dir: TempDir,
}

/// PEM files for one client.
pub(crate) struct Identity {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificates {
    /// For a server of these names or addresses.
    pub(crate) fn new(names: &[&str]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);

        let dir = tempfile::tempdir().expect("a directory");
        let mut authority = CertificateParams::default();
        // Another name than the server's, or OpenSSL takes that for self-signed; and than any other
        // authority's.
        let name = format!("authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        authority.distinguished_name.push(DnType::CommonName, name);
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
            authority,
            dir,
        }
    }

    /// A certificate for the client of this common name, and of these mailboxes.
    pub(crate) fn client(&self, common_name: &str, mailboxes: &[&str]) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut client = CertificateParams::default();
        client.distinguished_name = DistinguishedName::new();
        client.distinguished_name.push(DnType::CommonName, common_name);
        let mailbox = |name: &&str| SanType::Rfc822Name((*name).try_into().expect("ASCII"));
        client.subject_alt_names = mailboxes.iter().map(mailbox).collect();
        let client = client.signed_by(&key, &self.authority).expect("a certificate");
        let write = |kind: &str, pem: String| {
            let path = self.dir.path().join(format!("{common_name}.{kind}.pem"));
            fs::write(&path, pem).expect("a file");
            path
        };
        Identity { cert: write("cert", client.pem()), key: write("key", key.serialize_pem()) }
    }

    /// For the server on this machine.
    pub(crate) fn local() -> Self {
        Self::new(&["localhost", "127.0.0.1"])
    }
}
