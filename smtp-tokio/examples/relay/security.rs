//! TLS on both sides.
//!
//! | next hop | STARTTLS | certificate checked |
//! |---|---|---|
//! | default | if offered | with `--to-ca` |
//! | `--to-starttls opportunistic` | if offered | yes |
//! | `--to-starttls required` | required | yes |
//! | `--to-starttls off` | no | |
//! | `--to-implicit-tls` | | yes |
//!
//! `--to-insecure` turns each check off.

use smtp_tokio::client::StartTls;
use smtp_tokio::rustls::RootCertStore;
use smtp_tokio::rustls::pki_types::ServerName;
use smtp_tokio::tls::{self, TlsError};
use smtp_tokio::{ClientTls, Connector, ServerTls};

use crate::args::{Args, When};

impl Args {
    /// The relay's certificate, if it has one.
    pub(crate) fn server_tls(&self) -> Result<Option<ServerTls>, TlsError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Ok(Some(tls::server_config(cert, key)?.into())),
            _ => Ok(None),
        }
    }

    /// Has connections to the next hop encrypted as asked for.
    pub(crate) fn secure(&self, connector: &mut Connector) -> Result<(), TlsError> {
        connector.implicit_tls = self.to_implicit_tls;
        connector.login.starttls = match self.to_starttls {
            Some(When::Off) => StartTls::Off,
            Some(When::Required) => StartTls::Required,
            Some(When::Opportunistic) | None => StartTls::Opportunistic,
        };
        if self.to_implicit_tls || connector.login.starttls != StartTls::Off {
            connector.tls = self.trust()?;
        }
        Ok(())
    }

    fn trust(&self) -> Result<Option<ClientTls>, TlsError> {
        let Ok(name) = ServerName::try_from(self.to.host().to_owned()) else { return Ok(None) };
        let check = self.to_starttls.is_some() || self.to_implicit_tls || self.to_ca.is_some();
        let config = if self.to_insecure || !check {
            tls::insecure_client_config()?
        } else if let Some(file) = &self.to_ca {
            let mut roots = RootCertStore::empty();
            tls::pem_roots(&mut roots, file)?;
            tls::client_config(roots)?
        } else {
            tls::client_config(tls::system_roots()?)?
        };
        Ok(Some(ClientTls { config, name }))
    }
}
