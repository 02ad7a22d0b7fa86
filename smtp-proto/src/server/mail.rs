//! MAIL and RCPT.

use alloc::boxed::Box;

use super::breach::Breach;
use super::params::Found;
use super::poll::Turn;
use super::{Event, Question, Server};
use crate::error::{Close, Fault};
use crate::syntax::address::{ForwardPath, ReversePath};
use crate::syntax::capability::Extension;
use crate::syntax::params::{BodyType, Params, Size};
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

impl Server {
    pub(super) fn mail(&mut self, from: ReversePath<&str>, params: Params<&str>) -> Turn {
        if self.session.transactions() >= self.config.limits.transactions {
            let text = "Too many messages in one connection";
            let why = Close::TooMany("messages in one connection");
            self.close_with_421(why, Status::OTHER_SECURITY, text);
            return Turn::Again;
        }
        // Whether it succeeds or fails (RFC 9422 section 4.1).
        self.session.transaction();
        let found = match self.look_at_mail(from, params) {
            Ok(found) => found,
            Err(breach) => return self.refuse_as(*breach),
        };
        let binary =
            found.has(Extension::EightBitMime) && params.value() == Ok(Some(BodyType::BinaryMime));
        let question = Question::Mail {
            smtputf8: found.has(Extension::SmtpUtf8),
            binary,
            resumable: found.has(Extension::Checkpoint),
        };
        let event = Event::Mail { from: from.into_owned(), params: params.into_owned() };
        self.ask(question, event)
    }

    /// The parameters of MAIL that are there, or what is wrong with the command, the first thing if
    /// there are several.
    fn look_at_mail(
        &self,
        from: ReversePath<&str>,
        params: Params<&str>,
    ) -> Result<Found, Box<Breach>> {
        let found = self.look_at(Verb::Mail, params)?;
        if let Some(breach) = self.bad_mail_params(from, params, found) {
            return Err(breach.into());
        }
        let is_ascii = from.is_ascii() && params.is_ascii();
        if !is_ascii && !found.has(Extension::SmtpUtf8) {
            return Err(Breach::needs_smtputf8(Verb::Mail, Code::MAILBOX_UNAVAILABLE).into());
        }
        let limit = self.config.limits.message;
        let too_large = |Size(size)| size > limit;
        if found.has(Extension::Size) && params.value().ok().flatten().is_some_and(too_large) {
            return Err(Box::new(Breach {
                fault: Fault::MessageTooLarge { limit },
                code: Code::EXCEEDED_STORAGE,
                status: Status::MESSAGE_TOO_BIG_FOR_SYSTEM,
                text: "Message too large".into(),
            }));
        }
        Ok(found)
    }

    pub(super) fn rcpt(&mut self, to: ForwardPath<&str>, params: Params<&str>) -> Turn {
        let asked = self.transaction.asked;
        self.transaction.asked = asked.saturating_add(1);
        if let Some(breach) = self.bad_rcpt(to, params) {
            return self.refuse_as(breach);
        }
        let counted =
            if self.offers(Extension::Limits) { asked } else { self.transaction.recipients };
        let limits = &self.config.limits;
        let (recipients, domains) = (limits.recipients, limits.recipient_domains);
        // Temporary: the client sends the rest in another transaction (RFC 5321 section
        // 4.5.3.1.10), or over another connection.
        if counted >= recipients {
            let fault = Fault::TooManyRecipients { limit: recipients };
            return self.too_many(fault, "Too many recipients");
        }
        if !self.domains.admit(&to, domains) {
            let fault = Fault::TooManyDomains { limit: domains };
            return self.too_many(fault, "Too many recipient domains");
        }
        let event = Event::Rcpt { to: to.into_owned(), params: params.into_owned() };
        self.ask(Question::Rcpt, event)
    }

    fn bad_rcpt(&self, to: ForwardPath<&str>, params: Params<&str>) -> Option<Breach> {
        if let Err(breach) = self.look_at(Verb::Rcpt, params) {
            return Some(*breach);
        }
        let is_ascii = to.is_ascii() && params.is_ascii();
        (!is_ascii && !self.transaction.smtputf8)
            .then(|| Breach::needs_smtputf8(Verb::Rcpt, Code::MAILBOX_NAME_NOT_ALLOWED))
    }

    fn too_many(&mut self, fault: Fault, text: &str) -> Turn {
        self.fault(
            fault,
            Code::INSUFFICIENT_STORAGE,
            Status::TOO_MANY_RECIPIENTS.transient(),
            text,
        );
        Turn::Again
    }
}
