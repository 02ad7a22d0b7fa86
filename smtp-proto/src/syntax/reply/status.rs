//! What an enhanced status code is about, whatever its class.

use core::fmt;

use super::{Code, EnhancedCode};

/// A registered subject and detail, like `X.1.1`: an [`EnhancedCode`] without its class.
///
/// RFC 3463 section 3 defines most of them, RFC 5248 the registry. Servers should send registered
/// codes only (RFC 3463 section 2).
///
/// ```
/// use smtp_proto::syntax::reply::{EnhancedCode, Status};
///
/// let full = Status::MAILBOX_FULL.transient();
/// assert_eq!(full.to_string(), "4.2.2");
/// let heard = EnhancedCode::parse(b"5.7.8").and_then(EnhancedCode::status);
/// assert_eq!(heard, Some(Status::AUTHENTICATION_CREDENTIALS_INVALID));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status {
    pub(super) subject: u8,
    pub(super) detail: u8,
    pub(super) text: &'static str,
    pub(super) codes: &'static [Code],
    pub(super) reference: &'static str,
}

impl Status {
    /// The whole registry, in order.
    pub const ALL: [Status; 81] = [
        Status::OTHER,
        Status::OTHER_ADDRESS,
        Status::BAD_DESTINATION_MAILBOX,
        Status::BAD_DESTINATION_SYSTEM,
        Status::BAD_DESTINATION_MAILBOX_SYNTAX,
        Status::DESTINATION_MAILBOX_AMBIGUOUS,
        Status::DESTINATION_ADDRESS_VALID,
        Status::DESTINATION_MAILBOX_MOVED,
        Status::BAD_SENDER_MAILBOX_SYNTAX,
        Status::BAD_SENDER_SYSTEM,
        Status::RELAYED_TO_NON_COMPLIANT_MAILER,
        Status::RECIPIENT_NULL_MX,
        Status::OTHER_MAILBOX,
        Status::MAILBOX_DISABLED,
        Status::MAILBOX_FULL,
        Status::MESSAGE_LENGTH_EXCEEDS_LIMIT,
        Status::MAILING_LIST_EXPANSION_PROBLEM,
        Status::OTHER_MAIL_SYSTEM,
        Status::MAIL_SYSTEM_FULL,
        Status::SYSTEM_NOT_ACCEPTING_MESSAGES,
        Status::SYSTEM_NOT_CAPABLE,
        Status::MESSAGE_TOO_BIG_FOR_SYSTEM,
        Status::SYSTEM_INCORRECTLY_CONFIGURED,
        Status::PRIORITY_CHANGED,
        Status::OTHER_NETWORK,
        Status::NO_ANSWER_FROM_HOST,
        Status::BAD_CONNECTION,
        Status::DIRECTORY_SERVER_FAILURE,
        Status::UNABLE_TO_ROUTE,
        Status::MAIL_SYSTEM_CONGESTION,
        Status::ROUTING_LOOP_DETECTED,
        Status::DELIVERY_TIME_EXPIRED,
        Status::OTHER_PROTOCOL,
        Status::INVALID_COMMAND,
        Status::SYNTAX_ERROR,
        Status::TOO_MANY_RECIPIENTS,
        Status::INVALID_COMMAND_ARGUMENTS,
        Status::WRONG_PROTOCOL_VERSION,
        Status::AUTHENTICATION_EXCHANGE_LINE_TOO_LONG,
        Status::OTHER_MEDIA,
        Status::MEDIA_NOT_SUPPORTED,
        Status::CONVERSION_REQUIRED_AND_PROHIBITED,
        Status::CONVERSION_REQUIRED_BUT_NOT_SUPPORTED,
        Status::CONVERSION_WITH_LOSS_PERFORMED,
        Status::CONVERSION_FAILED,
        Status::MESSAGE_CONTENT_NOT_AVAILABLE,
        Status::NON_ASCII_ADDRESS_NOT_PERMITTED,
        Status::UTF8_REPLY_REQUIRED,
        Status::UTF8_HEADER_NOT_TRANSFERABLE,
        Status::UTF8_REPLY_REQUIRED_DUPLICATE,
        Status::OTHER_SECURITY,
        Status::DELIVERY_NOT_AUTHORISED,
        Status::MAILING_LIST_EXPANSION_PROHIBITED,
        Status::SECURITY_CONVERSION_NOT_POSSIBLE,
        Status::SECURITY_FEATURES_NOT_SUPPORTED,
        Status::CRYPTOGRAPHIC_FAILURE,
        Status::CRYPTOGRAPHIC_ALGORITHM_NOT_SUPPORTED,
        Status::MESSAGE_INTEGRITY_FAILURE,
        Status::AUTHENTICATION_CREDENTIALS_INVALID,
        Status::AUTHENTICATION_MECHANISM_TOO_WEAK,
        Status::ENCRYPTION_NEEDED,
        Status::ENCRYPTION_REQUIRED_FOR_MECHANISM,
        Status::PASSWORD_TRANSITION_NEEDED,
        Status::USER_ACCOUNT_DISABLED,
        Status::TRUST_RELATIONSHIP_REQUIRED,
        Status::PRIORITY_TOO_LOW,
        Status::MESSAGE_TOO_BIG_FOR_PRIORITY,
        Status::MAILBOX_OWNER_CHANGED,
        Status::DOMAIN_OWNER_CHANGED,
        Status::RRVS_TEST_NOT_COMPLETED,
        Status::NO_PASSING_DKIM_SIGNATURE,
        Status::NO_ACCEPTABLE_DKIM_SIGNATURE,
        Status::NO_AUTHOR_MATCHED_DKIM_SIGNATURE,
        Status::SPF_VALIDATION_FAILED,
        Status::SPF_VALIDATION_ERROR,
        Status::REVERSE_DNS_VALIDATION_FAILED,
        Status::MULTIPLE_AUTHENTICATION_CHECKS_FAILED,
        Status::SENDER_NULL_MX,
        Status::MAIL_FLOOD_DETECTED,
        Status::ARC_VALIDATION_FAILURE,
        Status::REQUIRETLS_SUPPORT_REQUIRED,
    ];

