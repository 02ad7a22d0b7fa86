//! What each command asks for, and what is wrong with it.

use alloc::boxed::Box;

use super::content::Content;
use super::poll::{Turn, is_bdat};
use super::{Abort, Event, Question, Server, Transaction, Transfer};
use crate::error::{Close, Fault};
use crate::session::{Act, Phase, Protocol};
use crate::syntax::address::HelloName;
use crate::syntax::capability::Extension;
use crate::syntax::command::{Command, CommandError, CommandErrorKind, Query};
use crate::syntax::reply::{Code, EnhancedCode};
use crate::syntax::verb::Verb;

impl Server {
    /// Acts on one line, without its CRLF.
    pub(super) fn command(&mut self, line: &[u8]) -> Turn {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                self.malformed(error);
                return self.lose_framing_if(is_bdat(line));
            }
        };
        let Some(verb) = command.verb() else { return self.unknown(command) };
        if let Command::Bdat { size, last } = command {
            return self.bdat(size, last);
        }
        if let Some(refusal) = self.forbidden(verb, Act::of(verb)) {
            return self.refuse_as(refusal);
        }
        match command {
            Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => {
                self.hello(verb, name)
            }
            Command::Mail { from, params } => self.mail(from, params),
            Command::Rcpt { to, params } => self.rcpt(to, params),
            Command::Data => self.data(),
            Command::Rset => self.rset(),
            Command::Noop(_) => self.noop(),
            Command::Quit => self.quit(),
            Command::Vrfy(query) | Command::Expn(query) => self.query(verb, query),
            Command::Help(topic) => self.help(topic),
            Command::StartTls => self.start_tls(),
            Command::Auth { mechanism, initial } => self.auth(mechanism, initial),
            Command::Etrn(node) => self.etrn(node),
            Command::Bdat { .. } | Command::Unknown(_) => Turn::Again, // done above
        }
    }

    /// What is not ours may still be a command: RFC 821 had some more (RFC 5321 appendix F).
    fn unknown(&mut self, command: Command<'_>) -> Turn {
        let obsolete = |verb: &str| {
            ["SEND", "SOML", "SAML", "TURN"].iter().any(|old| verb.eq_ignore_ascii_case(old))
        };
        if let Command::Unknown(verb) = command
            && obsolete(verb)
        {
            let text = "Command not implemented";
            return self.refuse(Fault::UnknownVerb, Code::NOT_IMPLEMENTED, 5, 1, text);
        }
        self.refuse(Fault::UnknownVerb, Code::SYNTAX_ERROR, 5, 2, "Unknown command")
    }

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
        self.refuse(fault, code, subject, detail, text)
    }

    /// What keeps a verb from being obeyed here and now, whatever its arguments are.
    pub(super) fn forbidden(&self, verb: Verb, act: Act) -> Option<Breach> {
        let breach = |fault, code, subject, detail, text| {
            Some(Breach { fault, code, subject, detail, text })
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
        let needed = match verb {
            Verb::Bdat => Extension::Chunking,
            Verb::Expn => Extension::Expn,
            Verb::Help => Extension::Help,
            Verb::StartTls => Extension::StartTls,
            Verb::Auth => Extension::Auth,
            Verb::Etrn => Extension::Etrn,
            _ => return false,
        };
        !self.config.offers(needed)
    }

    /// A line that is not a command; it may look like one.
    fn malformed(&mut self, error: CommandError) {
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

    fn hello(&mut self, verb: Verb, name: HelloName<&str>) -> Turn {
        if self.phase != Phase::Greeted {
            self.tally.useless();
            self.check_tally();
            if self.phase == Phase::Closed {
                return Turn::Again;
            }
        }
        self.ask(Question::Hello(verb), Event::Hello { verb, name: name.into_owned() })
    }

    fn data(&mut self) -> Turn {
        if self.transaction.recipients == 0 {
            let lmtp = self.config.protocol == Protocol::Lmtp; // RFC 2033 section 4.2
            let code = if lmtp { Code::BAD_SEQUENCE } else { Code::TRANSACTION_FAILED };
            return self.refuse(Fault::NoRecipients(Verb::Data), code, 5, 1, "No valid recipients");
        }
        if self.transaction.binary {
            let text = "BODY=BINARYMIME needs BDAT";
            return self.refuse(Fault::OutOfSequence(Verb::Data), Code::BAD_SEQUENCE, 5, 1, text);
        }
        self.ask(Question::Message(Transfer::Data), Event::Message(Transfer::Data))
    }

    /// BDAT always has its octets behind it, which have to be read whatever the answer is.
    fn bdat(&mut self, size: u64, last: bool) -> Turn {
        if !self.config.offers(Extension::Chunking) {
            let text = "Command not implemented";
            self.refuse(Fault::NotOffered(Verb::Bdat), Code::NOT_IMPLEMENTED, 5, 1, text);
            return self.lose_framing_if(true);
        }
        let act = if last { Act::LastChunk } else { Act::Chunk };
        let mut content = Content::chunk(size, last);
        if let Some(breach) = self.forbidden(Verb::Bdat, act) {
            content.refuse(breach.into());
        } else if self.phase == Phase::Failed {
            content.refuse(Breach::after_failed_chunk().into());
        } else if self.transaction.recipients == 0 {
            content.refuse(Breach::no_recipients(self.config.protocol).into());
        }
        self.begin_chunk(content)
    }

    fn rset(&mut self) -> Turn {
        self.tally.useless();
        self.reply(Code::OK, EnhancedCode::positive(0, 0), "Reset");
        self.abort(Abort::Reset);
        self.advance(Act::Rset, Code::OK);
        self.deadlines.content_over();
        self.check_tally();
        Turn::Again
    }

    fn noop(&mut self) -> Turn {
        self.tally.useless();
        self.reply(Code::OK, EnhancedCode::positive(0, 0), "OK");
        self.check_tally();
        Turn::Again
    }

    fn quit(&mut self) -> Turn {
        self.reply(Code::CLOSING, EnhancedCode::positive(0, 0), "Bye");
        self.abort(Abort::Quit);
        self.close(Close::Quit);
        Turn::Again
    }

    fn query(&mut self, verb: Verb, query: Query<'_>) -> Turn {
        let smtputf8 = query.smtputf8;
        if smtputf8 && !self.config.offers(Extension::SmtpUtf8) {
            let fault = Fault::UnknownParameter(verb);
            return self.refuse(fault, Code::ARGUMENT_ERROR, 5, 4, "SMTPUTF8 is not offered");
        }
        let text: Box<str> = query.text.into();
        let event = if verb == Verb::Vrfy {
            Event::Verify { query: text, smtputf8 }
        } else {
            Event::Expand { query: text, smtputf8 }
        };
        self.useless_question(Question::Query { verb, smtputf8 }, event)
    }

    fn help(&mut self, topic: Option<&str>) -> Turn {
        let question = Question::Query { verb: Verb::Help, smtputf8: false };
        self.useless_question(question, Event::Help { topic: topic.map(Into::into) })
    }

    fn etrn(&mut self, node: &str) -> Turn {
        self.useless_question(Question::Etrn, Event::Etrn { node: node.into() })
    }

    /// A question that does nothing for a mail.
    fn useless_question(&mut self, question: Question, event: Event) -> Turn {
        self.tally.useless();
        self.ask(question, event)
    }

    fn start_tls(&mut self) -> Turn {
        if self.tls.is_some() || self.authenticated {
            let text = if self.tls.is_some() { "TLS is active" } else { "Already authenticated" };
            let fault = Fault::OutOfSequence(Verb::StartTls);
            return self.refuse(fault, Code::BAD_SEQUENCE, 5, 1, text);
        }
        self.ask(Question::StartTls, Event::StartTls)
    }

    /// Moves on in the table of the session.
    pub(super) fn advance(&mut self, act: Act, code: Code) {
        self.phase = self.phase.next(act, code.class()).unwrap_or(self.phase);
        if !self.phase.in_transaction() {
            self.transaction = Transaction::default();
        }
    }
}

/// A breach of the protocol, and the reply to it.
pub(super) struct Breach {
    pub(super) fault: Fault,
    pub(super) code: Code,
    pub(super) subject: u8,
    pub(super) detail: u8,
    pub(super) text: &'static str,
}

impl Breach {
    fn after_failed_chunk() -> Self {
        Self {
            fault: Fault::OutOfSequence(Verb::Bdat),
            code: Code::BAD_SEQUENCE,
            subject: 5,
            detail: 1,
            text: "A chunk was refused: RSET first",
        }
    }

    fn no_recipients(protocol: Protocol) -> Self {
        let lmtp = protocol == Protocol::Lmtp;
        Self {
            fault: Fault::NoRecipients(Verb::Bdat),
            code: if lmtp { Code::BAD_SEQUENCE } else { Code::TRANSACTION_FAILED },
            subject: 5,
            detail: 1,
            text: "No valid recipients",
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
