//! How an application says no.

use alloc::vec::Vec;
use core::fmt;
use core::iter::once;

use crate::syntax::reply::{Class, Code, EnhancedCode, Reply, Status};
use crate::syntax::text::Text;

/// A negative answer: a 4yz or 5yz reply, of one line or several.
///
/// 421 also closes the connection, as does 521 in answer to
/// [`Event::Connected`](super::Event::Connected).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: Code,
    enhanced: EnhancedCode,
    text: Text,
    /// The lines behind the first.
    more: Vec<Text>,
}

impl Refusal {
    /// A refusal of any kind. `None` unless the code is 4yz or 5yz and the enhanced code of the
    /// same class.
    #[must_use]
    pub fn new(code: Code, enhanced: EnhancedCode, text: Text) -> Option<Self> {
        let negative = matches!(code.class(), Class::Transient | Class::Permanent);
        (negative && code.class() == enhanced.class()).then_some(Self::of(code, enhanced, text))
    }

    /// What another server said, to be said again: by a relay, for instance. `None` unless it is a
    /// refusal.
    ///
    /// A reply without an enhanced code gets x.0.0.
    #[must_use]
    pub fn from_reply(reply: &Reply) -> Option<Self> {
        let enhanced = reply.enhanced().or(EnhancedCode::new(reply.class(), 0, 0))?;
        let lines = reply.texts().map(|line| Text::lossy(&line));
        Self::new(reply.code(), enhanced, Text::default()).map(|refusal| refusal.with_lines(lines))
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
        let enhanced = Status::DELIVERY_NOT_AUTHORISED.permanent();
        Self::of(Code::MAILBOX_UNAVAILABLE, enhanced, text)
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

    /// 450 4.0.0: not now, for whatever reason; the client is to try later.
    #[must_use]
    pub fn try_later() -> Self {
        Self::transient(Code::MAILBOX_BUSY, Status::OTHER, "Try again later")
    }

    /// 450 4.7.1: refused for now by policy, in the policy's own words: greylisting, for instance (RFC
    /// 6647).
    #[must_use]
    pub fn policy_for_now(text: Text) -> Self {
        let enhanced = Status::DELIVERY_NOT_AUTHORISED.transient();
        Self::of(Code::MAILBOX_BUSY, enhanced, text)
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

    /// 554: the client did not wait for the greeting.
    pub(super) fn early_talker() -> Self {
        Self::permanent(
            Code::TRANSACTION_FAILED,
            Status::INVALID_COMMAND,
            "Not waiting for the greeting is a protocol error",
        )
    }

    /// 501 5.5.2: the client's SASL message makes no sense.
    #[must_use]
    pub fn malformed_response() -> Self {
        Self::permanent(Code::ARGUMENT_ERROR, Status::SYNTAX_ERROR, "Malformed authentication data")
    }

    /// 501 5.7.0: an initial response for a mechanism in which the server speaks first (RFC 4954 section
    /// 4).
    #[must_use]
    pub fn unwanted_initial_response() -> Self {
        Self::permanent(
            Code::ARGUMENT_ERROR,
            Status::OTHER_SECURITY,
            "This mechanism has no initial response",
        )
    }

    /// 432 4.7.12: the account is not ready for this mechanism. After AUTH PLAIN once it will be (RFC
    /// 4954 section 6).
    #[must_use]
    pub fn password_transition() -> Self {
        Self::transient(
            Code::PASSWORD_TRANSITION,
            Status::PASSWORD_TRANSITION_NEEDED,
            "A password transition is needed",
        )
    }

    /// 534 5.7.9: this user may not log in by a mechanism as weak as this one.
    #[must_use]
    pub fn mechanism_too_weak() -> Self {
        Self::permanent(
            Code::MECHANISM_TOO_WEAK,
            Status::AUTHENTICATION_MECHANISM_TOO_WEAK,
            "Authentication mechanism is too weak",
        )
    }

    /// 525 5.7.13: the credentials are right, and the account is disabled (RFC 5248 section 2.4). Not
    /// for who has not proved that it is his.
    #[must_use]
    pub fn account_disabled() -> Self {
        Self::permanent(
            Code::ACCOUNT_DISABLED,
            Status::USER_ACCOUNT_DISABLED,
            "User account disabled",
        )
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

    /// The same refusal in other words, on one line.
    #[must_use]
    pub fn with_text(self, text: Text) -> Self {
        Self::of(self.code, self.enhanced, text)
    }

    /// The same refusal in other words, on as many lines: 553 to VRFY may name a mailbox on each (RFC
    /// 5321 section 3.5.1). No lines at all are one that is empty.
    #[must_use]
    pub fn with_lines(self, lines: impl IntoIterator<Item = Text>) -> Self {
        let mut lines = lines.into_iter();
        let text = lines.next().unwrap_or_default();
        Self { text, more: lines.collect(), ..self }
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

    /// The text: the first line of it, if there are several.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The lines of the text. There is at least one.
    pub fn lines(&self) -> impl Iterator<Item = &Text> + Clone {
        once(&self.text).chain(&self.more)
    }

    /// Whether the connection is closed behind this reply.
    pub(super) fn closes(&self) -> bool {
        self.code == Code::UNAVAILABLE
    }

    pub(super) fn permanent(code: Code, status: Status, text: &str) -> Self {
        Self::of(code, status.permanent(), Text::lossy(text))
    }

    pub(super) fn transient(code: Code, status: Status, text: &str) -> Self {
        Self::of(code, status.transient(), Text::lossy(text))
    }

    fn of(code: Code, enhanced: EnhancedCode, text: Text) -> Self {
        Self { code, enhanced, text, more: Vec::new() }
    }
}

impl fmt::Display for Refusal {
    /// The refusal for a person, in one line: `550 5.1.1 No such user here`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.enhanced)?;
        self.lines().try_for_each(|line| write!(f, " {line}"))
    }
}
