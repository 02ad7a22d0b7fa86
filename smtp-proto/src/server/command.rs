//! What each command asks for.

use alloc::boxed::Box;

use super::breach::Breach;
use super::content::Content;
use super::poll::{Turn, piece};
use super::{Abort, Event, Question, Server, Transaction, Transfer};
use crate::error::{Close, Fault};
use crate::session::{Act, Phase};
use crate::syntax::address::HelloName;
use crate::syntax::capability::Extension;
use crate::syntax::command::{AtrnDomains, Attributes, Command, CommandError, Query, Url};
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

impl Server {
    /// Acts on one line, without its CRLF. `more`: something came along behind it.
    pub(super) fn command(&mut self, line: &[u8], more: bool) -> Turn {
        let command = Command::parse(line);
        if more && self.sent_ahead(command.as_ref().map_or_else(CommandError::verb, Command::verb))
        {
            return Turn::Again;
        }
        let command = match command {
            Ok(command) => command,
            Err(error) => {
                self.malformed(error);
                return self.lose_piece(piece(line));
            }
        };
        let Some(verb) = command.verb() else {
            let Command::Unknown { verb, argument } = command else { return Turn::Again };
            return self.unknown(verb, argument);
        };
        if let Command::Bdat { size, last } = command {
            return self.bdat(size, last);
        }
        let act = match command {
            Command::Burl { last: true, .. } => Act::LastChunk,
            _ => Act::of(verb),
        };
        if let Some(refusal) = self.forbidden(verb, act) {
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
            Command::Etrn(node) => {
                let node = node.into_owned();
                self.useless_question(Question::Etrn, Event::Etrn { node })
            }
            Command::Atrn(domains) => self.atrn(domains),
            Command::Burl { url, last } => self.burl(url, last),
            Command::XClient(attributes) => self.xclient(attributes),
            Command::XForward(attributes) => self.xforward(attributes),
            Command::Bdat { .. } | Command::Unknown { .. } => Turn::Again, // done above
        }
    }

    /// What is not ours may still be a command: RFC 821 had some more (RFC 5321 appendix F).
    fn unknown(&mut self, verb: &str, argument: &str) -> Turn {
        let is = |known: &str| verb.eq_ignore_ascii_case(known);
        let mut private = self.config.private.iter().flat_map(|private| &private.verbs);
        if private.any(|known| is(known)) {
            // It may be anything: no more is allowed than with VRFY.
            if let Some(breach) = self.forbidden(Verb::Vrfy, Act::Query) {
                return self.refuse_as(Breach { fault: Fault::PrivateNotNow, ..breach });
            }
            let event = Event::Private { verb: verb.into(), argument: argument.into() };
            return self.useless_question(Question::Private, event);
        }
        if ["SEND", "SOML", "SAML", "TURN"].into_iter().any(is) {
            let text = "Command not implemented";
            return self.refuse(
                Fault::UnknownVerb,
                Code::NOT_IMPLEMENTED,
                Status::INVALID_COMMAND,
                text,
            );
        }
        self.refuse(Fault::UnknownVerb, Code::SYNTAX_ERROR, Status::SYNTAX_ERROR, "Unknown command")
    }

    fn hello(&mut self, verb: Verb, name: HelloName<&str>) -> Turn {
        if self.phase != Phase::Greeted {
            self.session.useless_command();
            self.check_session();
            if self.phase == Phase::Closed {
                return Turn::Again;
            }
        }
        self.ask(Question::Hello(verb), Event::Hello { verb, name: name.into_owned() })
    }

    fn data(&mut self) -> Turn {
        if self.transaction.recipients == 0 {
            return self.refuse_as(Breach::no_recipients(Verb::Data, self.config.protocol));
        }
        if self.transaction.binary {
            let text = "BODY=BINARYMIME needs BDAT";
            return self.refuse(
                Fault::OutOfSequence(Verb::Data),
                Code::BAD_SEQUENCE,
                Status::INVALID_COMMAND,
                text,
            );
        }
        self.ask(Question::Message(Transfer::Data), Event::Message(Transfer::Data))
    }

