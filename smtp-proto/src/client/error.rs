//! Requests that can't be carried out. Nothing was sent, and the client is as it was.

use alloc::boxed::Box;

use thiserror::Error;

use super::Limit;
use crate::body::BareNewline;
use crate::error::Misuse;
use crate::syntax::capability::Extension;
use crate::syntax::params::ParamError;

/// Why a message can't be sent over this connection, or not to a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// Not now.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The envelope names nobody.
    #[error("the envelope has no recipients")]
    NoRecipients,
    /// The message needs an extension that the server does not offer, or that is turned off here.
    #[error("the message needs {0}, which the server does not offer or which is turned off here")]
    Missing(Extension),
    /// The message is larger than what the server said it takes (RFC 1870 section 6.1).
    #[error("the message has {size} octets, the server takes {limit}")]
    TooLarge {
        /// Octets of the message.
        size: u64,
        /// Octets of the largest message.
        limit: u64,
    },
    /// It would be more than the server says it takes by LIMITS (RFC 9422).
    #[error("the server takes no more than {max} {limit}")]
    Exceeds {
        /// More of what.
        limit: Limit,
        /// How much it takes.
        max: u32,
    },
    /// A parameter of a known extension has a value that it can't have.
    #[error("the parameter {keyword} has a value other than {expected}")]
    BadParameter {
        /// The parameter.
        keyword: &'static str,
        /// What its value can be.
        expected: &'static str,
    },
    /// A parameter with a value that this server would refuse, or that is not to be sent over this
    /// connection or together with another.
    #[error("the parameter {keyword} can't be sent: {why}")]
    NotTaken {
        /// The parameter.
        keyword: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The recipient needs SMTPUTF8, and MAIL, which has begun the transaction, did not say it
    /// (RFC 6531 section 3.4).
    #[error("the recipient needs SMTPUTF8, and MAIL did not say it")]
    SmtpUtf8NotSaid,
    /// The parameters for MAIL can't be written.
    #[error("the parameters for MAIL can't be written: {0}")]
    Params(ParamError),
}

/// Why AUTH can't be begun.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// Not now.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The server does not offer AUTH.
    #[error("the server does not offer AUTH")]
    Missing,
    /// The server does not offer this mechanism.
    #[error("the server does not offer the SASL mechanism {0}")]
    NotOffered(Box<str>),
    /// The mechanism shows the password, and the connection is in the clear.
    #[error("the SASL mechanism {0} is not to be used without TLS")]
    NeedsTls(Box<str>),
}

/// Why a command other than those for mail and AUTH can't be sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Not now.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// It needs an extension that the server does not offer.
    #[error("the server does not offer {0}")]
    Missing(Extension),
    /// The argument does not fit into a command.
    #[error("the argument {0}")]
    Argument(&'static str),
}

/// Why a piece of content was not taken. The question is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Not now.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// Octets above 0x7F, and the server does not offer 8BITMIME: they must not be sent to it, under any
    /// circumstances (RFC 6152 section 3).
    ///
    /// Nothing of the piece was taken. The transaction is to be abandoned, unless a better piece can be
    /// offered in its place. Who says beforehand what is in the content
    /// ([`Envelope::body`](super::Envelope::body)) gets [`SendError::Missing`] instead, before MAIL.
    #[error(
        "the content has octets above 0x7F, and the server does not offer 8BITMIME: encode it in 7 \
         bits, or send it by another server"
    )]
    EightBit,
    /// A CR or LF that stands alone, which the configuration refuses to send.
    ///
    /// Nothing of the piece was taken. The transaction is to be abandoned, unless a better piece
    /// can be offered in its place.
    #[error(transparent)]
    BareNewline(#[from] BareNewline),
}
