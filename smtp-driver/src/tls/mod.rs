//! TLS by rustls: what both sides need for it, and what they learn from it.
//!
//! The usual configurations are here, for who does not need others: [`server_config`],
//! [`client_config`]. All of them use rustls with *ring*, TLS 1.2 and 1.3. Any other configuration
//! of rustls can be used instead.

mod config;
mod facts;
mod setup;

pub use config::{
    ClientCertificates, TlsError, client_config, client_config_with_certificate,
    insecure_client_config, pem_roots, server_config, server_config_with, system_roots,
};
pub use facts::{client_facts, server_facts};
pub use setup::{ClientTls, Rustls, ServerTls, TlsTransport};
