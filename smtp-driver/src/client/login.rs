//! What is done before the first message, and what can go wrong with it.

use smtp_proto::sasl::client::{Cancel, CredentialError};
use smtp_proto::syntax::capability::Capabilities;
use smtp_proto::syntax::reply::Reply;
use thiserror::Error as ThisError;

use super::{Credentials, Lost};

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
    #[error("the server refused the credentials: {reply}{}", because(.explanation.as_deref()))]
    AuthRefused {
        /// With which words.
        reply: Reply,
        /// What it said before of why, if it did, as the mechanism has it: JSON for a token, a word
        /// for SCRAM.
        explanation: Option<Box<str>>,
    },
    /// The exchange could not go on, or the server has not proved what it has to prove, whatever it
    /// said. The connection is of no use.
    #[error("not authenticated: {0}")]
    AuthCancelled(Cancel),
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

fn because(explanation: Option<&str>) -> String {
    explanation.map(|text| format!(" (it explains: {text})")).unwrap_or_default()
}

fn list(offered: &[String]) -> String {
    if offered.is_empty() { "no AUTH".to_owned() } else { offered.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::EstablishError;

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
