//! Whom a client's certificate names.

use std::fmt;

use smtp_proto::Tls;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

/// Who logs in by EXTERNAL. The certificate was checked in the handshake.
pub(super) fn choose(tls: Option<&Tls>, authzid: Option<String>) -> Result<String, Stranger> {
    let certificate = tls.and_then(|tls| tls.peer_certificate.as_deref());
    let names = named(certificate.ok_or(Stranger::NoCertificate)?)?;
    match authzid {
        None => names.into_iter().next().ok_or(Stranger::Nameless),
        Some(wanted) if names.contains(&wanted) => Ok(wanted),
        Some(wanted) => Err(Stranger::Other { wanted, names }),
    }
}

/// The mailboxes among the subject alternative names; if there is none, the common name.
fn named(certificate: &[u8]) -> Result<Vec<String>, Stranger> {
    let (_, certificate) =
        X509Certificate::from_der(certificate).map_err(|_| Stranger::Unreadable)?;
    let alternatives = certificate.subject_alternative_name().map_err(|_| Stranger::Unreadable)?;
    let alternatives = alternatives.iter().flat_map(|extension| &extension.value.general_names);
    let mailboxes = alternatives.filter_map(|name| match name {
        GeneralName::RFC822Name(mailbox) => Some(*mailbox),
        _ => None,
    });
    let mailboxes: Vec<String> = mailboxes.filter(|name| is_name(name)).map(Into::into).collect();
    if !mailboxes.is_empty() {
        return Ok(mailboxes);
    }
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    Ok(common.filter(|name| is_name(name)).take(1).map(Into::into).collect())
}

/// It goes into logs and envelopes.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}

/// Why nobody logs in.
#[derive(Debug)]
pub(super) enum Stranger {
    NoCertificate,
    Unreadable,
    Nameless,
    Other { wanted: String, names: Vec<String> },
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("the client has shown no certificate"),
            Self::Unreadable => f.write_str("the client's certificate can't be read"),
            Self::Nameless => f.write_str("the client's certificate names nobody"),
            Self::Other { wanted, names } => {
                write!(f, "the client wants to be {wanted:?}, its certificate is for {names:?}")
            }
        }
    }
}
