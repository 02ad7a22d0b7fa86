//! The AUTH exchange (RFC 4954 section 4). What its messages mean is the application's business.

use super::deadlines::Awaited;
use super::poll::Turn;
use super::{Event, Question, Server, Task};
use crate::buffer::Line;
use crate::error::Fault;
use crate::sasl::Secret;
use crate::session::Act;
use crate::syntax::base64;
use crate::syntax::command::{InitialResponse, Mechanism};
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

impl Server {
    pub(super) fn auth(
        &mut self,
        mechanism: Mechanism<&str>,
        initial: Option<InitialResponse<'_>>,
    ) -> Turn {
        // First of all: it is 503 whatever the mechanism is.
        if self.authenticated || !self.extended {
            let text = if self.authenticated { "Already authenticated" } else { "Say EHLO first" };
            let fault = Fault::OutOfSequence(Verb::Auth);
            return self.refuse(fault, Code::BAD_SEQUENCE, Status::INVALID_COMMAND, text);
        }
        let offered = self.offers_mechanism(mechanism.as_str());
        let listed = self.config.mechanisms.iter().any(|offered| offered.is(mechanism.as_str()));
        if self.tls.is_none() && !offered && (listed || !self.offers_auth()) {
            let fault = Fault::EncryptionRequired(Verb::Auth);
            // RFC 4954 section 4; 538, which says the same, is historical (section 6).
            return self.refuse(
                fault,
                Code::PARAMETER_NOT_IMPLEMENTED,
                Status::INVALID_COMMAND_ARGUMENTS,
                "Encryption required for this mechanism",
            );
        }
        if !offered {
            let text = "Mechanism not offered";
            self.session.auth_failure();
            return self.refuse(
                Fault::UnknownMechanism,
                Code::PARAMETER_NOT_IMPLEMENTED,
                Status::INVALID_COMMAND_ARGUMENTS,
                text,
            );
        }
        let initial = match initial.map(|response| response.decode()).transpose() {
            Ok(octets) => octets.map(Secret::from),
            Err(_) => return self.end_exchange(Fault::SaslEncoding),
        };
        let event = Event::Auth { mechanism: mechanism.into_owned(), initial };
        self.ask(Question::Auth, event)
    }

    /// Waits for the client's response to a challenge. No verb is recognised here.
    pub(super) fn auth_turn(&mut self) -> Turn {
        let limit = self.config.limits.auth_line;
        match self.inbox.line(limit) {
            None if self.inbox.is_closed() => self.hang_up(),
            None => Turn::Wait(Awaited::AuthResponse),
            Some(Line::TooLong) => {
                self.exchange_over();
                self.refuse_line(
                    Fault::LineTooLong { limit },
                    Status::AUTHENTICATION_EXCHANGE_LINE_TOO_LONG,
                );
                Turn::Again
            }
            Some(Line::BareLf(at)) => {
                self.inbox.consume(at + 1);
                self.exchange_over();
                self.refuse_line(Fault::BareLineFeed, Status::SYNTAX_ERROR);
                Turn::Again
            }
            Some(Line::Whole(length)) => {
                self.deadlines.restart();
                let line = self.inbox.filled().get(..length).unwrap_or_default();
                let response = if line == b"*" {
                    Err(Fault::SaslCancelled)
                } else {
                    base64::decode(line).map_err(|_| Fault::SaslEncoding)
                };
                self.inbox.consume(length + 2);
                // The reply to each line decides whether there is to be another.
                if !self.inbox.is_empty() && self.sent_ahead(Some(Verb::Auth)) {
                    return Turn::Again;
                }
                match response {
                    Ok(octets) => self.ask(Question::Auth, Event::AuthResponse(octets.into())),
                    Err(fault) => self.end_exchange(fault),
                }
            }
        }
    }

    /// Ends an exchange that cannot go on.
    fn end_exchange(&mut self, fault: Fault) -> Turn {
        self.exchange_over();
        let (status, text) = match fault {
            Fault::SaslCancelled => (Status::OTHER_PROTOCOL, "Authentication cancelled"),
            _ => (Status::SYNTAX_ERROR, "Cannot decode the response"),
        };
        self.refuse(fault, Code::ARGUMENT_ERROR, status, text)
    }

    fn exchange_over(&mut self) {
        self.session.auth_failure();
        self.settle_auth(Code::ARGUMENT_ERROR);
    }

    /// Moves on after a reply to AUTH or to a response.
    pub(super) fn settle_auth(&mut self, code: Code) {
        let act = if self.phase.permits(Act::AuthResponse) { Act::AuthResponse } else { Act::Auth };
        self.advance(act, code);
        self.task = match code {
            Code::CHALLENGE => Task::AuthResponse,
            _ => Task::Command,
        };
        self.authenticated = self.authenticated || code == Code::AUTHENTICATED;
    }
}