    /// BDAT always has its octets behind it, which have to be read whatever the answer is.
    fn bdat(&mut self, size: u64, last: bool) -> Turn {
        if !self.config.offers(Extension::Chunking) {
            let text = "Command not implemented";
            self.refuse(
                Fault::NotOffered(Verb::Bdat),
                Code::NOT_IMPLEMENTED,
                Status::INVALID_COMMAND,
                text,
            );
            return self.lose_piece(Some(Verb::Bdat));
        }
        if size == 0 && !last {
            self.session.useless_command();
        }
        let act = if last { Act::LastChunk } else { Act::Chunk };
        let mut content = Content::chunk(size, last);
        if let Some(breach) = self.forbidden(Verb::Bdat, act) {
            content.refuse(breach.into());
        } else if self.phase == Phase::Failed {
            content.refuse(Breach::after_failed_chunk(Verb::Bdat).into());
        } else if self.transaction.recipients == 0 {
            content.refuse(Breach::no_recipients(Verb::Bdat, self.config.protocol).into());
        }
        self.begin_chunk(content)
    }

    fn rset(&mut self) -> Turn {
        self.session.useless_command();
        self.reply(Code::OK, Status::OTHER.positive(), "Reset");
        self.abort(Abort::Reset);
        self.advance(Act::Rset, Code::OK);
        self.deadlines.content_over();
        self.check_session();
        Turn::Again
    }

    fn noop(&mut self) -> Turn {
        self.session.useless_command();
        self.reply(Code::OK, Status::OTHER.positive(), "OK");
        self.check_session();
        Turn::Again
    }

    fn quit(&mut self) -> Turn {
        let text = "Service closing transmission channel";
        self.reply_last(Code::CLOSING, Status::OTHER.positive(), text);
        self.abort(Abort::Quit);
        self.close(Close::Quit);
        Turn::Again
    }

    fn query(&mut self, verb: Verb, query: Query<'_>) -> Turn {
        let smtputf8 = query.smtputf8;
        let offered = self.config.offers(Extension::SmtpUtf8);
        if smtputf8 && !offered {
            let fault = Fault::UnknownParameter(verb);
            return self.refuse(
                fault,
                Code::ARGUMENT_ERROR,
                Status::INVALID_COMMAND_ARGUMENTS,
                "SMTPUTF8 is not offered",
            );
        }
        // Where it is offered, the parameter says what the reply may be in (RFC 6531 section 3.7.4.2).
        if !offered && !query.text.is_ascii() {
            return self.refuse_as(Breach::needs_smtputf8(verb, Code::MAILBOX_UNAVAILABLE));
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

    /// RFC 2645 section 5.2.1. Useless if it is refused; behind a 250 there must be nothing more.
    fn atrn(&mut self, domains: AtrnDomains<&str>) -> Turn {
        if !self.authenticated {
            return self.refuse_as(Breach::authentication_required(Verb::Atrn));
        }
        let domains = domains.into_owned();
        self.ask(Question::Atrn, Event::Atrn { domains })
    }

    fn burl(&mut self, url: Url<&str>, last: bool) -> Turn {
        let mut content = Content::url(url.into_owned(), last);
        if !self.may_use_burl() {
            content.refuse(Breach::authentication_required(Verb::Burl).into());
        } else if self.phase == Phase::Failed {
            content.refuse(Breach::after_failed_chunk(Verb::Burl).into());
        } else if self.transaction.recipients == 0 {
            content.refuse(Breach::no_recipients(Verb::Burl, self.config.protocol).into());
        }
        self.begin_chunk(content)
    }

    fn xclient(&mut self, attributes: Attributes<&str>) -> Turn {
        let offer = &self.config.offers.xclient;
        if !attributes.iter().all(|attribute| offer.has(attribute.name())) {
            return self.refuse_as(Breach::attribute_not_offered(Verb::XClient));
        }
        let login = attributes.login().flatten().is_some();
        let event = Event::XClient(attributes.into_owned());
        self.useless_question(Question::XClient { login }, event)
    }

    fn xforward(&mut self, attributes: Attributes<&str>) -> Turn {
        let offer = &self.config.offers.xforward;
        if !attributes.iter().all(|attribute| offer.has(attribute.name())) {
            return self.refuse_as(Breach::attribute_not_offered(Verb::XForward));
        }
        let event = Event::XForward(attributes.into_owned());
        self.useless_question(Question::XForward, event)
    }

    /// A question that does nothing for a mail.
    fn useless_question(&mut self, question: Question, event: Event) -> Turn {
        self.session.useless_command();
        self.ask(question, event)
    }

    fn start_tls(&mut self) -> Turn {
        if self.tls.is_some() || self.authenticated {
            let text = if self.tls.is_some() { "TLS is active" } else { "Already authenticated" };
            let fault = Fault::OutOfSequence(Verb::StartTls);
            return self.refuse(fault, Code::BAD_SEQUENCE, Status::INVALID_COMMAND, text);
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
