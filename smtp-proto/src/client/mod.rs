//! Layer 3: the client's side of a conversation.
//!
//! At [`Event::Ready`] the caller asks for something, and [`Client`] does what it takes: it says
//! hello, sends the commands of a transaction, as far ahead of their replies as PIPELINING and the
//! window allow, asks for content when there is somebody to take it, and tells what came of it.
//!
//! [`Client::send`] takes the whole envelope at once. A caller that learns of the recipients one by
//! one, like a relay that answers each RCPT with the reply of the next hop, opens a transaction with
//! [`Client::begin`], adds to it with [`Client::add_recipient`], and ends the envelope with
//! [`Client::begin_content`].
//!
//! Where to find what:
//!
//! | file | concern |
//! |---|---|
//! | `poll` | what to do next |
//! | `request` | what the caller may ask for |
//! | `open` | transactions whose recipients come one by one |
//! | `envelope`, `outgoing` | what a message needs of the server, and MAIL's parameters |
//! | `params` | what the parameters of MAIL and RCPT need of the server |
//! | `quota`, `share` | what the server takes in one connection, and how a message is split by it |
//! | `sending` | MAIL, RCPT, DATA: how many commands go ahead of their replies |
//! | `content` | the content, after DATA or in BDAT chunks |
//! | `pipeline` | the commands that wait for their replies |
//! | `replies` | what each reply means |
//! | `transaction` | what is known of a message on its way |
//! | `auth` | the AUTH exchange |
//! | `outline` | what a log may say of an event |
//! | `end` | how a conversation ends |
//! | `deadline` | how long the server is waited for |

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::fmt;

mod auth;
mod config;
mod content;
mod deadline;
mod end;
mod envelope;
mod error;
mod event;
mod open;
mod outgoing;
mod outline;
mod params;
mod pipeline;
mod poll;
mod quota;
mod replies;
mod request;
mod sending;
mod share;
mod sink;
#[cfg(test)]
mod tests;
mod transaction;

pub use config::{Chunking, Config};
pub use envelope::{Envelope, Recipient};
pub use error::{AuthError, BodyError, RequestError, SendError};
pub use event::{Event, NotSent, TransactionId};
pub use quota::Limit;
pub use share::{Part, Share};

use deadline::Clock;
use end::End;
use pipeline::{Awaited, Pipeline};
use quota::Quota;
use sending::Sending;
use transaction::Transaction;

use crate::buffer::{Inbox, Outbox};
use crate::machine::Tls;
use crate::sasl::Secret;
use crate::session::{Act, Forgets, Phase, Protocol};
use crate::syntax::capability::{Capabilities, Extension, LimitsOffer};
use crate::syntax::command::Command;
use crate::syntax::reply::{Class, Reply, ReplyLimits, ReplyParser};
use crate::syntax::verb::Verb;

/// The client's side of an SMTP, submission or LMTP conversation.
///
/// Drive it as [`Machine`](crate::machine::Machine) says. At [`Event::Ready`] call
/// [`send`](Self::send), [`begin`](Self::begin) or another request; answer [`Event::Body`] with
/// [`body`](Self::body), [`finish`](Self::finish) or [`abandon`](Self::abandon), or leave it for
/// later with [`pause`](Self::pause); answer [`Event::Challenge`] with [`respond`](Self::respond) or
/// [`cancel`](Self::cancel).
pub struct Client {
    config: Arc<Config>,
    inbox: Inbox,
    outbox: Outbox,
    parser: ReplyParser,
    /// A server took a message before it can have had it: nothing further is heard before it is written.
    early: Option<Reply>,
    /// As far as the replies go that are in.
    phase: Phase,
    capabilities: Capabilities,
    tls: Option<Tls>,
    authenticated: bool,
    pipeline: Pipeline,
    /// In the order they were begun. The first is the one that replies are about.
    transactions: VecDeque<Transaction>,
    /// What is still to be sent of the last of them.
    sending: Option<Sending>,
    next_id: u64,
    /// What of the server's LIMITS is used up.
    quota: Quota,
    /// The last XCLIENT says who the client is: LOGIN.
    login: bool,
    /// The initial response of AUTH, if it did not fit into the command.
    held_response: Option<Secret>,
    question: Option<Question>,
    /// Present when the caller had nothing to ask for. It may at any time.
    idle: Option<Idle>,
    /// The server wants no conversation.
    refused: bool,
    /// It was told that the roles are reversed.
    turned: bool,
    /// To be told before anything else happens. Comes from `upgraded` only.
    news: Option<Event>,
    end: Option<End>,
    clock: Clock,
}

