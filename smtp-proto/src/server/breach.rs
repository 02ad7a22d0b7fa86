//! What is wrong with a command, and how that is said.

use alloc::borrow::Cow;

use super::Server;
use super::poll::Turn;
use crate::error::Fault;
use crate::session::{Act, Phase, Protocol};
use crate::syntax::capability::Extension;
use crate::syntax::command::{CommandError, CommandErrorKind};
use crate::syntax::params::Known;
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

/// A breach of the protocol, and the reply to it.
pub(super) struct Breach {
    pub(super) fault: Fault,
    pub(super) code: Code,
    pub(super) status: Status,
    pub(super) text: Cow<'static, str>,
}

impl Breach {
    pub(super) fn after_failed_chunk(verb: Verb) -> Self {
        Self {
            fault: Fault::OutOfSequence(verb),
            code: Code::BAD_SEQUENCE,
            status: Status::INVALID_COMMAND,
            text: "A chunk was refused: RSET first".into(),
        }
    }

    pub(super) fn authentication_required(verb: Verb) -> Self {
        Self {
            fault: Fault::AuthenticationRequired(verb),
            code: Code::AUTHENTICATION_REQUIRED,
            status: Status::OTHER_SECURITY,
            text: "Authentication required".into(),
        }
    }

    /// RFC 6531 section 3.5
    pub(super) fn needs_smtputf8(verb: Verb, code: Code) -> Self {
        Self {
            fault: Fault::NeedsSmtpUtf8(verb),
            code,
            status: Status::NON_ASCII_ADDRESS_NOT_PERMITTED,
            text: "Non-ASCII address without SMTPUTF8".into(),
        }
    }

    /// Of XCLIENT or XFORWARD, as Postfix has it: 501.
    pub(super) fn attribute_not_offered(verb: Verb) -> Self {
        Self {
            fault: Fault::UnknownParameter(verb),
            code: Code::ARGUMENT_ERROR,
            status: Status::INVALID_COMMAND_ARGUMENTS,
            text: "An attribute that is not offered".into(),
        }
    }

    /// LMTP leaves no choice but 503 (RFC 2033 section 4.2), nor RFC 4468 section 6 but X.5.0 for BURL.
    pub(super) fn no_recipients(verb: Verb, protocol: Protocol) -> Self {
        let lmtp = protocol == Protocol::Lmtp;
        let burl = verb == Verb::Burl;
        Self {
            fault: Fault::NoRecipients(verb),
            code: if lmtp { Code::BAD_SEQUENCE } else { Code::TRANSACTION_FAILED },
            status: if burl { Status::OTHER_PROTOCOL } else { Status::INVALID_COMMAND },
            text: "No valid recipients".into(),
        }
    }
}

/// Says what comes first.
fn out_of_sequence(phase: Phase, verb: Verb) -> &'static str {
    match (phase, verb) {
        (Phase::Refused, _) => "No service: QUIT",
        (Phase::Greeted, _) => "Say hello first",
        (Phase::Ready, _) => "Need MAIL first",
        (Phase::Chunks, _) => "In the middle of a message",
        (Phase::Failed, _) => "A chunk was refused: RSET first",
        (_, Verb::Mail) => "A transaction is open already",
        _ => "Not while a transaction is open",
    }
}

impl Server {
    /// Refuses a command for a breach of the protocol; permanently.
    pub(super) fn refuse(&mut self, fault: Fault, code: Code, status: Status, text: &str) -> Turn {
        self.fault(fault, code, status.permanent(), text);
        Turn::Again
    }

    pub(super) fn refuse_as(&mut self, breach: Breach) -> Turn {
        let Breach { fault, code, status, text } = breach;
        self.refuse(fault, code, status, &text)
    }

