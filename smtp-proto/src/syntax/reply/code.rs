//! The three digits that say what came of a command.

#![expect(clippy::arithmetic_side_effects, reason = "three digits")]

use core::fmt;

/// A reply code (RFC 5321 section 4.2): three digits, the first of them 2, 3, 4 or 5.
///
/// The second and the third digit may be any: servers send codes outside the published ones, and a
/// client that does not know a code acts on its first digit (section 4.3.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub(super) u16);

/// What the first digit of a [`Code`] says (RFC 5321 section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 2yz: the command was carried out.
    Positive,
    /// 3yz: so far so good, the rest is awaited.
    Intermediate,
    /// 4yz: refused for now; the same command may succeed later.
    Transient,
    /// 5yz: refused; the same command will be refused again.
    Permanent,
}

impl Class {
    /// The digit: 2, 3, 4 or 5.
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            Class::Positive => 2,
            Class::Intermediate => 3,
            Class::Transient => 4,
            Class::Permanent => 5,
        }
    }
}

impl Code {
    /// 211: system status, or help on the system.
    pub const SYSTEM_STATUS: Code = Code(211);
    /// 214: help for a person.
    pub const HELP: Code = Code(214);
    /// 220: the service is ready; also "begin the TLS handshake" (RFC 3207).
    pub const READY: Code = Code(220);
    /// 221: the server closes the connection.
    pub const CLOSING: Code = Code(221);
    /// 235: authentication succeeded (RFC 4954).
    pub const AUTHENTICATED: Code = Code(235);
    /// 250: done.
    pub const OK: Code = Code(250);
    /// 251: the user is not local, the message will be forwarded.
    pub const WILL_FORWARD: Code = Code(251);
    /// 252: cannot verify the user, but will accept the message and try.
    pub const CANNOT_VERIFY: Code = Code(252);
    /// 253: messages are pending, and their delivery was started; to ETRN (RFC 1985).
    pub const PENDING_MESSAGES: Code = Code(253);
    /// 334: a SASL challenge follows (RFC 4954).
    pub const CHALLENGE: Code = Code(334);
    /// 354: send the message.
    pub const START_MAIL_INPUT: Code = Code(354);
    /// 355: the transaction goes on at this offset (RFC 1845).
    pub const TRANSACTION_OFFSET: Code = Code(355);
    /// 421: the service is not available and closes the connection.
    pub const UNAVAILABLE: Code = Code(421);
    /// 422: listed with X.7.12, "password transition needed", and defined nowhere (RFC 5248
    /// section 2.4).
    pub const PASSWORD_TRANSITION_422: Code = Code(422);
    /// 430: listed with X.5.1, "invalid command", and defined nowhere (RFC 5248 section 2.4).
    pub const INVALID_COMMAND_430: Code = Code(430);
    /// 432: the user's password must be set anew (RFC 4954).
    pub const PASSWORD_TRANSITION: Code = Code(432);
    /// 450: the mailbox is not available now.
    pub const MAILBOX_BUSY: Code = Code(450);
    /// 451: a local error.
    pub const LOCAL_ERROR: Code = Code(451);
    /// 452: too little storage; also "too many recipients" (RFC 5321 section 4.5.3.1.10).
    pub const INSUFFICIENT_STORAGE: Code = Code(452);
    /// 453: there is no mail for the client; to ATRN (RFC 2645).
    pub const NO_MAIL: Code = Code(453);
    /// 454: TLS or authentication is not available now (RFC 3207, RFC 4954).
    pub const TEMPORARY_FAILURE: Code = Code(454);
    /// 455: the parameters cannot be honoured now.
    pub const PARAMETERS_NOT_ACCOMMODATED: Code = Code(455);
    /// 458: the messages for the node cannot be queued; to ETRN (RFC 1985).
    pub const UNABLE_TO_QUEUE: Code = Code(458);
    /// 459: the node is not allowed; to ETRN (RFC 1985).
    pub const NODE_NOT_ALLOWED: Code = Code(459);
    /// 500: syntax error, or a command that is not recognised.
    pub const SYNTAX_ERROR: Code = Code(500);
    /// 501: syntax error in the arguments.
    pub const ARGUMENT_ERROR: Code = Code(501);
    /// 502: the command is known but not implemented.
    pub const NOT_IMPLEMENTED: Code = Code(502);
    /// 503: bad sequence of commands.
    pub const BAD_SEQUENCE: Code = Code(503);
    /// 504: the argument is known but not implemented.
    pub const PARAMETER_NOT_IMPLEMENTED: Code = Code(504);
    /// 521: the host accepts no mail (RFC 7504).
    pub const HOST_ACCEPTS_NO_MAIL: Code = Code(521);
    /// 523: authentication needs encryption first; goes with X.7.10 (RFC 5248).
    pub const ENCRYPTION_NEEDED: Code = Code(523);
    /// 524: listed beside 538 with X.7.11, "encryption required for requested authentication
    /// mechanism", and defined nowhere (RFC 5248 section 2.4).
    pub const ENCRYPTION_REQUIRED_524: Code = Code(524);
    /// 525: the user's account is disabled; goes with X.7.13 (RFC 5248).
    pub const ACCOUNT_DISABLED: Code = Code(525);
    /// 530: authentication or encryption is required first (RFC 4954, RFC 3207).
    pub const AUTHENTICATION_REQUIRED: Code = Code(530);
    /// 533: listed with X.7.1, "delivery not authorized", and defined nowhere (RFC 5248 section
    /// 2.4).
    pub const NOT_AUTHORISED_533: Code = Code(533);
    /// 534: the mechanism is too weak (RFC 4954).
    pub const MECHANISM_TOO_WEAK: Code = Code(534);
    /// 535: the credentials are not valid (RFC 4954).
    pub const INVALID_CREDENTIALS: Code = Code(535);
    /// 538: the mechanism requires encryption (RFC 4954).
    pub const ENCRYPTION_REQUIRED: Code = Code(538);
    /// 550: the mailbox is not available, or policy forbids it.
    pub const MAILBOX_UNAVAILABLE: Code = Code(550);
    /// 551: the user is not local; the text may say where to try.
    pub const NOT_LOCAL: Code = Code(551);
    /// 552: the message exceeds what storage or policy allow.
    pub const EXCEEDED_STORAGE: Code = Code(552);
    /// 553: the mailbox name is not allowed.
    pub const MAILBOX_NAME_NOT_ALLOWED: Code = Code(553);
    /// 554: the transaction failed; at the greeting, there is no SMTP service here.
    pub const TRANSACTION_FAILED: Code = Code(554);
    /// 555: a parameter of MAIL or RCPT is not recognised or not implemented.
    pub const PARAMETER_NOT_RECOGNISED: Code = Code(555);
    /// 556: the domain accepts no mail (RFC 7504).
    pub const DOMAIN_ACCEPTS_NO_MAIL: Code = Code(556);

    /// The code with this value, if it is one: 200 to 599.
    #[must_use]
    pub const fn new(code: u16) -> Option<Code> {
        match code {
            200..=599 => Some(Code(code)),
            _ => None,
        }
    }

    /// The value: 200 to 599.
    #[must_use]
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    /// What the first digit says.
    #[must_use]
    pub const fn class(self) -> Class {
        match self.0 {
            ..300 => Class::Positive,
            300..400 => Class::Intermediate,
            400..500 => Class::Transient,
            _ => Class::Permanent,
        }
    }

    /// The code in three ASCII digits.
    pub(super) fn from_digits(digits: [u8; 3]) -> Option<Code> {
        let mut value = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u16::from(digit - b'0');
        }
        Code::new(value)
    }

    /// Three ASCII digits.
    pub(super) fn digits(self) -> [u8; 3] {
        [100, 10, 1].map(|unit| b'0' + u8::try_from(self.0 / unit % 10).unwrap_or(0))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