/// The question that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Ready,
    Body,
    Challenge,
}

/// What became of the conversation while the caller had nothing to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Idle {
    /// Nothing, or not all replies are in.
    Undisturbed,
    /// All replies are in: time for another `Ready`.
    Settled,
}

impl Client {
    /// A client whose connection was just made.
    #[must_use]
    pub fn new(config: impl Into<Arc<Config>>) -> Self {
        let config = config.into();
        let limits = &config.limits;
        let reply = ReplyLimits { lines: limits.reply_lines, octets: limits.reply };
        let mut pipeline = Pipeline::default();
        pipeline.push(Awaited::Greeting, 0);
        Self {
            inbox: Inbox::new(limits.reply_line.max(1)),
            outbox: Outbox::new(),
            parser: ReplyParser::new(reply),
            early: None,
            phase: Phase::Connect,
            capabilities: Capabilities::none(),
            tls: None,
            authenticated: false,
            pipeline,
            transactions: VecDeque::new(),
            sending: None,
            next_id: 0,
            quota: Quota::default(),
            login: false,
            held_response: None,
            question: None,
            idle: None,
            refused: false,
            turned: false,
            news: None,
            end: None,
            clock: Clock::default(),
            config,
        }
    }

    /// How this client behaves.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the server announced in its latest reply to EHLO. Nothing is known before it.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// How far the conversation has come, by the replies that are in.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What is known of the encryption, if there is any.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Whether AUTH has succeeded on this connection, or XCLIENT with LOGIN.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Whether PIPELINING is offered and to be used.
    fn pipelining(&self) -> bool {
        self.config.pipelining && self.capabilities.has(Extension::Pipelining)
    }

    fn is_lmtp(&self) -> bool {
        self.config.protocol == Protocol::Lmtp
    }

    /// Sends a command whatever else is in flight.
    fn command(&mut self, command: &Command<'_>, awaited: Awaited) {
        let out = self.outbox.line_buffer();
        let before = out.len();
        command.write(out);
        let octets = out.len().saturating_sub(before);
        self.await_reply(awaited, octets);
    }

    /// Counts a command that was just queued.
    fn await_reply(&mut self, awaited: Awaited, octets: usize) {
        self.pipeline.push(awaited, octets);
        if awaited.is_of_transaction()
            && let Some(transaction) = self.transactions.back_mut()
        {
            transaction.outstanding = transaction.outstanding.saturating_add(1);
        }
    }

    /// Says hello with the strongest verb the dialect has.
    fn say_hello(&mut self) {
        self.say_hello_with(if self.is_lmtp() { Verb::Lhlo } else { Verb::Ehlo });
    }

    fn say_hello_with(&mut self, verb: Verb) {
        let config = Arc::clone(&self.config);
        let name = config.hello.borrowed();
        let command = match verb {
            Verb::Helo => Command::Helo(name),
            Verb::Lhlo => Command::Lhlo(name),
            _ => Command::Ehlo(name),
        };
        self.command(&command, Awaited::Hello(verb));
    }

    /// Forgets what an act that succeeded makes both sides forget.
    fn forget_after(&mut self, act: Act) {
        let forgets = Forgets::after(act);
        if forgets.hello {
            self.capabilities = Capabilities::none();
            self.quota.limits = LimitsOffer::default();
        }
        if forgets.identity {
            self.authenticated = false;
        }
    }

    /// The phase once all replies are in, if they are what a client hopes for.
    fn phase_ahead(&self) -> Phase {
        self.pipeline.iter().fold(self.phase, |phase, awaited| {
            let class = match awaited {
                Awaited::Data => Class::Intermediate,
                _ => Class::Positive,
            };
            phase.next(awaited.act(), class).unwrap_or(phase)
        })
    }
}

/// Shows nothing that was sent or received.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("phase", &self.phase)
            .field("question", &self.question)
            .field("awaited", &self.pipeline.front())
            .field("in_flight", &self.pipeline.in_flight())
            .field("transactions", &self.transactions.len())
            .field("tls", &self.tls.is_some())
            .field("authenticated", &self.authenticated)
            .field("inbox", &self.inbox)
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}
