//! When to encrypt, whom to trust, when a password may be sent.
//!
//! | | STARTTLS | certificate checked | password in the clear |
//! |---|---|---|---|
//! | default | if offered | with `--ca` | never: see the next line |
//! | default, `--auth` and its like, server on another machine | required | yes | no |
//! | default, `--auth` and its like, server on this machine | if offered | with `--ca` | if not offered |
//! | `--starttls opportunistic` | if offered | yes | to this machine |
//! | `--starttls required` | required | yes | no |
//! | `--starttls off` | no | | yes |
//! | `--implicit-tls` | | yes | no |
//! | default, `--require-tls` (RFC 8689 section 4.2.1) | required | yes | no |
//!
//! `--insecure` turns each check off.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use smtp_driver::Runtime;
use smtp_driver::client::{Connector, Login, StartTls};
use smtp_driver::rustls::pki_types::ServerName;
use smtp_driver::rustls::{ClientConfig, RootCertStore};
use smtp_driver::tls::{self, ClientTls, TlsError};

use super::args::{Args, When};

/// How long to wait for a connection, unless `--timeout` says otherwise.
const CONNECT: Duration = Duration::from_secs(30);

impl Args {
    /// How to connect.
    pub(super) fn connector<R: Runtime>(&self) -> Result<Connector<R>, TlsError> {
        let mut config = self.config();
        let local = self.server.is_this_machine();
        let credentials = self.credentials();
        let careful = credentials.is_some() && !local || self.requests.require_tls;
        config.auth_without_tls = local || self.starttls == Some(When::Off);
        let mut connector = Connector::new(config);
        connector.implicit_tls = self.implicit_tls;
        connector.connect_timeout = self.timeout.unwrap_or(CONNECT);
        connector.local_addr = self.local_addr;
        connector.login = Login {
            starttls: match self.starttls {
                Some(When::Off) => StartTls::Off,
                Some(When::Required) => StartTls::Required,
                None if careful => StartTls::Required,
                Some(When::Opportunistic) | None => StartTls::Opportunistic,
            },
            credentials,
        };
        if self.implicit_tls || connector.login.starttls != StartTls::Off {
            let asked_for = self.starttls.is_some() || self.implicit_tls || self.ca.is_some();
            connector.tls = self.trust(asked_for || careful)?;
        }
        Ok(connector)
    }

    fn trust(&self, check: bool) -> Result<Option<ClientTls>, TlsError> {
        let Ok(name) = ServerName::try_from(self.server.host().to_owned()) else { return Ok(None) };
        let config = if self.insecure || !check {
            tls::insecure_client_config()?
        } else if let Some(file) = &self.ca {
            let mut roots = RootCertStore::empty();
            tls::pem_roots(&mut roots, file)?;
            tls::client_config(roots)?
        } else {
            tls::client_config(tls::system_roots()?)?
        };
        let config = match self.certificate() {
            Some((certificates, key)) => showing(&config, certificates, key)?,
            None => config,
        };
        Ok(Some(ClientTls { config, name }))
    }
}

/// The same trust, with a certificate to show.
fn showing(
    config: &ClientConfig,
    certificates: &Path,
    key: &Path,
) -> Result<Arc<ClientConfig>, TlsError> {
    let shown = tls::client_config_with_certificate(RootCertStore::empty(), certificates, key)?;
    let mut config = config.clone();
    config.client_auth_cert_resolver = Arc::clone(&shown.client_auth_cert_resolver);
    Ok(config.into())
}