    /// What keeps a verb from being obeyed here and now, whatever its arguments are.
    pub(super) fn forbidden(&self, verb: Verb, act: Act) -> Option<Breach> {
        let breach = |fault, code, status, text| {
            Some(Breach { fault, code, status, text: Cow::Borrowed(text) })
        };
        let lmtp = self.config.protocol == Protocol::Lmtp;
        if act == Act::Hello && lmtp != (verb == Verb::Lhlo) {
            let text = if lmtp { "This is LMTP: use LHLO" } else { "This is SMTP: use EHLO" };
            return breach(
                Fault::NotOffered(verb),
                Code::SYNTAX_ERROR,
                Status::INVALID_COMMAND,
                text,
            );
        }
        if self.lacks(verb) {
            let text = "Command not implemented";
            return breach(
                Fault::NotOffered(verb),
                Code::NOT_IMPLEMENTED,
                Status::INVALID_COMMAND,
                text,
            );
        }
        // RFC 3207 section 4 and RFC 4954 section 6 say what stays allowed.
        let tls_exempt =
            matches!(verb, Verb::Noop | Verb::Ehlo | Verb::Lhlo | Verb::StartTls | Verb::Quit);
        if self.config.require_tls && self.tls.is_none() && !tls_exempt {
            let text = "Must issue a STARTTLS command first";
            return breach(
                Fault::EncryptionRequired(verb),
                Code::AUTHENTICATION_REQUIRED,
                Status::OTHER_SECURITY,
                text,
            );
        }
        let auth_exempt = act == Act::Hello
            || matches!(verb, Verb::Auth | Verb::Noop | Verb::Rset | Verb::Quit | Verb::StartTls)
            // It may bring the authentication along.
            || verb == Verb::XClient;
        if self.config.require_auth && !self.authenticated && !auth_exempt {
            return Some(Breach::authentication_required(verb));
        }
        if !self.phase.permits(act) {
            let text = out_of_sequence(self.phase, verb);
            return breach(
                Fault::OutOfSequence(verb),
                Code::BAD_SEQUENCE,
                Status::INVALID_COMMAND,
                text,
            );
        }
        None
    }

    /// Whether a verb belongs to an extension that this server was not given.
    fn lacks(&self, verb: Verb) -> bool {
        // Disabled or not, VRFY can be answered (RFC 5321 section 7.3).
        let needed = verb.extension().filter(|needed| *needed != Extension::Vrfy);
        needed.is_some_and(|needed| !self.config.offers(needed))
    }

    /// A line that is not a command; it may look like one.
    pub(super) fn malformed(&mut self, error: CommandError) {
        let (code, status, text) = match error.kind() {
            CommandErrorKind::Syntax(_) if error.verb().is_none() => {
                (Code::SYNTAX_ERROR, Status::SYNTAX_ERROR, "Unknown command")
            }
            CommandErrorKind::Empty => (Code::SYNTAX_ERROR, Status::SYNTAX_ERROR, "Empty line"),
            CommandErrorKind::Control { .. } => {
                (Code::SYNTAX_ERROR, Status::SYNTAX_ERROR, "Syntax error: control character")
            }
            CommandErrorKind::Encoding { .. } => {
                (Code::SYNTAX_ERROR, Status::SYNTAX_ERROR, "Syntax error: not UTF-8")
            }
            CommandErrorKind::MissingArgument => (
                Code::ARGUMENT_ERROR,
                Status::INVALID_COMMAND_ARGUMENTS,
                "Syntax error: argument missing",
            ),
            CommandErrorKind::UnexpectedArgument => (
                Code::ARGUMENT_ERROR,
                Status::INVALID_COMMAND_ARGUMENTS,
                "Syntax error: no argument allowed",
            ),
            CommandErrorKind::HelloName => (
                Code::ARGUMENT_ERROR,
                Status::INVALID_COMMAND_ARGUMENTS,
                "Syntax error in the host name",
            ),
            CommandErrorKind::Sender(_) => (
                Code::ARGUMENT_ERROR,
                Status::BAD_SENDER_MAILBOX_SYNTAX,
                "Syntax error in the sender's address",
            ),
            CommandErrorKind::Recipient(_) => (
                Code::ARGUMENT_ERROR,
                Status::BAD_DESTINATION_MAILBOX_SYNTAX,
                "Syntax error in the recipient's address",
            ),
            CommandErrorKind::Param(param) => {
                let known = error.verb().and_then(|verb| Known::find(verb, param.keyword()));
                let status = known.map_or(Status::INVALID_COMMAND_ARGUMENTS, Known::refusal);
                (Code::ARGUMENT_ERROR, status, "Syntax error in the parameters")
            }
            CommandErrorKind::InitialResponse => {
                (Code::ARGUMENT_ERROR, Status::SYNTAX_ERROR, "Cannot decode the initial response")
            }
            _ => (
                Code::ARGUMENT_ERROR,
                Status::INVALID_COMMAND_ARGUMENTS,
                "Syntax error in the arguments",
            ),
        };
        self.refuse(Fault::Command(error), code, status, text);
    }
}
