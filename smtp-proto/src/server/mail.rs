//! MAIL and RCPT.

use super::breach::Breach;
use super::poll::Turn;
use super::{Event, Question, Server};
use crate::error::{Close, Fault};
use crate::syntax::address::{ForwardPath, ReversePath};
use crate::syntax::params::{BodyType, Params, Size, SmtpUtf8};
use crate::syntax::reply::{Code, EnhancedCode};
use crate::syntax::verb::Verb;

impl Server {
    pub(super) fn mail(&mut self, from: ReversePath<&str>, params: Params<&str>) -> Turn {
        if self.tally.transactions >= self.config.limits.transactions {
            let text = "Too many messages in one connection";
            self.reply(Code::UNAVAILABLE, EnhancedCode::transient(7, 0), text);
            self.close(Close::TooMany("messages in one connection"));
            return Turn::Again;
        }
        if let Some(breach) = self.bad_mail(from, params) {
            return self.refuse_as(breach);
        }
        let question = Question::Mail {
            smtputf8: params.has::<SmtpUtf8>(),
            binary: params.value() == Ok(Some(BodyType::BinaryMime)),
        };
        let event = Event::Mail { from: from.into_owned(), params: params.into_owned() };
        self.ask(question, event)
    }

    /// What is wrong with a MAIL command, the first thing if there are several.
    fn bad_mail(&self, from: ReversePath<&str>, params: Params<&str>) -> Option<Breach> {
        let breach = self.bad_params(Verb::Mail, params);
        if let Some(breach) = breach.or_else(|| self.bad_mail_params(params)) {
            return Some(breach);
        }
        let is_ascii = from.is_ascii() && params.is_ascii();
        if !is_ascii && !params.has::<SmtpUtf8>() {
            return Some(needs_smtputf8(Verb::Mail, Code::MAILBOX_UNAVAILABLE));
        }
        let limit = self.config.limits.message;
        if params.value().ok().flatten().is_some_and(|Size(size)| size > limit) {
            return Some(Breach {
                fault: Fault::MessageTooLarge { limit },
                code: Code::EXCEEDED_STORAGE,
                subject: 3,
                detail: 4,
                text: "Message too large".into(),
            });
        }
        None
    }

    pub(super) fn rcpt(&mut self, to: ForwardPath<&str>, params: Params<&str>) -> Turn {
        if let Some(breach) = self.bad_params(Verb::Rcpt, params) {
            return self.refuse_as(breach);
        }
        if !self.transaction.smtputf8 && !(to.is_ascii() && params.is_ascii()) {
            let breach = needs_smtputf8(Verb::Rcpt, Code::MAILBOX_NAME_NOT_ALLOWED);
            return self.refuse_as(breach);
        }
        let limit = self.config.limits.recipients;
        if self.transaction.recipients >= limit {
            // Temporary: the client sends the rest in another transaction (RFC 5321 section
            // 4.5.3.1.10).
            let fault = Fault::TooManyRecipients { limit };
            let enhanced = EnhancedCode::transient(5, 3);
            self.fault(fault, Code::INSUFFICIENT_STORAGE, enhanced, "Too many recipients");
            return Turn::Again;
        }
        let event = Event::Rcpt { to: to.into_owned(), params: params.into_owned() };
        self.ask(Question::Rcpt, event)
    }
}

fn needs_smtputf8(verb: Verb, code: Code) -> Breach {
    Breach {
        fault: Fault::NeedsSmtpUtf8(verb),
        code,
        subject: 6,
        detail: 7,
        text: "Non-ASCII address without SMTPUTF8".into(),
    }
}
