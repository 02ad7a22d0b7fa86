//! How an application says no.

use crate::syntax::reply::{Class, Code, EnhancedCode, Reply, Status};
use crate::syntax::text::Text;

/// A negative answer: a 4yz or 5yz reply.
///
/// 421 also closes the connection, as does 521 in answer to
/// [`Event::Connected`](super::Event::Connected).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: Code,
    enhanced: EnhancedCode,
    text: Text,
}

impl Refusal {
    /// A refusal of any kind. `None` unless the code is 4yz or 5yz and the enhanced code of the
    /// same class.
    #[must_use]
    pub fn new(code: Code, enhanced: EnhancedCode, text: Text) -> Option<Self> {
        let negative = matches!(code.class(), Class::Transient | Class::Permanent);
        (negative && code.class() == enhanced.class()).then_some(Self { code, enhanced, text })
    }

    /// What another server said, to be said again: by a relay, for instance. `None` unless it is a
    /// refusal.
    ///
    /// A reply without an enhanced code gets x.0.0; several lines become one.
    #[must_use]
    pub fn from_reply(reply: &Reply) -> Option<Self> {
        let enhanced = reply.enhanced().or(EnhancedCode::new(reply.class(), 0, 0))?;
        Self::new(reply.code(), enhanced, Text::lossy(&reply.text()))
    }

    /// 550 5.1.1: the mailbox does not exist.
    #[must_use]
    pub fn no_such_user() -> Self {
        Self::permanent(
            Code::MAILBOX_UNAVAILABLE,
            Status::BAD_DESTINATION_MAILBOX,
            "No such user here",
        )
    }

    /// 550 5.7.1: this server does not relay for this client.
    #[must_use]
    pub fn relay_denied() -> Self {
        Self::permanent(
            Code::MAILBOX_UNAVAILABLE,
            Status::DELIVERY_NOT_AUTHORISED,
            "Relaying denied",
        )
    }

    /// 550 5.7.1: refused by policy, in the policy's own words.
    #[must_use]
    pub fn policy(text: Text) -> Self {
        Self {
            code: Code::MAILBOX_UNAVAILABLE,
            enhanced: Status::DELIVERY_NOT_AUTHORISED.permanent(),
            text,
        }
    }

    /// 451 4.3.0: something is wrong here; the client is to try later.
    #[must_use]
    pub fn local_error() -> Self {
        Self::transient(
            Code::LOCAL_ERROR,
            Status::OTHER_MAIL_SYSTEM,
            "Local error, try again later",
        )
    }

    /// 450 4.2.0: not now, for whatever reason; the client is to try later.
    #[must_use]
    pub fn try_later() -> Self {
        Self::transient(Code::MAILBOX_BUSY, Status::OTHER_MAILBOX, "Try again later")
    }

    /// 452 4.3.1: no room left; the client is to try later.
    #[must_use]
    pub fn storage() -> Self {
        Self::transient(
            Code::INSUFFICIENT_STORAGE,
            Status::MAIL_SYSTEM_FULL,
            "Insufficient system storage",
        )
    }

    /// 554 5.0.0: the message is refused.
    #[must_use]
    pub fn transaction_failed() -> Self {
        Self::permanent(Code::TRANSACTION_FAILED, Status::OTHER, "Transaction failed")
    }

    /// 535 5.7.8: user name or password are wrong; which of them is not said.
    #[must_use]
    pub fn bad_credentials() -> Self {
        Self::permanent(
            Code::INVALID_CREDENTIALS,
            Status::AUTHENTICATION_CREDENTIALS_INVALID,
            "Authentication credentials invalid",
        )
    }

    /// 501 5.5.2: the client's SASL message makes no sense.
    #[must_use]
    pub fn malformed_response() -> Self {
        Self::permanent(Code::ARGUMENT_ERROR, Status::SYNTAX_ERROR, "Malformed authentication data")
    }

    /// 454 4.7.0: credentials cannot be checked, or TLS be had, at present.
    #[must_use]
    pub fn temporarily_unavailable() -> Self {
        Self::transient(
            Code::TEMPORARY_FAILURE,
            Status::OTHER_SECURITY,
            "Temporarily not available",
        )
    }

    /// 421 4.3.2: no service now. Closes the connection.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::transient(
            Code::UNAVAILABLE,
            Status::SYSTEM_NOT_ACCEPTING_MESSAGES,
            "Service not available, closing connection",
        )
    }

    /// 554 5.3.2: no mail service for this client; an answer to a connection (RFC 5321 section
    /// 3.1).
    #[must_use]
    pub fn no_service() -> Self {
        Self::permanent(
            Code::TRANSACTION_FAILED,
            Status::SYSTEM_NOT_ACCEPTING_MESSAGES,
            "No SMTP service here",
        )
    }

    /// 521 5.3.2: this host takes no mail, whatever it is and whoever brings it; an answer to a
    /// connection (RFC 7504 section 3).
    #[must_use]
    pub fn host_accepts_no_mail() -> Self {
        Self::permanent(
            Code::HOST_ACCEPTS_NO_MAIL,
            Status::SYSTEM_NOT_ACCEPTING_MESSAGES,
            "Server does not accept mail",
        )
    }

    /// 556 5.1.10: the recipient's domain takes no mail, as its null MX says; an answer to RCPT (RFC
    /// 7505 section 4.1).
    #[must_use]
    pub fn recipient_null_mx() -> Self {
        Self::permanent(
            Code::DOMAIN_ACCEPTS_NO_MAIL,
            Status::RECIPIENT_NULL_MX,
            "Recipient address has null MX",
        )
    }

    /// 550 5.7.27: the sender's domain takes no mail, as its null MX says, so there would be no way
    /// back; an answer to MAIL (RFC 7505 section 4.1).
    #[must_use]
    pub fn sender_null_mx() -> Self {
        Self::permanent(
            Code::MAILBOX_UNAVAILABLE,
            Status::SENDER_NULL_MX,
            "Sender address has null MX",
        )
    }

    /// The same refusal in other words.
    #[must_use]
    pub fn with_text(self, text: Text) -> Self {
        Self { text, ..self }
    }

    /// The reply code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The enhanced status code.
    #[must_use]
    pub fn enhanced(&self) -> EnhancedCode {
        self.enhanced
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Whether the connection is closed behind this reply.
    pub(super) fn closes(&self) -> bool {
        self.code == Code::UNAVAILABLE
    }

    pub(super) fn permanent(code: Code, status: Status, text: &str) -> Self {
        Self { code, enhanced: status.permanent(), text: Text::lossy(text) }
    }

    pub(super) fn transient(code: Code, status: Status, text: &str) -> Self {
        Self { code, enhanced: status.transient(), text: Text::lossy(text) }
    }
}
