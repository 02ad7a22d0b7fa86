//! What reply codes mean, for people.

use super::Code;

/// The codes in use, in numeric order: those of RFC 5321 section 4.2.3, and what extensions added.
/// Each constant names its extension.
pub(super) const MEANINGS: [(Code, &str); 45] = [
    (Code::SYSTEM_STATUS, "system status, or help"),
    (Code::HELP, "help for a person"),
    (Code::READY, "service ready"),
    (Code::CLOSING, "closing the connection"),
    (Code::AUTHENTICATED, "authentication succeeded"),
    (Code::OK, "done"),
    (Code::WILL_FORWARD, "user not local, will be forwarded"),
    (Code::CANNOT_VERIFY, "user not verified, delivery will be attempted"),
    (Code::PENDING_MESSAGES, "delivery of pending messages started"),
    (Code::CHALLENGE, "authentication goes on"),
    (Code::START_MAIL_INPUT, "ready for the message"),
    (Code::TRANSACTION_OFFSET, "ready for the message from an offset on"),
    (Code::UNAVAILABLE, "service not available, closing the connection"),
    (Code::PASSWORD_TRANSITION_422, "password transition needed"),
    (Code::INVALID_COMMAND_430, "invalid command"),
    (Code::PASSWORD_TRANSITION, "password transition needed"),
    (Code::MAILBOX_BUSY, "mailbox not available for now"),
    (Code::LOCAL_ERROR, "error in processing"),
    (Code::INSUFFICIENT_STORAGE, "insufficient storage, or too many recipients"),
    (Code::NO_MAIL, "no mail for this client"),
    (Code::TEMPORARY_FAILURE, "TLS or authentication not available for now"),
    (Code::PARAMETERS_NOT_ACCOMMODATED, "parameters cannot be honoured for now"),
    (Code::UNABLE_TO_QUEUE, "unable to queue messages for the node"),
    (Code::NODE_NOT_ALLOWED, "node not allowed"),
    (Code::SYNTAX_ERROR, "syntax error, or command not recognised"),
    (Code::ARGUMENT_ERROR, "syntax error in the arguments"),
    (Code::NOT_IMPLEMENTED, "command not implemented"),
    (Code::BAD_SEQUENCE, "command out of sequence"),
    (Code::PARAMETER_NOT_IMPLEMENTED, "argument not implemented"),
    (Code::HOST_ACCEPTS_NO_MAIL, "host accepts no mail"),
    (Code::ENCRYPTION_NEEDED, "encryption needed"),
    (Code::ENCRYPTION_REQUIRED_524, "encryption required for this mechanism"),
    (Code::ACCOUNT_DISABLED, "user account disabled"),
    (Code::AUTHENTICATION_REQUIRED, "authentication or encryption required first"),
    (Code::NOT_AUTHORISED_533, "delivery not authorised"),
    (Code::MECHANISM_TOO_WEAK, "authentication mechanism too weak"),
    (Code::INVALID_CREDENTIALS, "authentication credentials invalid"),
    (Code::ENCRYPTION_REQUIRED, "encryption required for this mechanism"),
    (Code::MAILBOX_UNAVAILABLE, "mailbox not available, or forbidden by policy"),
    (Code::NOT_LOCAL, "user not local, to be tried elsewhere"),
    (Code::EXCEEDED_STORAGE, "storage allocation exceeded, or message too large"),
    (Code::MAILBOX_NAME_NOT_ALLOWED, "mailbox name not allowed"),
    (Code::TRANSACTION_FAILED, "transaction failed, or no mail service here"),
    (Code::PARAMETER_NOT_RECOGNISED, "parameter not recognised or not implemented"),
    (Code::DOMAIN_ACCEPTS_NO_MAIL, "domain accepts no mail"),
];

impl Code {
    /// What a code in use means, in a few words, whatever text it came with.
    ///
    /// `None` for codes that no RFC mentions: the [`class`](Code::class) is all that is known of
    /// those, and a client needs no more (RFC 5321 section 4.3.2).
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        MEANINGS.iter().find_map(|&(code, meaning)| (code == self).then_some(meaning))
    }
}
