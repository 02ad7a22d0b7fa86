//! MAIL and RCPT with their parameters.

use super::poll::Turn;
use super::{Event, Question, Server};
use crate::error::{Close, Fault};
use crate::syntax::address::{ForwardPath, ReversePath};
use crate::syntax::capability::Extension;
use crate::syntax::params::{BodyType, ParamError, Params};
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
        if let Some(turn) = self.unannounced(Verb::Mail, params) {
            return turn;
        }
        let Ok(values) = MailValues::read(params) else { return self.bad_parameter(Verb::Mail) };
        if values.body == Some(BodyType::BinaryMime) && !self.config.offers(Extension::BinaryMime)
            || values.body == Some(BodyType::EightBitMime)
                && !self.config.offers(Extension::EightBitMime)
        {
            return self.bad_parameter(Verb::Mail);
        }
        let is_ascii = from.is_ascii() && params.is_ascii();
        if !values.smtputf8 && !is_ascii {
            let fault = Fault::NeedsSmtpUtf8(Verb::Mail);
            let text = "Non-ASCII address without SMTPUTF8";
            return self.refuse(fault, Code::MAILBOX_UNAVAILABLE, 6, 7, text);
        }
        let limit = self.config.limits.message;
        if values.size.is_some_and(|size| size > limit) {
            let fault = Fault::MessageTooLarge { limit };
            return self.refuse(fault, Code::EXCEEDED_STORAGE, 3, 4, "Message too large");
        }
        let question = Question::Mail {
            smtputf8: values.smtputf8,
            binary: values.body == Some(BodyType::BinaryMime),
        };
        let event = Event::Mail { from: from.into_owned(), params: params.into_owned() };
        self.ask(question, event)
    }

    pub(super) fn rcpt(&mut self, to: ForwardPath<&str>, params: Params<&str>) -> Turn {
        if let Some(turn) = self.unannounced(Verb::Rcpt, params) {
            return turn;
        }
        let is_ascii = to.is_ascii() && params.is_ascii();
        if !self.transaction.smtputf8 && !is_ascii {
            let fault = Fault::NeedsSmtpUtf8(Verb::Rcpt);
            let text = "Non-ASCII address without SMTPUTF8";
            return self.refuse(fault, Code::MAILBOX_NAME_NOT_ALLOWED, 6, 7, text);
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

    /// Refuses a parameter of an extension that was not announced to this client (RFC 5321 section
    /// 4.1.1.11).
    fn unannounced(&mut self, verb: Verb, params: Params<&str>) -> Option<Turn> {
        let known = |keyword: &str| {
            if !self.extended || verb == Verb::Rcpt {
                return false;
            }
            match keyword.to_ascii_uppercase().as_str() {
                "SIZE" => self.config.offers(Extension::Size),
                "BODY" => {
                    self.config.offers(Extension::EightBitMime)
                        || self.config.offers(Extension::BinaryMime)
                }
                "SMTPUTF8" => self.config.offers(Extension::SmtpUtf8),
                "AUTH" => self.offers_auth(),
                _ => false,
            }
        };
        if params.iter().all(|param| known(param.keyword)) {
            return None;
        }
        let fault = Fault::UnknownParameter(verb);
        let text = "Unknown parameter";
        Some(self.refuse(fault, Code::PARAMETER_NOT_RECOGNISED, 5, 4, text))
    }

    fn bad_parameter(&mut self, verb: Verb) -> Turn {
        let fault = Fault::BadParameter(verb);
        self.refuse(fault, Code::ARGUMENT_ERROR, 5, 4, "Bad value of a parameter")
    }
}

/// What the parameters of a MAIL command say.
struct MailValues {
    size: Option<u64>,
    body: Option<BodyType>,
    smtputf8: bool,
}

impl MailValues {
    fn read(params: Params<&str>) -> Result<Self, ParamError> {
        params.auth()?;
        Ok(Self { size: params.size()?, body: params.body()?, smtputf8: params.smtputf8()? })
    }
}
