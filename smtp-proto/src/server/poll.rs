//! What to do next, and for how long to wait.

use core::mem;

use super::deadlines::Awaited;
use super::{Event, Question, Server, Task};
use crate::buffer::{Inbox, Line};
use crate::error::{Close, Fault};
use crate::machine::{Step, Time, Wait};
use crate::syntax::capability::Extension;
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

/// With so many octets to be written, nothing that makes more is begun. Whatever a command causes
/// by itself fits in as much again.
const HIGH_WATER: usize = 16 << 10;

/// What a turn of the machine came to.
pub(super) enum Turn {
    /// There may be more to do.
    Again,
    /// Something to ask or to tell.
    Event(Event),
    /// Nothing to do until something arrives.
    Wait(Awaited),
    /// Shake hands.
    Upgrade(Time),
}

impl Server {
    pub(super) fn next_step(&mut self, now: Time) -> Step<Event> {
        if let Some(rate) = self.config.policy.error_rate {
            self.session.tick(now, rate);
        }
        if self.question.is_some() {
            return Step::Unanswered;
        }
        if matches!(self.task, Task::Turned) {
            return Step::Turn;
        }
        if self.outbox.is_closed() && !matches!(self.task, Task::Closing | Task::Done) {
            // No reply will ever be heard, so nothing can be accepted any more.
            self.close(Close::Peer);
        }
        loop {
            if let Some(event) = self.news.next() {
                return self.tell(event);
            }
            match self.turn(now) {
                Turn::Again => {}
                Turn::Event(event) => return self.tell(event),
                Turn::Upgrade(until) => return Step::Upgrade { until: Some(until) },
                Turn::Wait(awaited) => {
                    if let Some(step) = self.wait(awaited, now) {
                        return step;
                    }
                }
            }
            if matches!(self.task, Task::Done) && self.news.closed.is_none() {
                return Step::Done;
            }
        }
    }

    /// Hands an event out. The time the application takes over it is not the client's.
    fn tell(&mut self, event: Event) -> Step<Event> {
        self.deadlines.drained();
        Step::Event(event)
    }

    fn turn(&mut self, now: Time) -> Turn {
        if self.outbox.len() > HIGH_WATER && !matches!(self.task, Task::Closing | Task::Done) {
            return Turn::Wait(Awaited::Room);
        }
        match self.task {
            Task::Greet => self.greet(),
            Task::Pause { .. } => self.pause_turn(now),
            Task::Command => self.command_turn(),
            Task::Swallow => self.swallow(),
            Task::AuthResponse => self.auth_turn(),
            Task::Content(_) => self.content_turn(now),
            Task::Deliver { .. } => self.deliver_turn(),
            Task::Handshake => self.handshake_turn(now),
            Task::Turning => self.turning(),
            Task::Closing => Turn::Wait(Awaited::Close),
            Task::Turned | Task::Done => Turn::Again,
        }
    }

    /// Asks a question.
    pub(super) fn ask(&mut self, question: Question, event: Event) -> Turn {
        self.question = Some(question);
        Turn::Event(event)
    }

    fn greet(&mut self) -> Turn {
        if self.shutting_down {
            return self.say_goodbye();
        }
        self.ask(Question::Connected, Event::Connected)
    }

    fn command_turn(&mut self) -> Turn {
        if self.shutting_down && !self.phase.in_transaction() {
            return self.say_goodbye();
        }
        let limits = &self.config.limits;
        let is_auth =
            self.inbox.filled().get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH"));
        let (limit, status) = if is_auth {
            (limits.auth_line, Status::AUTHENTICATION_EXCHANGE_LINE_TOO_LONG)
        } else {
            (limits.command_line, Status::SYNTAX_ERROR)
        };
        match self.inbox.line(limit) {
            Some(Line::Whole(length)) => {
                self.deadlines.restart();
                // The line is read where it lies; commands do not touch the inbox.
                let mut inbox = mem::replace(&mut self.inbox, Inbox::new(0));
                let more = inbox.len() > length + 2;
                let turn = self.command(inbox.filled().get(..length).unwrap_or_default(), more);
                inbox.consume(length + 2);
                self.inbox = inbox;
                turn
            }
            Some(Line::TooLong) => {
                let piece = piece(self.inbox.filled());
                self.refuse_line(Fault::LineTooLong { limit }, status);
                self.lose_piece(piece)
            }
            Some(Line::BareLf(at)) => {
                let piece = piece(self.inbox.filled());
                self.inbox.consume(at + 1);
                self.refuse_line(Fault::BareLineFeed, Status::SYNTAX_ERROR);
                self.lose_piece(piece)
            }
            None if self.inbox.is_closed() => self.hang_up(),
            None if self.inbox.is_empty() => Turn::Wait(Awaited::Command),
            None => Turn::Wait(Awaited::CommandLine),
        }
    }

    /// Refuses a line before its end has come. It is answered now, once, and ends where any line
    /// ends: at its CRLF.
    pub(super) fn refuse_line(&mut self, fault: Fault, status: Status) {
        let text = match fault {
            Fault::BareLineFeed => "Syntax error: bare LF, lines end with CR LF",
            _ => "Line too long",
        };
        self.task = Task::Swallow;
        self.fault(fault, Code::SYNTAX_ERROR, status.permanent(), text);
    }

