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

use std::net::IpAddr;
use std::time::Duration;

use smtp_driver::client::{Login, StartTls};
use smtp_tokio::rustls::RootCertStore;
use smtp_tokio::rustls::pki_types::ServerName;
use smtp_tokio::tls::{self, TlsError};
use smtp_tokio::{ClientTls, Options};

use crate::args::{Args, Server, When};

/// How long to wait for a connection, unless `--timeout` says otherwise.
const CONNECT: Duration = Duration::from_secs(30);

impl Args {
    /// How to connect.
    pub(crate) fn options(&self) -> Result<Options, TlsError> {
        let mut config = self.config();
        let local = is_this_machine(&self.server);
        let careful = self.auth.is_some() && !local;
        config.auth_without_tls = local || self.starttls == Some(When::Off);
        let mut options = Options::new(config);
        options.implicit_tls = self.implicit_tls;
        options.connect_timeout = self.timeout.unwrap_or(CONNECT);
        options.login = Login {
            starttls: match self.starttls {
                Some(When::Off) => StartTls::Off,
                Some(When::Required) => StartTls::Required,
                None if careful => StartTls::Required,
                Some(When::Opportunistic) | None => StartTls::Opportunistic,
            },
            credentials: self.auth.clone(),
        };
        if self.implicit_tls || options.login.starttls != StartTls::Off {
            let asked_for = self.starttls.is_some() || self.implicit_tls || self.ca.is_some();
            options.tls = self.trust(asked_for || careful)?;
        }
        Ok(options)
    }

    fn trust(&self, check: bool) -> Result<Option<ClientTls>, TlsError> {
        let Ok(name) = ServerName::try_from(self.server.host.clone()) else { return Ok(None) };
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

/// By what the server is called, not by what a resolver makes of that.
fn is_this_machine(server: &Server) -> bool {
    let address = server.host.parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
        || server.host.eq_ignore_ascii_case("localhost")
}
