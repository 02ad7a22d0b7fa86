//! What is done before the first message, and what can go wrong with it.

use std::fmt;

use smtp_proto::sasl::client::{CredentialError, External, Mechanism, with_password};
use smtp_proto::syntax::capability::Capabilities;
use smtp_proto::syntax::reply::Reply;
use thiserror::Error as ThisError;

use super::Lost;

/// What is done before the first message.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// Whether to encrypt.
    pub starttls: StartTls,
    /// Who to be, if anybody.
    pub credentials: Option<Credentials>,
}

/// Whether to use STARTTLS. Of no meaning where TLS is active from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StartTls {
    /// No.
    #[default]
    Off,
    /// If the server offers it and does not refuse it. A handshake that fails ends the connection;
    /// whoever wants to send in the clear then has to say so over another one.
    Opportunistic,
    /// Yes, or nothing is sent.
    Required,
}

/// Who to be, and how that is proved. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Password { user: Box<str>, password: Box<str> },
    External { authzid: Option<Box<str>> },
}

impl Credentials {
    /// A user name and a password: PLAIN, or else LOGIN.
    pub fn new(user: impl Into<Box<str>>, password: impl Into<Box<str>>) -> Self {
        Self(Kind::Password { user: user.into(), password: password.into() })
    }

    /// Whom the server knows this client to be by itself, most often by the certificate it shows in
    /// the handshake: EXTERNAL.
    #[must_use]
    pub fn external() -> Self {
        Self(Kind::External { authzid: None })
    }

    /// The same, to act as `authzid`.
    pub fn external_as(authzid: impl Into<Box<str>>) -> Self {
        Self(Kind::External { authzid: Some(authzid.into()) })
    }

    /// The mechanisms they are for, the best first.
    pub(super) fn mechanisms(&self) -> Result<Vec<Box<dyn Mechanism + Send>>, CredentialError> {
        match &self.0 {
            Kind::Password { user, password } => with_password(user, password),
            Kind::External { authzid } => {
                let external = External::new(authzid.as_deref())?;
                Ok(vec![Box::new(external)])
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Password { user, .. } => {
                f.debug_struct("Password").field("user", user).finish_non_exhaustive()
            }
            Kind::External { authzid } => {
                f.debug_struct("External").field("authzid", authzid).finish()
            }
        }
    }
}

/// A connection that is ready for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Established {
    /// How the server greeted.
    pub greeting: Option<Reply>,
    /// What the server offers now.
    pub capabilities: Capabilities,
    /// The server's refusal of opportunistic TLS, if that is why the connection is in the clear.
    pub tls_refusal: Option<Reply>,
}

/// Why a connection does not come to where messages can be sent.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum EstablishError {
    /// The server refused the connection or the hello.
    #[error("the server refused the connection: {0}")]
    Refused(Reply),
    /// TLS is required, and the server does not offer STARTTLS.
    #[error("TLS is required, and the server does not offer STARTTLS")]
    TlsMissing,
    /// TLS is required, and the server refused STARTTLS.
    #[error("TLS is required, and the server refused STARTTLS: {0}")]
    TlsRefused(Reply),
    /// The server refused the credentials.
    #[error("the server refused the credentials: {0}")]
    AuthRefused(Reply),
    /// The server offers no mechanism that can be used.
    #[error("no way to authenticate: the server offers {}", list(.offered))]
    NoCommonMechanism {
        /// The mechanisms it offers.
        offered: Vec<String>,
    },
    /// Every mechanism would show the password to whoever can read along.
    #[error("the credentials are not to be sent without TLS")]
    AuthNeedsTls,
    /// The user name, the password or the identity can't be sent.
    #[error("the credentials can't be sent: {0}")]
    Credentials(#[from] CredentialError),
    /// The connection was lost before.
    #[error(transparent)]
    Lost(#[from] Lost),
}

fn list(offered: &[String]) -> String {
    if offered.is_empty() { "no AUTH".to_owned() } else { offered.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, EstablishError};

    #[test]
    fn the_password_is_not_shown() {
        let shown = format!("{:?}", Credentials::new("tim", "tanstaaf"));
        assert!(shown.contains("tim") && !shown.contains("tanstaaf"), "{shown}");
    }

    #[test]
    fn what_is_offered_is_named() {
        let error = |offered: &[&str]| {
            let offered = offered.iter().map(ToString::to_string).collect();
            EstablishError::NoCommonMechanism { offered }.to_string()
        };
        assert!(error(&["GSSAPI", "CRAM-MD5"]).ends_with("the server offers GSSAPI CRAM-MD5"));
        assert!(error(&[]).ends_with("the server offers no AUTH"));
    }
}
