//! What an exchange says and asks.

use alloc::string::String;

#[cfg(doc)]
use super::Exchange;
use crate::sasl::server::{Credentials, Token};
#[cfg(doc)]
use crate::sasl::{Nonce, server::Decoy};

/// How far an exchange has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The client was sent a challenge; its response will be an
    /// [`Event::AuthResponse`](crate::server::Event::AuthResponse).
    Challenged,
    /// The application has to decide.
    Asks(Ask),
    /// The client is logged in, and told so.
    Authenticated(Identity),
    /// The client is not logged in, and told so.
    Failed(Failure),
}

/// What the application has to decide, or to look up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// Are these valid? Answered by [`Exchange::stored`], or by [`Exchange::accept`] or
    /// [`Exchange::reject`] where something else knows.
    Password(Credentials),
    /// What is stored of this user? Answered by [`Exchange::stored`].
    LookUp {
        /// The user.
        user: String,
        /// Whom the client wants to act as, if that is somebody else. If `user` may not, nothing is
        /// stored.
        authzid: Option<String>,
    },
    /// Is this valid, and whose? Answered by [`Exchange::accept`] or [`Exchange::reject_token`].
    Token(Token),
    /// Who is this, by all that is known of the connection, and may it act as `authzid`? Answered by
    /// [`Exchange::accept`] or [`Exchange::reject`].
    External {
        /// Whom the client wants to act as, if that is not just who it is.
        authzid: Option<String>,
    },
    /// May anybody come in? Answered by [`Exchange::accept`] or [`Exchange::reject`].
    Anonymous {
        /// Whom to ask about this client, by its own account.
        trace: Option<String>,
    },
}

impl Ask {
    /// The user, and whom it wants to act as, where [`Exchange::stored`] is an answer.
    #[must_use]
    pub fn login(&self) -> Option<(&str, Option<&str>)> {
        let (user, authzid) = match self {
            Self::Password(credentials) => (&credentials.user, credentials.authzid.as_deref()),
            Self::LookUp { user, authzid } => (user, authzid.as_deref()),
            Self::Token(_) | Self::External { .. } | Self::Anonymous { .. } => return None,
        };
        Some((user, authzid.filter(|authzid| authzid != user)))
    }
}

/// Who has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: String,
    /// Whom it acts as, where that is somebody else, and the mechanism was told what is stored.
    pub authzid: Option<String>,
    /// By which mechanism.
    pub mechanism: String,
}

/// Why nobody has logged in; for a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// User, password, token or binding are wrong (535 5.7.8).
    #[error("wrong user name or proof")]
    Refused,
    /// The application said no.
    #[error("refused by the application")]
    Rejected,
    /// The client's message makes no sense (501 5.5.2).
    #[error("a message that makes no sense")]
    Malformed,
    /// An initial response where the server begins (501 5.7.0).
    #[error("an initial response to a mechanism that has none")]
    ServerFirst,
    /// The mechanism is announced, and there is nobody who could do it (504 5.5.4): its feature is
    /// not compiled in, or it needs a [`Decoy`] or a [`Nonce`].
    #[error("a mechanism that is announced but not to be had")]
    NotAvailable,
}
