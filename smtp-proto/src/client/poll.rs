//! What to do next.
//!
//! Questions come before reading on, so what the caller hears, and what it makes the client send,
//! does not depend on how much of the server's replies has already arrived.

use super::{Client, Event, Idle, Question};
use crate::buffer::{Inbox, Line, Outbox};
use crate::error::{Close, Fault};
use crate::machine::{Machine, Outline, Step, Time, Tls, Wait};
use crate::session::{Act, Phase};
use crate::syntax::reply::{Class, Reply};

/// What looking into the inbox brought.
enum Heard {
    Event(Event),
    /// Something that the caller need not know.
    Something,
    /// There is no whole line.
    Nothing,
}

impl Machine for Client {
    type Event = Event;

    const ROLE: &'static str = "client";
    const REPLIES: bool = false;

    fn outline(event: &Event) -> Outline<'_> {
        event.outline()
    }

    fn poll(&mut self, now: Time) -> Step<Event> {
        if self.question.is_some() {
            return Step::Unanswered;
        }
        loop {
            if let Some(event) = self.next_event() {
                return Step::Event(event);
            }
            if self.end.is_some() {
                return Step::Done;
            }
            if self.turned {
                return Step::Turn;
            }
            if let Some(step) = self.wait(now) {
                return step;
            }
        }
    }

    fn inbox(&mut self) -> &mut Inbox {
        &mut self.inbox
    }

    fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    fn upgraded(&mut self, tls: Tls) {
        if self.end.is_some() || !matches!(self.phase, Phase::Connect | Phase::Tls) {
            return;
        }
        if !self.inbox.is_empty() {
            self.fault(Fault::Injection);
            return;
        }
        self.clock.restart();
        self.news = Some(Event::Secured(tls.clone()));
        self.tls = Some(tls);
        if let Some(phase) = self.phase.next(Act::Handshake, Class::Positive) {
            self.phase = phase;
            self.forget_after(Act::Handshake);
            self.say_hello();
        }
    }
}

impl Client {
    fn next_event(&mut self) -> Option<Event> {
        if let Some(news) = self.news.take() {
            return Some(news);
        }
        loop {
            if self.end.is_some() {
                return self.next_of_the_end();
            }
            if self.phase == Phase::Tls {
                return None;
            }
            if self.phase == Phase::Turned {
                return self.turn();
            }
            if !self.outbox.is_closed() {
                self.fill();
            }
            while self.is_front_over() {
                if let Some(event) = self.close_front() {
                    return Some(event);
                }
            }
            if let Some(question) = self.ask() {
                return Some(question);
            }
            match self.hear() {
                Heard::Event(event) => return Some(event),
                Heard::Something => {}
                Heard::Nothing => return None,
            }
        }
    }

    /// The roles are reversed when ATRN is written, even if the reply to it was early. The server must
    /// not have said anything behind that: nobody could tell in which role.
    fn turn(&mut self) -> Option<Event> {
        if self.turned || !self.outbox.is_empty() {
            return None;
        }
        if !self.inbox.is_empty() {
            self.fault(Fault::OutOfTurn);
        } else if self.inbox.is_closed() || self.outbox.is_closed() {
            self.conclude(Close::Peer);
        } else {
            self.turned = true;
            return Some(Event::Turned);
        }
        self.next_of_the_end()
    }

    /// The next question, unless nothing could come of the answer.
    fn ask(&mut self) -> Option<Event> {
        if self.inbox.is_closed() || self.outbox.is_closed() {
            return None;
        }
        let (question, event) = match &self.sending {
            Some(sending) if !sending.paused && self.wants_content(sending) => {
                let transaction = self.transactions.back()?.id;
                (Question::Body, Event::Body { transaction, room: self.config.limits.piece })
            }
            None if self.takes_requests() => (Question::Ready, Event::Ready),
            _ => return None,
        };
        self.question = Some(question);
        self.idle = None;
        Some(event)
    }

    fn takes_requests(&self) -> bool {
        if self.idle == Some(Idle::Undisturbed) {
            return false;
        }
        if self.pipeline.is_empty() {
            return self.phase == Phase::Ready;
        }
        self.pipelining()
            && self.pipeline.may_be_followed()
            && !self.transactions.iter().any(|transaction| transaction.burl)
    }

    /// Reads the next line of a reply.
    fn hear(&mut self) -> Heard {
        if let Some(reply) = self.early.take() {
            return self.take_reply(reply);
        }
        match self.inbox.line(self.config.limits.reply_line) {
            Some(Line::Whole(length)) => {
                let line = self.inbox.filled().get(..length).unwrap_or_default();
                let reply = self.parser.push(line);
                self.inbox.consume(length.saturating_add(2));
                match reply {
                    Ok(Some(reply)) => self.take_reply(reply),
                    Ok(None) => Heard::Something,
                    Err(error) => self.hear_fault(Fault::Reply(error)),
                }
            }
            Some(Line::TooLong) => {
                self.hear_fault(Fault::LineTooLong { limit: self.config.limits.reply_line })
            }
            Some(Line::BareLf(_)) => self.hear_fault(Fault::BareLineFeed),
            None if self.inbox.is_closed() => {
                self.hang_up();
                Heard::Something
            }
            None => Heard::Nothing,
        }
    }

    /// Nobody can have taken a message before its end was written, whatever the reply says. Where that
    /// stays so the connection is over. A refusal may come at any time.
    fn take_reply(&mut self, reply: Reply) -> Heard {
        if reply.is_positive() && self.awaits_unwritten_content() {
            if self.outbox.is_closed() {
                self.hang_up();
                return Heard::Something;
            }
            self.early = Some(reply);
            return Heard::Nothing;
        }
        self.on_reply(reply).map_or(Heard::Something, Heard::Event)
    }

    fn hear_fault(&mut self, fault: Fault) -> Heard {
        self.fault(fault);
        Heard::Something
    }

    /// What to wait for. `None`: it took too long, and that was the end.
    fn wait(&mut self, now: Time) -> Option<Step<Event>> {
        let handshake = self.phase == Phase::Tls;
        let write = !self.outbox.is_empty();
        if handshake && !write {
            return self.wait_for_handshake(now);
        }
        let deadline = self.deadline(now);
        if let Some((until, what)) = deadline
            && until <= now
        {
            self.conclude(Close::Timeout(what));
            return None;
        }
        let until = deadline.map(|(until, _)| until);
        // What comes now is not for this machine.
        let over = handshake || self.phase == Phase::Turned || self.early.is_some();
        Some(Step::Wait(Wait { read: !over, write, until }))
    }

    fn wait_for_handshake(&mut self, now: Time) -> Option<Step<Event>> {
        let until = self.handshake_deadline(now);
        if !self.inbox.is_empty() {
            self.fault(Fault::Injection);
        } else if self.inbox.is_closed() {
            self.hang_up();
        } else if until <= now {
            self.conclude(Close::Timeout("the TLS handshake"));
        } else {
            return Some(Step::Upgrade { until: Some(until) });
        }
        None
    }
}