    /// A command that can't be read was refused; if it was one of these, a piece of a message is lost.
    ///
    /// Behind BDAT is a chunk of unknown length: the next command can't be found, and what looks like
    /// one is content. Behind BURL the next command is as good as ever; but where it is the rest of the
    /// message, that must not pass for the whole.
    pub(super) fn lose_piece(&mut self, piece: Option<Verb>) -> Turn {
        match piece {
            Some(Verb::Bdat) if !matches!(self.task, Task::Closing) => {
                let why = Close::Fault(Fault::Framing);
                let text = "Cannot tell where the next command begins, closing connection";
                self.close_with_421(why, Status::OTHER_PROTOCOL, text);
            }
            Some(Verb::Burl) if self.config.offers(Extension::Burl) => self.fail_message(),
            _ => {}
        }
        Turn::Again
    }

    fn swallow(&mut self) -> Turn {
        let filled = self.inbox.filled();
        let mut ends = memchr::memchr_iter(b'\n', filled);
        let end = ends.find(|&lf| lf > 0 && filled.get(lf - 1) == Some(&b'\r'));
        if let Some(lf) = end {
            self.inbox.consume(lf + 1);
            self.deadlines.restart();
            self.task = Task::Command;
            return Turn::Again;
        }
        let keep = usize::from(filled.last() == Some(&b'\r'));
        self.inbox.consume(filled.len() - keep);
        if self.inbox.is_closed() { self.hang_up() } else { Turn::Wait(Awaited::CommandLine) }
    }

    fn handshake_turn(&mut self, now: Time) -> Turn {
        if !self.outbox.is_empty() {
            return Turn::Wait(Awaited::Room);
        }
        if !self.inbox.is_empty() {
            // Never interpreted and never answered: it came in the clear.
            return self.injected(Fault::Injection);
        }
        let until = self.deadlines.handshake(now, &self.config.timeouts);
        if now >= until {
            self.close(Close::Timeout("the TLS handshake"));
            return Turn::Again;
        }
        Turn::Upgrade(until)
    }

    /// Waits until the client knows that the roles are reversed. It must not have said anything
    /// before: nobody could tell in which role.
    fn turning(&mut self) -> Turn {
        if !self.outbox.is_empty() {
            return Turn::Wait(Awaited::Room);
        }
        if !self.inbox.is_empty() {
            return self.injected(Fault::OutOfTurn);
        }
        if self.inbox.is_closed() {
            return self.hang_up();
        }
        self.task = Task::Turned;
        Turn::Event(Event::Turned)
    }

    /// Something was sent ahead of a reply that changes what it would mean.
    fn injected(&mut self, fault: Fault) -> Turn {
        self.news.fault = Some(fault.clone());
        self.close(Close::Fault(fault));
        Turn::Again
    }

    /// The client will send no more.
    pub(super) fn hang_up(&mut self) -> Turn {
        self.close(Close::Peer);
        Turn::Again
    }

    pub(super) fn say_goodbye(&mut self) -> Turn {
        let status = Status::SYSTEM_NOT_ACCEPTING_MESSAGES;
        self.close_with_421(Close::Shutdown, status, "Shutting down");
        Turn::Again
    }

    /// Nothing to do now. `None`: time is up, and something was done about it.
    fn wait(&mut self, awaited: Awaited, now: Time) -> Option<Step<Event>> {
        let timeouts = &self.config.timeouts;
        let write = !self.outbox.is_empty();
        let stalled = if write {
            Some(self.deadlines.write(self.outbox.written(), now, timeouts))
        } else {
            self.deadlines.drained();
            None
        };
        let until = self.deadlines.until(awaited, now, timeouts);
        let content = self.deadlines.content(timeouts);
        let is_over = |time: Option<Time>| time.is_some_and(|time| time <= now);
        let closing = awaited == Awaited::Close;
        if closing && !write {
            self.task = Task::Done;
            return None;
        }
        if closing && is_over(until) || is_over(stalled) {
            self.give_up();
            return None;
        }
        if !closing && is_over(content) {
            self.time_out(Awaited::Content);
            return None;
        }
        if is_over(until) {
            self.time_out(awaited);
            return None;
        }
        let read = !closing && awaited != Awaited::Room && !self.inbox.is_closed();
        let content = content.filter(|_| !closing);
        let until = until.into_iter().chain(stalled).chain(content).min();
        Some(Step::Wait(Wait { read, write, until }))
    }

    /// The client did not do in time what it should have.
    pub(super) fn time_out(&mut self, awaited: Awaited) {
        let text = "Timeout, closing connection";
        self.close_with_421(Close::Timeout(awaited.name()), Status::BAD_CONNECTION, text);
    }

    /// The client does not take what is written for it: there is no point in writing more.
    fn give_up(&mut self) {
        self.outbox.close();
        if !matches!(self.task, Task::Closing) {
            self.close(Close::Timeout(Awaited::Room.name()));
        }
        self.task = Task::Done;
    }

    /// Whether the client has done something too often: if so it hears 421, and that was it.
    pub(super) fn check_session(&mut self) {
        if matches!(self.task, Task::Closing | Task::Done) {
            return;
        }
        if let Some(what) = self.session.excess(&self.config.limits, &self.config.policy) {
            let text = alloc::format!("Too many {what}, closing connection");
            self.close_with_421(Close::TooMany(what), Status::OTHER_SECURITY, &text);
        }
    }
}

/// The verb of a line, if that brings a piece of a message, whatever is wrong with the rest of it.
pub(super) fn piece(line: &[u8]) -> Option<Verb> {
    let (verb, rest) = line.split_at_checked(4)?;
    let verb = Verb::parse(verb).filter(|verb| matches!(verb, Verb::Bdat | Verb::Burl))?;
    (!rest.first().is_some_and(u8::is_ascii_alphanumeric)).then_some(verb)
}
