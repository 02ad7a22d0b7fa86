//! What is wrong with a command, and how that is said.

use alloc::borrow::Cow;

use super::Server;
use super::poll::Turn;
use crate::error::Fault;
use crate::session::{Act, Phase, Protocol};
use crate::syntax::capability::Extension;
use crate::syntax::command::{CommandError, CommandErrorKind};
use crate::syntax::reply::{Code, EnhancedCode};
use crate::syntax::verb::Verb;

/// A breach of the protocol, and the reply to it.
pub(super) struct Breach {
    pub(super) fault: Fault,
    pub(super) code: Code,
    pub(super) subject: u8,
    pub(super) detail: u8,
    pub(super) text: Cow<'static, str>,
}

impl Breach {
    pub(super) fn after_failed_chunk() -> Self {
        Self {
            fault: Fault::OutOfSequence(Verb::Bdat),
            code: Code::BAD_SEQUENCE,
            subject: 5,
            detail: 1,
            text: "A chunk was refused: RSET first".into(),
        }
    }

    /// LMTP leaves no choice but 503 (RFC 2033 section 4.2).
    pub(super) fn no_recipients(verb: Verb, protocol: Protocol) -> Self {
        let lmtp = protocol == Protocol::Lmtp;
        Self {
            fault: Fault::NoRecipients(verb),
            code: if lmtp { Code::BAD_SEQUENCE } else { Code::TRANSACTION_FAILED },
            subject: 5,
            detail: 1,
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
    pub(super) fn refuse(
        &mut self,
        fault: Fault,
        code: Code,
        subject: u8,
        detail: u8,
        text: &str,
    ) -> Turn {
        self.fault(fault, code, EnhancedCode::permanent(subject, detail), text);
        Turn::Again
    }

    pub(super) fn refuse_as(&mut self, breach: Breach) -> Turn {
        let Breach { fault, code, subject, detail, text } = breach;
        self.refuse(fault, code, subject, detail, &text)
    }

    /// What keeps a verb from being obeyed here and now, whatever its arguments are.
    pub(super) fn forbidden(&self, verb: Verb, act: Act) -> Option<Breach> {
        let breach = |fault, code, subject, detail, text| {
            Some(Breach { fault, code, subject, detail, text: Cow::Borrowed(text) })
        };
        let lmtp = self.config.protocol == Protocol::Lmtp;
        if act == Act::Hello && lmtp != (verb == Verb::Lhlo) {
            let text = if lmtp { "This is LMTP: use LHLO" } else { "This is SMTP: use EHLO" };
            return breach(Fault::NotOffered(verb), Code::SYNTAX_ERROR, 5, 1, text);
        }
        if self.lacks(verb) {
            let text = "Command not implemented";
            return breach(Fault::NotOffered(verb), Code::NOT_IMPLEMENTED, 5, 1, text);
        }
        // RFC 3207 section 4 and RFC 4954 section 6 say what stays allowed.
        let tls_exempt =
            matches!(verb, Verb::Noop | Verb::Ehlo | Verb::Lhlo | Verb::StartTls | Verb::Quit);
        if self.config.require_tls && self.tls.is_none() && !tls_exempt {
            let text = "Must issue a STARTTLS command first";
            return breach(
                Fault::EncryptionRequired(verb),
                Code::AUTHENTICATION_REQUIRED,
                7,
                0,
                text,
            );
        }
        let auth_exempt = act == Act::Hello
            || matches!(verb, Verb::Auth | Verb::Noop | Verb::Rset | Verb::Quit | Verb::StartTls);
        if self.config.require_auth && !self.authenticated && !auth_exempt {
            let fault = Fault::AuthenticationRequired(verb);
            let text = "Authentication required";
            return breach(fault, Code::AUTHENTICATION_REQUIRED, 7, 0, text);
        }
        if !self.phase.permits(act) {
            let text = out_of_sequence(self.phase, verb);
            return breach(Fault::OutOfSequence(verb), Code::BAD_SEQUENCE, 5, 1, text);
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
        let (code, subject, detail, text) = match error.kind() {
            CommandErrorKind::Syntax(_) if error.verb().is_none() => {
                (Code::SYNTAX_ERROR, 5, 2, "Unknown command")
            }
            CommandErrorKind::Empty => (Code::SYNTAX_ERROR, 5, 2, "Empty line"),
            CommandErrorKind::Control { .. } => {
                (Code::SYNTAX_ERROR, 5, 2, "Syntax error: control character")
            }
            CommandErrorKind::Encoding { .. } => {
                (Code::SYNTAX_ERROR, 5, 2, "Syntax error: not UTF-8")
            }
            CommandErrorKind::MissingArgument => {
                (Code::ARGUMENT_ERROR, 5, 4, "Syntax error: argument missing")
            }
            CommandErrorKind::UnexpectedArgument => {
                (Code::ARGUMENT_ERROR, 5, 4, "Syntax error: no argument allowed")
            }
            CommandErrorKind::HelloName => {
                (Code::ARGUMENT_ERROR, 5, 4, "Syntax error in the host name")
            }
            CommandErrorKind::Sender(_) => {
                (Code::ARGUMENT_ERROR, 1, 7, "Syntax error in the sender's address")
            }
            CommandErrorKind::Recipient(_) => {
                (Code::ARGUMENT_ERROR, 1, 3, "Syntax error in the recipient's address")
            }
            CommandErrorKind::InitialResponse => {
                (Code::ARGUMENT_ERROR, 5, 2, "Cannot decode the initial response")
            }
            _ => (Code::ARGUMENT_ERROR, 5, 4, "Syntax error in the arguments"),
        };
        self.refuse(Fault::Command(error), code, subject, detail, text);
    }
}
