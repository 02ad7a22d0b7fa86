//! The exit status, from whatever went wrong.

use std::io;
use std::process::ExitCode;

use smtp_driver::client::{
    ConnectError, EstablishError, Fate, Lost, RecipientOutcome, SendFailure,
};
use smtp_driver::rustls::AlertDescription;
use smtp_driver::{Error, rustls};
use smtp_proto::client::{NotSent, SendError};
use smtp_proto::error::Close;
use smtp_proto::syntax::reply::{Class, Reply};

/// An exit status of `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status(u8);

impl Status {
    pub(super) const OK: Self = Self(0);
    pub(super) const USAGE: Self = Self(64);
    pub(super) const NO_INPUT: Self = Self(66);
    /// Refused for good.
    pub(super) const UNAVAILABLE: Self = Self(69);
    pub(super) const SOFTWARE: Self = Self(70);
    pub(super) const IO: Self = Self(74);
    /// Trying later may help.
    pub(super) const TRY_LATER: Self = Self(75);
    pub(super) const PROTOCOL: Self = Self(76);
    pub(super) const NO_PERMISSION: Self = Self(77);
    pub(super) const CONFIG: Self = Self(78);

    /// Of two, the one to tell.
    pub(super) fn or_worse(self, other: Self) -> Self {
        let order = [
            Self::OK,
            Self::UNAVAILABLE,
            Self::TRY_LATER,
            Self::IO,
            Self::PROTOCOL,
            Self::NO_PERMISSION,
        ];
        // What is not in the list is worse than what is.
        let rank = |status| order.iter().position(|one| *one == status).unwrap_or(order.len());
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.0)
    }
}

/// A reply that is a refusal.
impl From<&Reply> for Status {
    fn from(reply: &Reply) -> Self {
        match reply.class() {
            Class::Transient => Self::TRY_LATER,
            Class::Permanent => Self::UNAVAILABLE,
            Class::Positive | Class::Intermediate => Self::PROTOCOL,
        }
    }
}

impl From<&RecipientOutcome> for Status {
    fn from(recipient: &RecipientOutcome) -> Self {
        match &recipient.fate {
            Fate::Accepted(_) => Self::OK,
            Fate::Refused(_) if recipient.try_later => Self::TRY_LATER,
            Fate::Refused(reply) => reply.into(),
            Fate::NotSent(reason) => reason.into(),
        }
    }
}

impl From<&NotSent> for Status {
    fn from(reason: &NotSent) -> Self {
        match reason {
            NotSent::Sender(reply) | NotSent::Content(reply) => reply.into(),
            NotSent::Closed(close) | NotSent::Unknown(close) => close.into(),
            _ => Self::UNAVAILABLE,
        }
    }
}

impl From<&Close> for Status {
    fn from(close: &Close) -> Self {
        match close {
            Close::Fault(_) => Self::PROTOCOL,
            Close::Unavailable(reply) => (&**reply).into(),
            _ => Self::TRY_LATER,
        }
    }
}

impl From<&Lost> for Status {
    fn from(lost: &Lost) -> Self {
        match lost {
            Lost::Closed(close) => close.into(),
            Lost::Failed(Error::Tls(error) | Error::Io(error)) => of_stream(error),
            _ => Self::SOFTWARE,
        }
    }
}

impl From<&SendFailure> for Status {
    fn from(failure: &SendFailure) -> Self {
        match failure {
            SendFailure::Envelope(error) => error.into(),
            SendFailure::Source(_) => Self::IO,
            SendFailure::Lost(lost) => lost.into(),
            _ => Self::SOFTWARE,
        }
    }
}

/// A message that this server can't get, and nothing was said.
impl From<&SendError> for Status {
    fn from(error: &SendError) -> Self {
        match error {
            SendError::Missing(_)
            | SendError::TooLarge { .. }
            | SendError::Exceeds { .. }
            | SendError::NotTaken { .. } => Self::UNAVAILABLE,
            SendError::BadParameter { .. } | SendError::Params(_) => Self::USAGE,
            _ => Self::SOFTWARE,
        }
    }
}

impl From<&ConnectError> for Status {
    fn from(error: &ConnectError) -> Self {
        use EstablishError::{
            AuthCancelled, AuthNeedsTls, AuthRefused, Credentials, NoCommonMechanism, Refused,
            TlsMissing, TlsRefused,
        };

        match error {
            ConnectError::Unreachable(attempts) => {
                let statuses = attempts.iter().map(|attempt| of_stream(&attempt.error));
                statuses.reduce(Self::or_worse).unwrap_or(Self::TRY_LATER)
            }
            ConnectError::Establish(error) => match error {
                Refused(reply) | TlsRefused(reply) => reply.into(),
                TlsMissing => Self::UNAVAILABLE,
                AuthRefused { reply, .. } if reply.is_transient() => Self::TRY_LATER,
                AuthRefused { .. }
                | AuthCancelled(_)
                | NoCommonMechanism { .. }
                | AuthNeedsTls
                | Credentials(_) => Self::NO_PERMISSION,
                EstablishError::Lost(lost) => lost.into(),
                _ => Self::SOFTWARE,
            },
            // A resolver does not say whether there is no such name or no name server.
            _ => Self::TRY_LATER,
        }
    }
}

/// A connection, or the handshake on it, that failed.
fn of_stream(error: &io::Error) -> Status {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(_)) => Status::UNAVAILABLE,
        // In TLS 1.3 what the server thinks of ours comes when the handshake is over.
        Some(rustls::Error::AlertReceived(alert)) if is_about_our_certificate(*alert) => {
            Status::NO_PERMISSION
        }
        Some(_) => Status::PROTOCOL,
        None => Status::TRY_LATER,
    }
}

fn is_about_our_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as A;

    matches!(
        alert,
        A::NoCertificate
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::CertificateRequired
            | A::UnknownCA
            | A::AccessDenied
    )
}
