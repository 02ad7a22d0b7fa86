//! What the application's answers do.

use alloc::format;
use alloc::sync::Arc;
use core::slice;

use bytes::BufMut;

use super::content::Content;
use super::output::is_ascii;
use super::{Abort, Question, Refusal, Server, Task, Transaction, Transfer};
use crate::error::{Close, Misuse};
use crate::session::{Act, Phase};
use crate::syntax::base64;
use crate::syntax::reply::{Class, Code, EnhancedCode, Status};
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

impl Server {
    /// Says yes to the open question, in the server's own words.
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`]; nothing has changed.
    pub fn accept(&mut self) -> Result<(), Misuse> {
        let question = self.question.ok_or(Misuse::NoQuestion)?;
        let (code, enhanced, text) = affirmative(question);
        self.carry_out(question, code, enhanced, Words::Own(text));
        Ok(())
    }

    /// Says yes to the open question, in the application's words; a line of the reply each.
    ///
    /// For VRFY and EXPN words make the difference between 252 and 250. The greeting and the reply
    /// to a hello begin with the host name in any case. For [`Event::Message`] of a chunked
    /// transfer nothing is said yet, and the words are lost.
    ///
    /// [`Event::Message`]: super::Event::Message
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`]; nothing has changed.
    pub fn accept_with(&mut self, texts: &[Text]) -> Result<(), Misuse> {
        let question = self.question.ok_or(Misuse::NoQuestion)?;
        let (code, enhanced, _) = affirmative(question);
        let (code, enhanced) = match question {
            Question::Query { verb: Verb::Vrfy | Verb::Expn, smtputf8 } => {
                if !smtputf8 && !is_ascii(texts) {
                    // RFC 6531 section 3.7.4.2
                    (Code::CANNOT_VERIFY, Status::UTF8_REPLY_REQUIRED.positive())
                } else {
                    (Code::OK, Status::DESTINATION_ADDRESS_VALID.positive())
                }
            }
            _ => (code, enhanced),
        };
        self.carry_out(question, code, enhanced, Words::Given(texts));
        Ok(())
    }

    /// Says yes to the open question with a code of the application's choice: 251 to a recipient
    /// whose mail is forwarded, 252 to VRFY, 253 to ETRN, 211 to HELP.
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`], or [`Misuse::WrongAnswer`] if this question does not take the code: a
    /// 25z code, for HELP 211 or 214, for most others none but their own. Nothing has changed.
    pub fn accept_as(
        &mut self,
        code: Code,
        enhanced: EnhancedCode,
        texts: &[Text],
    ) -> Result<(), Misuse> {
        let question = self.question.ok_or(Misuse::NoQuestion)?;
        let choice = match question {
            // RFC 5321 section 4.3.2
            Question::Query { verb: Verb::Help, .. } => {
                matches!(code, Code::SYSTEM_STATUS | Code::HELP)
            }
            Question::Rcpt | Question::Query { .. } | Question::Etrn | Question::Private => {
                code.as_u16() / 10 == 25
            }
            Question::Mail { .. } | Question::Deliver => code == Code::OK,
            _ => false,
        };
        if !choice || enhanced.class() != Class::Positive {
            return Err(Misuse::WrongAnswer("this question takes no such code"));
        }
        self.carry_out(question, code, enhanced, Words::Given(texts));
        Ok(())
    }

    /// Says no: to the open question, or to the message whose content is coming.
    ///
    /// In the latter case the rest of the content is read and thrown away, the client hears the
    /// refusal when it has sent everything, and [`Event::Aborted`](super::Event::Aborted) follows.
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`] if there is neither a question nor a message; nothing has changed.
    pub fn reject(&mut self, refusal: Refusal) -> Result<(), Misuse> {
        let Some(question) = self.question else {
            return if self.refuse_now(refusal) { Ok(()) } else { Err(Misuse::NoQuestion) };
        };
        self.question = None;
        let closes = refusal.closes();
        match question {
            Question::Connected => {
                self.reject_connection(&refusal);
                return Ok(());
            }
            Question::Message(Transfer::Chunked) | Question::Burl => {
                self.refuse_now(refusal);
                return Ok(());
            }
            Question::Hello(_) => self.reply_bare(&refusal),
            Question::Query { smtputf8: false, .. } if !is_ascii(refusal.lines()) => {
                // RFC 6531 section 3.7.4.2
                let enhanced = Status::UTF8_REPLY_REQUIRED.permanent();
                self.reply(Code::MAILBOX_UNAVAILABLE, enhanced, "The reply would need SMTPUTF8");
            }
            Question::Query { smtputf8, .. } => self.reply_refusal(&refusal, smtputf8),
            _ => self.reply_refusal(&refusal, self.utf8_in(refusal.code())),
        }
        match question {
            Question::Auth => {
                self.settle_auth(refusal.code());
                self.session.auth_failure();
            }
            Question::Deliver => self.delivered(false),
            Question::Atrn => self.session.useless_command(),
            Question::Query { .. }
            | Question::Etrn
            | Question::XForward
            | Question::XClient { .. }
            | Question::Private => {} // counted as useless already
            _ => self.session.rejection(),
        }
        if closes {
            self.close(Close::Shutdown);
        }
        self.check_session();
        Ok(())
    }

    /// Answers AUTH, or a response, with a challenge (334). May be empty.
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`], or [`Misuse::WrongAnswer`] outside an AUTH exchange; nothing has
    /// changed.
    pub fn challenge(&mut self, challenge: &[u8]) -> Result<(), Misuse> {
        self.auth_is_open()?;
        self.question = None;
        let out = self.outbox.line_buffer();
        out.put_slice(b"334 ");
        base64::encode(challenge, out);
        out.put_slice(b"\r\n");
        self.settle_auth(Code::CHALLENGE);
        Ok(())
    }

    /// Whether the open question is one of an AUTH exchange.
    pub(super) fn auth_is_open(&self) -> Result<(), Misuse> {
        match self.question {
            None => Err(Misuse::NoQuestion),
            Some(Question::Auth) => Ok(()),
            Some(_) => Err(Misuse::WrongAnswer("only AUTH takes this")),
        }
    }

    /// Says yes to [`Event::Mail`](super::Event::Mail) with a `TRANSID` that is known here: the
    /// transaction goes on that another connection has begun (355, RFC 1845 section 4).
    ///
    /// Its envelope is known, with so many recipients accepted, and so are the first `offset` octets
    /// of its content as SIZE counts them; the client sends the rest of the content at once. Where it
    /// may come by DATA, `offset` has to be the beginning of a line.
    ///
    /// # Errors
    ///
    /// [`Misuse::NoQuestion`], or [`Misuse::WrongAnswer`] if it is another question, MAIL had no
    /// `TRANSID`, or there are no recipients; nothing has changed.
    pub fn resume(&mut self, offset: u64, recipients: usize) -> Result<(), Misuse> {
        match self.question {
            None => return Err(Misuse::NoQuestion),
            Some(question @ Question::Mail { resumable: true, .. }) if recipients > 0 => {
                let text = format!("{offset} is the transaction offset");
                self.reply_text(Code::TRANSACTION_OFFSET, Status::OTHER.positive(), &text);
                self.question = None;
                self.move_on(question, Code::TRANSACTION_OFFSET);
            }
            Some(_) => {
                return Err(Misuse::WrongAnswer("only MAIL with TRANSID can be gone on with"));
            }
        }
        self.transaction.recipients = recipients;
        self.transaction.text = super::verdict::Text::resumed(offset);
        Ok(())
    }

    fn carry_out(
        &mut self,
        question: Question,
        code: Code,
        enhanced: EnhancedCode,
        words: Words<'_>,
    ) {
        self.question = None;
        match question {
            Question::Connected => self.receive(words.given().map(Into::into)),
            // Back to where a connection begins.
            Question::XClient { .. } => self.write_greeting(words.given()),
            Question::Hello(verb) => self.say_hello(verb, words.given()),
            // The chunk gets its reply when it is here.
            Question::Message(Transfer::Chunked) | Question::Burl => {}
            Question::Rcpt => self.say(code, enhanced, words, self.utf8_in(code)),
            Question::Query { smtputf8, .. } => self.say(code, enhanced, words, smtputf8),
            _ => self.say(code, enhanced, words, false),
        }
        self.move_on(question, code);
        self.check_session();
    }

    /// What follows from a positive answer that was said.
    fn move_on(&mut self, question: Question, code: Code) {
        match question {
            Question::Hello(verb) => {
                self.extended = verb != Verb::Helo;
                self.abort(Abort::Hello);
                self.advance(Act::Hello, code);
                self.deadlines.content_over();
            }
            Question::StartTls => {
                self.advance(Act::StartTls, code);
                self.task = Task::Handshake;
            }
            Question::Auth => self.settle_auth(code),
            Question::Mail { smtputf8, binary, .. } => {
                self.advance(Act::Mail, code);
                self.transaction =
                    Transaction { live: true, smtputf8, binary, ..Transaction::default() };
            }
            Question::Rcpt => {
                self.advance(Act::Rcpt, code);
                self.transaction.recipients = self.transaction.recipients.saturating_add(1);
            }
            Question::Message(Transfer::Data) => {
                self.advance(Act::Data, code);
                let line = self.config.limits.body_line;
                self.task = Task::Content(Content::data(self.config.newlines, line));
            }
            Question::Deliver => self.delivered(true),
            Question::Atrn => {
                self.advance(Act::Atrn, code);
                self.task = Task::Turning;
            }
            Question::XClient { login } => {
                self.advance(Act::XClient, code);
                self.extended = false;
                // AUTH was the proxy's.
                self.authenticated = login;
            }
            Question::Connected
            | Question::Message(Transfer::Chunked)
            | Question::Burl
            | Question::Query { .. }
            | Question::Etrn
            | Question::XForward
            | Question::Private => {}
        }
    }

    fn say(&mut self, code: Code, enhanced: EnhancedCode, words: Words<'_>, utf8: bool) {
        match words {
            Words::Own(text) => self.reply(code, enhanced, text),
            Words::Given(texts) => self.reply_texts(code, enhanced, texts.iter(), utf8),
        }
    }

    fn say_hello(&mut self, verb: Verb, texts: Option<&[Text]>) {
        let texts = texts.unwrap_or_default();
        if verb == Verb::Helo {
            self.reply_named(Code::OK, texts);
        } else {
            self.reply_extensions(texts.first());
        }
    }

    /// Greets, and waits for the client's first command.
    pub(super) fn greet_with(&mut self, texts: Option<&[Text]>) {
        self.write_greeting(texts);
        self.advance(Act::Greeting, Code::READY);
        self.task = Task::Command;
    }

    fn write_greeting(&mut self, texts: Option<&[Text]>) {
        let config = Arc::clone(&self.config);
        self.reply_named(Code::READY, texts.unwrap_or(slice::from_ref(&config.greeting)));
    }

    pub(super) fn reject_connection(&mut self, refusal: &Refusal) {
        self.reply_bare(refusal);
        if refusal.closes() || refusal.code() == Code::HOST_ACCEPTS_NO_MAIL {
            self.close(Close::Refused);
        } else {
            // The client is to say QUIT (RFC 5321 section 3.1).
            self.phase = Phase::Refused;
            self.task = Task::Command;
        }
    }
}

/// How the server says yes.
fn affirmative(question: Question) -> (Code, EnhancedCode, &'static str) {
    let (code, status, text) = match question {
        Question::Connected | Question::XClient { .. } => (Code::READY, Status::OTHER, ""),
        Question::Hello(_) => (Code::OK, Status::OTHER, ""),
        Question::StartTls => (Code::READY, Status::OTHER, "Ready to start TLS"),
        Question::Auth => {
            (Code::AUTHENTICATED, Status::OTHER_SECURITY, "Authentication successful")
        }
        Question::Mail { .. } => (Code::OK, Status::OTHER_ADDRESS, "Sender OK"),
        Question::Rcpt => (Code::OK, Status::DESTINATION_ADDRESS_VALID, "Recipient OK"),
        Question::Message(_) => {
            (Code::START_MAIL_INPUT, Status::OTHER, "End the message with <CR><LF>.<CR><LF>")
        }
        Question::Deliver => (Code::OK, Status::OTHER, "Message accepted"),
        Question::Query { verb: Verb::Help, .. } => (Code::HELP, Status::OTHER, "See RFC 5321"),
        Question::Query { .. } => {
            (Code::CANNOT_VERIFY, Status::OTHER, "Cannot verify, but will accept mail and try")
        }
        Question::Etrn => (Code::OK, Status::OTHER, "OK, will try"),
        Question::Atrn => (Code::OK, Status::OTHER, "OK now reversing the connection"),
        Question::Burl => (Code::OK, Status::OTHER_PROTOCOL, ""),
        Question::XForward | Question::Private => (Code::OK, Status::OTHER, "OK"),
    };
    (code, status.positive(), text)
}

/// Whose words an answer has.
#[derive(Clone, Copy)]
enum Words<'a> {
    Own(&'static str),
    Given(&'a [Text]),
}

impl<'a> Words<'a> {
    fn given(self) -> Option<&'a [Text]> {
        match self {
            Self::Own(_) => None,
            Self::Given(texts) => Some(texts),
        }
    }
}
