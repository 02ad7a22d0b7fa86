//! How a conversation ends.

use super::{Awaited, Client, Event};
use crate::error::{Close, Fault};
use crate::session::Phase;
use crate::syntax::command::Command;
use crate::syntax::reply::Reply;

/// What is still to be told when a conversation is over.
#[derive(Debug)]
pub(super) struct End {
    fault: Option<Fault>,
    close: Option<Close>,
}

impl Client {
    /// Ends the conversation. Nothing more is written, and nothing read.
    pub(super) fn conclude(&mut self, close: Close) {
        self.end_with(None, close);
    }

    /// Ends the conversation after a breach of the protocol: with the count of replies in doubt,
    /// none that comes later can be trusted.
    pub(super) fn fault(&mut self, fault: Fault) {
        self.end_with(Some(fault.clone()), Close::Fault(fault));
    }

    fn end_with(&mut self, fault: Option<Fault>, close: Close) {
        if self.end.is_some() {
            return;
        }
        self.end = Some(End { fault, close: Some(close) });
        self.phase = Phase::Closed;
        self.question = None;
        self.idle = None;
        self.sending = None;
        self.held_response = None;
        self.early = None;
        self.pipeline.clear();
        self.outbox.close();
    }

    /// The server will send no more.
    pub(super) fn hang_up(&mut self) {
        let quit = self.pipeline.front() == Some(Awaited::Quit);
        self.conclude(match quit {
            true if self.refused => Close::Refused,
            true => Close::Quit,
            false => Close::Peer,
        });
    }

    /// The server refused the connection or the hello: there is nothing to do but to go
    /// (RFC 5321 section 3.1).
    pub(super) fn turn_away(&mut self, reply: Reply) -> Event {
        self.refused = true;
        self.command(&Command::Quit, Awaited::Quit);
        Event::Refused(reply)
    }

    /// The fault, what became of each message, and that it is over.
    pub(super) fn next_of_the_end(&mut self) -> Option<Event> {
        let end = self.end.as_mut()?;
        if let Some(fault) = end.fault.take() {
            return Some(Event::Fault(fault));
        }
        let close = end.close.as_ref()?;
        while let Some(transaction) = self.transactions.pop_front() {
            let id = transaction.id;
            if let Some(reason) = transaction.verdict_at_close(close) {
                return Some(Event::NotSent { transaction: id, reason });
            }
        }
        end.close.take().map(Event::Closed)
    }
}
