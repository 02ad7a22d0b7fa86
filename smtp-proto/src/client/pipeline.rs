//! The commands that were sent and not answered, in order.
//!
//! A reply belongs to the first of them, whatever it says: counting is the only way to tell
//! (RFC 2920 section 3.1).

use alloc::collections::VecDeque;
use core::time::Duration;

use crate::session::Act;
use crate::syntax::reply::Class;
use crate::syntax::verb::Verb;
use crate::timeouts::ClientTimeouts;

/// What gets the next reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Nothing was sent: the server speaks first.
    Greeting,
    /// EHLO, HELO or LHLO.
    Hello(Verb),
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    Content,
    /// BDAT, with more to come.
    Chunk,
    /// BDAT LAST.
    LastChunk,
    /// A RSET of our own, to get out of a failed transaction.
    Cleanup,
    /// What the caller asked for, and wants to see the reply of.
    Request(Verb),
    /// A verb that this crate does not know.
    Private,
    StartTls,
    Auth,
    AuthResponse,
    /// `*`: AUTH is to fail.
    Cancel,
    Quit,
}

impl Awaited {
    pub(super) fn act(self) -> Act {
        match self {
            Self::Greeting => Act::Greeting,
            Self::Hello(_) => Act::Hello,
            Self::Mail => Act::Mail,
            Self::Rcpt => Act::Rcpt,
            Self::Data => Act::Data,
            Self::Content => Act::Content,
            Self::Chunk => Act::Chunk,
            Self::LastChunk => Act::LastChunk,
            Self::Cleanup => Act::Rset,
            Self::Request(verb) => Act::of(verb),
            Self::Private => Act::Query,
            Self::StartTls => Act::StartTls,
            Self::Auth => Act::Auth,
            Self::AuthResponse | Self::Cancel => Act::AuthResponse,
            Self::Quit => Act::Quit,
        }
    }

    /// Whether a reply of this class makes sense. Within a class all codes are taken alike
    /// (RFC 5321 section 4.2).
    pub(super) fn takes(self, class: Class) -> bool {
        match self {
            Self::Auth | Self::AuthResponse | Self::Quit => true,
            Self::Data => class != Class::Positive,
            Self::Cancel => matches!(class, Class::Transient | Class::Permanent),
            // RSET that fails leaves a transaction nobody knows the state of.
            Self::Cleanup => class == Class::Positive,
            _ => class != Class::Intermediate,
        }
    }

    /// Whether it belongs to a mail transaction.
    pub(super) fn is_of_transaction(self) -> bool {
        use Awaited::{Chunk, Content, Data, LastChunk, Mail, Rcpt};
        matches!(self, Mail | Rcpt | Data | Content | Chunk | LastChunk)
    }

    /// Whether the next request may be sent before the reply is in.
    fn may_be_followed(self) -> bool {
        self.is_of_transaction() || self == Self::Cleanup
    }

    /// The command, as errors name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Greeting => "the connection",
            Self::Hello(verb) | Self::Request(verb) => verb.as_str(),
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the message",
            Self::Chunk => "BDAT",
            Self::LastChunk => "BDAT LAST",
            Self::Cleanup => "RSET",
            Self::Private => "a command of one's own",
            Self::StartTls => "STARTTLS",
            Self::Auth | Self::AuthResponse => "AUTH",
            Self::Cancel => "the end of AUTH",
            Self::Quit => "QUIT",
        }
    }

    /// What is waited for, and how long (RFC 5321 section 4.5.3.2).
    pub(super) fn deadline(self, timeouts: &ClientTimeouts) -> (Duration, &'static str) {
        match self {
            Self::Greeting => (timeouts.greeting, "the greeting"),
            Self::Hello(Verb::Helo) => (timeouts.hello, "the reply to HELO"),
            Self::Hello(Verb::Lhlo) => (timeouts.hello, "the reply to LHLO"),
            Self::Hello(_) => (timeouts.hello, "the reply to EHLO"),
            Self::Mail => (timeouts.mail, "the reply to MAIL"),
            Self::Rcpt => (timeouts.rcpt, "the reply to RCPT"),
            Self::Data => (timeouts.data, "the reply to DATA"),
            Self::Content => (timeouts.content, "the reply to the message"),
            Self::Chunk => (timeouts.chunk, "the reply to BDAT"),
            Self::LastChunk => (timeouts.content, "the reply to BDAT LAST"),
            Self::Cleanup | Self::Request(Verb::Rset) => (timeouts.other, "the reply to RSET"),
            Self::Request(Verb::Noop) => (timeouts.other, "the reply to NOOP"),
            Self::Request(Verb::Vrfy) => (timeouts.other, "the reply to VRFY"),
            Self::Request(Verb::Expn) => (timeouts.other, "the reply to EXPN"),
            Self::Request(Verb::Help) => (timeouts.other, "the reply to HELP"),
            Self::Request(Verb::Etrn) => (timeouts.other, "the reply to ETRN"),
            // RFC 2645 section 5.2.1 asks for ten minutes at least.
            Self::Request(Verb::Atrn) => (timeouts.content, "the reply to ATRN"),
            Self::Request(Verb::XClient) => (timeouts.other, "the reply to XCLIENT"),
            Self::Request(Verb::XForward) => (timeouts.other, "the reply to XFORWARD"),
            Self::Request(_) | Self::Private => (timeouts.other, "a reply"),
            Self::StartTls => (timeouts.starttls, "the reply to STARTTLS"),
            Self::Auth | Self::AuthResponse | Self::Cancel => (timeouts.auth, "the reply to AUTH"),
            Self::Quit => (timeouts.quit, "the reply to QUIT"),
        }
    }
}

/// The queue itself, with the octets that wait for their replies.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    queue: VecDeque<(Awaited, usize)>,
    in_flight: usize,
    /// How many of them nothing may follow.
    barriers: usize,
}

impl Pipeline {
    pub(super) fn push(&mut self, awaited: Awaited, octets: usize) {
        self.queue.push_back((awaited, octets));
        self.in_flight = self.in_flight.saturating_add(octets);
        self.barriers = self.barriers.saturating_add((!awaited.may_be_followed()).into());
    }

    pub(super) fn pop(&mut self) {
        if let Some((awaited, octets)) = self.queue.pop_front() {
            self.in_flight = self.in_flight.saturating_sub(octets);
            self.barriers = self.barriers.saturating_sub((!awaited.may_be_followed()).into());
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn front(&self) -> Option<Awaited> {
        self.queue.front().map(|(awaited, _)| *awaited)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Awaited> {
        self.queue.iter().map(|(awaited, _)| *awaited)
    }

    /// Whether a request may be sent before the replies to all these are in.
    pub(super) fn may_be_followed(&self) -> bool {
        self.barriers == 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Octets that were sent and not answered.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether so many octets more may be sent. What is alone may have any size.
    pub(super) fn fits(&self, octets: usize, window: usize) -> bool {
        self.in_flight == 0 || self.in_flight.saturating_add(octets) <= window
    }
}
