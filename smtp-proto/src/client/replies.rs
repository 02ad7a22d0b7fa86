//! What each reply means.

use super::pipeline::Awaited;
use super::sending::Next;
use super::{Client, Event, Idle};
use crate::error::{Close, Fault};
use crate::session::{Act, Phase};
use crate::syntax::capability::Capabilities;
use crate::syntax::command::Command;
use crate::syntax::reply::{Code, Reply};
use crate::syntax::verb::Verb;

impl Client {
    /// Takes a reply for the oldest command that has none.
    pub(super) fn on_reply(&mut self, reply: Reply) -> Option<Event> {
        let awaited = self.pipeline.front();
        if awaited == Some(Awaited::Quit) {
            self.conclude(if self.refused { Close::Refused } else { Close::Quit });
            return None;
        }
        // It may come unasked, and ahead of the replies that are due (RFC 5321 section 3.8).
        if reply.code() == Code::UNAVAILABLE {
            self.conclude(Close::Unavailable(reply.into()));
            return None;
        }
        let Some(awaited) = awaited else {
            self.on_unasked(reply);
            return None;
        };
        let resumes = awaited == Awaited::Mail && reply.is_intermediate() && self.may_resume();
        if !awaited.takes(reply.class()) && !resumes {
            return self.wrong_reply(&reply, awaited);
        }
        self.clock.restart();
        self.phase = self.phase.next(awaited.act(), reply.class()).unwrap_or(self.phase);
        if !self.more_replies_follow(awaited) {
            self.retire(awaited);
        }
        match awaited {
            Awaited::Greeting => Some(self.on_greeting(reply)),
            Awaited::Hello(verb) => self.on_hello(verb, reply),
            Awaited::Mail if resumes => self.on_resumed(&reply),
            Awaited::Mail => self.on_mail(reply),
            Awaited::Rcpt => self.on_rcpt(reply),
            Awaited::Data => self.on_data(reply),
            Awaited::Chunk => self.on_chunk(reply),
            Awaited::Content | Awaited::LastChunk => self.on_outcome(awaited, reply),
            // The phase says that the roles are reversed now.
            Awaited::Request(Verb::Atrn) if reply.is_positive() => None,
            Awaited::Request(Verb::XClient) => Some(self.on_xclient(reply)),
            Awaited::Request(_) | Awaited::Private => Some(Event::Answer(reply)),
            Awaited::StartTls => self.on_start_tls(reply),
            Awaited::Auth | Awaited::AuthResponse | Awaited::Cancel => self.on_auth(reply),
            Awaited::Cleanup | Awaited::Quit => None,
        }
    }

    /// Nothing was asked. While content is sent after DATA it may be a refusal before its end, by a
    /// server that has seen enough; what it would do at the end of the content nobody knows.
    fn on_unasked(&mut self, reply: Reply) {
        if self.is_after_data()
            && (reply.is_transient() || reply.is_permanent())
            && let Some(transaction) = self.transactions.front_mut()
        {
            transaction.content_refusal = Some(reply);
            self.conclude(Close::Abandoned);
        } else {
            self.fault(Fault::UnexpectedReply(reply.code()));
        }
    }

    pub(super) fn wrong_reply(&mut self, reply: &Reply, awaited: Awaited) -> Option<Event> {
        self.fault(Fault::WrongReply { code: reply.code(), command: awaited.name() });
        None
    }

    /// LMTP: each accepted recipient gets a reply to the content (RFC 2033 section 4.2).
    fn more_replies_follow(&self, awaited: Awaited) -> bool {
        matches!(awaited, Awaited::Content | Awaited::LastChunk)
            && self.transactions.front().is_some_and(|transaction| transaction.owed.len() > 1)
    }

    /// The oldest command has all its replies.
    fn retire(&mut self, awaited: Awaited) {
        self.pipeline.pop();
        if self.pipeline.is_empty() {
            self.idle = self.idle.map(|_| Idle::Settled);
        }
        if awaited.is_of_transaction()
            && let Some(transaction) = self.transactions.front_mut()
        {
            transaction.outstanding = transaction.outstanding.saturating_sub(1);
        }
    }

    fn on_greeting(&mut self, reply: Reply) -> Event {
        if !reply.is_positive() {
            return self.turn_away(reply);
        }
        self.say_hello();
        Event::Greeted(reply)
    }

    fn on_hello(&mut self, verb: Verb, reply: Reply) -> Option<Event> {
        if reply.is_positive() {
            self.forget_after(Act::Hello);
            if verb != Verb::Helo {
                self.capabilities = Capabilities::from_reply(&reply);
                self.quota.limits = self.capabilities.offer().unwrap_or_default();
            }
            return Some(Event::Hello { reply, capabilities: self.capabilities.clone() });
        }
        if self.phase == Phase::Ready {
            // It was said before, and what came of that still holds (RFC 5321 section 4.1.4).
            return Some(Event::Answer(reply));
        }
        if verb == Verb::Ehlo && reply.is_permanent() && self.config.helo_fallback {
            self.say_hello_with(Verb::Helo);
            return None;
        }
        Some(self.turn_away(reply))
    }

