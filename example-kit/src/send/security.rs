//! When to encrypt, whom to trust, when a password may be sent.
//!
//! | | STARTTLS | certificate checked | password in the clear |
//! |---|---|---|---|
//! | default | if offered | with `--ca` | never: see the next line |
//! | default, `--auth`, server on another machine | required | yes | no |
//! | default, `--auth`, server on this machine | if offered | with `--ca` | if not offered |
//! | `--starttls opportunistic` | if offered | yes | to this machine |
//! | `--starttls required` | required | yes | no |
//! | `--starttls off` | no | | yes |
//! | `--implicit-tls` | | yes | no |
//!
//! `--insecure` turns each check off.

use std::time::Duration;

use smtp_driver::Runtime;
use smtp_driver::client::{Connector, Login, StartTls};
use smtp_driver::rustls::RootCertStore;
use smtp_driver::rustls::pki_types::ServerName;
use smtp_driver::tls::{self, ClientTls, TlsError};

use super::args::{Args, When};

/// How long to wait for a connection, unless `--timeout` says otherwise.
const CONNECT: Duration = Duration::from_secs(30);

impl Args {
    /// How to connect.
    pub(super) fn connector<R: Runtime>(&self) -> Result<Connector<R>, TlsError> {
        let mut config = self.config();
        let local = self.server.is_this_machine();
        let careful = self.auth.is_some() && !local;
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
            credentials: self.auth.clone(),
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
        Ok(Some(ClientTls { config, name }))
    }
}