    /// `2.subject.detail`: it went well.
    #[must_use]
    pub const fn positive(self) -> EnhancedCode {
        EnhancedCode::positive(self.subject, self.detail)
    }

    /// `4.subject.detail`: not now.
    #[must_use]
    pub const fn transient(self) -> EnhancedCode {
        EnhancedCode::transient(self.subject, self.detail)
    }

    /// `5.subject.detail`: not ever.
    #[must_use]
    pub const fn permanent(self) -> EnhancedCode {
        EnhancedCode::permanent(self.subject, self.detail)
    }

    /// What the registry says of it, for a person: `Mailbox full`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text
    }

    /// The reply codes that usually come with it, in numeric order. Others may (RFC 5248 section
    /// 2.1). Empty where none is registered, or any 5yz code, or any code at all.
    #[must_use]
    pub const fn codes(self) -> &'static [Code] {
        self.codes
    }

    /// Where it is defined: `RFC 3463`.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        self.reference
    }

    /// The registered one with these numbers.
    fn registered(subject: u16, detail: u16) -> Option<Status> {
        Status::ALL
            .iter()
            .find(|status| (subject, detail) == (status.subject.into(), status.detail.into()))
            .copied()
    }
}

impl EnhancedCode {
    /// What it is about, if that is registered.
    #[must_use]
    pub fn status(self) -> Option<Status> {
        Status::registered(self.subject(), self.detail())
    }

    /// The most that is known of what it is about: the subject alone (`X.1.0`) if the detail is not
    /// registered, and nothing (`X.0.0`) if the subject is not either. That is how a client is to
    /// take a code that is newer than itself (RFC 3463 section 2).
    #[must_use]
    pub fn closest_status(self) -> Status {
        self.status().or_else(|| Status::registered(self.subject(), 0)).unwrap_or(Status::OTHER)
    }
}

impl fmt::Display for Status {
    /// As the registry writes it: `X.1.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "X.{}.{}", self.subject, self.detail)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