    fn on_start_tls(&mut self, reply: Reply) -> Option<Event> {
        if !reply.is_positive() {
            return Some(Event::Answer(reply));
        }
        if !self.inbox.is_empty() {
            // It came in the clear, and would be taken for the first reply under TLS.
            self.fault(Fault::Injection);
        }
        None
    }

    /// The server is where a connection begins.
    fn on_xclient(&mut self, reply: Reply) -> Event {
        if reply.is_positive() {
            self.forget_after(Act::XClient);
            self.authenticated = self.login;
            self.say_hello();
        }
        Event::Answer(reply)
    }

    fn may_resume(&self) -> bool {
        self.transactions.front().is_some_and(|transaction| transaction.resumable)
    }

    /// 355: the offset is the first thing on the first line (RFC 1845 section 4).
    fn on_resumed(&mut self, reply: &Reply) -> Option<Event> {
        let lmtp = self.is_lmtp();
        let line = reply.lines().next().unwrap_or_default();
        let digits = line.split(|octet| matches!(octet, b' ' | b'\t')).next().unwrap_or_default();
        let offset = core::str::from_utf8(digits)
            .ok()
            .filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok());
        let (Some(offset), true) = (offset, reply.code() == Code::TRANSACTION_OFFSET) else {
            return self.wrong_reply(reply, Awaited::Mail);
        };
        let transaction = self.transactions.front_mut()?;
        transaction.resumable = false;
        transaction.resume(lmtp);
        if let Some(sending) = &mut self.sending {
            sending.next = Next::Rcpt(transaction.recipients);
        }
        Some(Event::Resumed { transaction: transaction.id, offset })
    }

    fn on_mail(&mut self, reply: Reply) -> Option<Event> {
        let transaction = self.transactions.front_mut()?;
        transaction.resumable = false;
        if !reply.is_positive() {
            transaction.sender_refusal = Some(reply.clone());
        }
        Some(Event::Sender { transaction: transaction.id, reply })
    }

    fn on_rcpt(&mut self, reply: Reply) -> Option<Event> {
        let lmtp = self.is_lmtp();
        let transaction = self.transactions.front_mut()?;
        let index = transaction.heard;
        if reply.is_positive() {
            transaction.accept(lmtp);
        } else {
            transaction.heard = index.saturating_add(1);
        }
        Some(Event::Recipient { transaction: transaction.id, index, reply })
    }

    fn on_data(&mut self, reply: Reply) -> Option<Event> {
        let transaction = self.transactions.front_mut()?;
        if !reply.is_intermediate() {
            transaction.content_refusal = Some(reply);
            self.sending = None;
        } else if transaction.is_wanted() {
            if let Some(sending) = &mut self.sending {
                sending.next = Next::Content;
            }
        } else if self.is_lmtp() {
            // RFC 2033 section 4.2 leaves no choice but 503 here, and does not say how many
            // replies a lone dot would get.
            return self.wrong_reply(&reply, Awaited::Data);
        } else {
            // Nobody is there to take the content, but the server waits for it. An empty message
            // gets out of this, and is not delivered to anybody (RFC 2920 section 3.1).
            self.sending = None;
            self.outbox.line_buffer().extend_from_slice(b".\r\n");
            self.await_reply(Awaited::Content, 3);
        }
        None
    }

    fn on_chunk(&mut self, reply: Reply) -> Option<Event> {
        let only = self.transactions.len() == 1;
        let transaction = self.transactions.front_mut()?;
        if !reply.is_positive() {
            transaction.needs_reset = true;
            transaction.content_refusal.get_or_insert(reply);
            if only {
                self.sending = None;
            }
        }
        None
    }

    fn on_outcome(&mut self, awaited: Awaited, reply: Reply) -> Option<Event> {
        let lmtp = self.is_lmtp();
        let transaction = self.transactions.front_mut()?;
        if awaited == Awaited::LastChunk && !reply.is_positive() && !lmtp {
            transaction.needs_reset = true;
        }
        if !transaction.is_wanted() {
            return None;
        }
        let recipient = transaction.owed.pop_front();
        transaction.settled = transaction.owed.is_empty();
        Some(Event::Outcome { transaction: transaction.id, recipient, reply })
    }

    /// Whether everything has been sent of the oldest transaction, and answered.
    pub(super) fn is_front_over(&self) -> bool {
        let sending = usize::from(self.sending.is_some());
        let front = self.transactions.front();
        self.transactions.len() > sending && front.is_some_and(|front| front.outstanding == 0)
    }

    /// Takes leave of the oldest transaction, and of what is left of it at the server.
    pub(super) fn close_front(&mut self) -> Option<Event> {
        let transaction = self.transactions.pop_front()?;
        if transaction.needs_reset || self.phase.in_transaction() {
            self.clean_up();
        }
        let id = transaction.id;
        let reason = transaction.verdict()?;
        Some(Event::NotSent { transaction: id, reason })
    }

    /// Sends RSET, unless something is on its way that does the same.
    fn clean_up(&mut self) {
        let resets = |awaited| {
            matches!(awaited, Awaited::Cleanup | Awaited::Request(Verb::Rset) | Awaited::Quit)
        };
        if self.sending.is_none() && !self.pipeline.iter().any(resets) {
            self.command(&Command::Rset, Awaited::Cleanup);
        }
    }
}
