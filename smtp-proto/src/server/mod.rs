//! Layer 3: the server's side of a conversation.
//!
//! [`Server`] asks its application about everything that is a decision ([`Event`]) and does by
//! itself whatever is mechanism: syntax, sequence, limits, deadlines, replies. It never asks a
//! second question before the first is answered, and reads no further command in the meantime; so
//! replies are in order, and pipelined commands wait in the inbox.
//!
//! Where to find what:
//!
//! | file | concern |
//! |---|---|
//! | `poll` | what to do next, and for how long to wait |
//! | `command` | what each command asks for |
//! | `breach` | what is wrong with a command, and how that is said |
//! | `mail` | MAIL and RCPT |
//! | `params` | their parameters |
//! | `offers` | what is announced to a client |
//! | `auth` | the AUTH exchange, as far as it is SMTP |
//! | `exchange` | the AUTH exchange, as far as it is SASL, for applications |
//! | `content` | DATA and BDAT, up to the final reply |
//! | `verdict` | what is wrong with a message |
//! | `answer` | what the application's answers do |
//! | `output` | how replies are written |
//! | `outline` | what a log may say of an event |
//! | `policy` | checks of a client's manners |
//! | `session` | what a client has done so far, counted |
//! | `deadlines` | when each wait is over |

use alloc::sync::Arc;
use alloc::vec::Vec;

mod answer;
mod auth;
mod breach;
mod command;
mod config;
mod content;
mod deadlines;
mod event;
mod exchange;
mod mail;
mod offers;
mod outline;
mod output;
mod params;
mod policy;
mod poll;
mod refusal;
mod session;
#[cfg(test)]
mod tests;
mod verdict;

pub use config::{Config, Offers, Private};
pub use event::{Abort, Event, Transfer};
pub use exchange::{Ask, Exchange, Failure, Identity, Progress};
pub use policy::{Policy, Rate};
pub use refusal::Refusal;
pub use session::Session;

use content::Content;
use deadlines::Deadlines;
use verdict::Text;

use crate::buffer::{Inbox, Outbox};
use crate::domains::Domains;
use crate::error::{Close, Fault};
use crate::machine::{Machine, Outline, Step, Time, Tls};
use crate::session::Phase;
use crate::syntax::capability::Extension;
use crate::syntax::reply::{Code, Status};
use crate::syntax::text;
use crate::syntax::verb::Verb;

/// The server's side of an SMTP, submission or LMTP conversation.
///
/// Drive it as [`Machine`] says; answer its questions with [`accept`](Self::accept),
/// [`accept_with`](Self::accept_with), [`reject`](Self::reject) and
/// [`challenge`](Self::challenge).
#[derive(Debug)]
pub struct Server {
    config: Arc<Config>,
    inbox: Inbox,
    outbox: Outbox,
    phase: Phase,
    task: Task,
    question: Option<Question>,
    news: News,
    /// Present while the stream is encrypted.
    tls: Option<Tls>,
    /// EHLO or LHLO was accepted: extensions are in force.
    extended: bool,
    authenticated: bool,
    transaction: Transaction,
    /// Of the recipients in this connection.
    domains: Domains,
    session: Session,
    deadlines: Deadlines,
    shutting_down: bool,
    /// Replies have enhanced codes: asked for with each.
    enhanced_codes: bool,
}

/// What the machine is at.
#[derive(Debug)]
enum Task {
    /// Nothing was said yet.
    Greet,
    /// The greeting is held back; the words for it.
    Pause { words: Option<Vec<text::Text>> },
    /// A command is to come.
    Command,
    /// The rest of a refused line is thrown away, up to CRLF.
    Swallow,
    /// A line of the client's in an AUTH exchange is to come.
    AuthResponse,
    /// Message content is to come.
    Content(Content),
    /// The content is complete; `answered` recipients have got their reply (LMTP).
    Deliver { content: Content, answered: usize },
    /// The 220 to STARTTLS is on its way, or the handshake is.
    Handshake,
    /// The 250 to ATRN is on its way.
    Turning,
    /// The roles are reversed.
    Turned,
    /// The last reply is on its way.
    Closing,
    /// Over.
    Done,
}

/// What the open question is about; what is needed to carry out the answer.
#[derive(Clone, Copy, Debug)]
enum Question {
    Connected,
    Hello(Verb),
    StartTls,
    Auth,
    /// With what MAIL said; `resumable`: TRANSID.
    Mail {
        smtputf8: bool,
        binary: bool,
        resumable: bool,
    },
    Rcpt,
    Message(Transfer),
    Deliver,
    Query {
        verb: Verb,
        smtputf8: bool,
    },
    Etrn,
    Atrn,
    Burl,
    XForward,
    /// `login`: it says who the client is.
    XClient {
        login: bool,
    },
    Private,
}

/// The transaction, as far as the protocol goes. Who it is from and for, the application knows.
#[derive(Debug, Default)]
struct Transaction {
    /// MAIL was accepted, and the application has not heard of the end yet.
    live: bool,
    /// RCPT commands.
    asked: usize,
    /// Recipients accepted.
    recipients: usize,
    smtputf8: bool,
    /// BODY=BINARYMIME.
    binary: bool,
    /// Octets of content so far, as passed on.
    octets: u64,
    text: Text,
}

impl Transaction {
    /// So much more was passed on.
    fn count(&mut self, piece: &[u8]) {
        self.octets = self.octets.saturating_add(piece.len() as u64);
    }
}

/// News that are to be told before anything else happens. Not a queue: each can come once between
/// two steps of the machine.
#[derive(Debug, Default)]
struct News {
    secured: Option<Tls>,
    fault: Option<Fault>,
    aborted: Option<Abort>,
    closed: Option<Close>,
}

impl News {
    fn next(&mut self) -> Option<Event> {
        if let Some(tls) = self.secured.take() {
            return Some(Event::Secured(tls));
        }
        if let Some(fault) = self.fault.take() {
            return Some(Event::Fault(fault));
        }
        if let Some(abort) = self.aborted.take() {
            return Some(Event::Aborted(abort));
        }
        self.closed.take().map(Event::Closed)
    }
}

/// The least an inbox holds; longer lines may be allowed.
const INBOX: usize = 16 << 10;

impl Server {
    /// A server for one connection.
    #[must_use]
    pub fn new(config: impl Into<Arc<Config>>) -> Self {
        let config = config.into();
        let longest_line = config.limits.command_line.max(config.limits.auth_line);
        Self {
            inbox: Inbox::new(longest_line.max(INBOX)),
            outbox: Outbox::new(),
            phase: Phase::Connect,
            task: Task::Greet,
            question: None,
            news: News::default(),
            tls: None,
            extended: false,
            authenticated: false,
            transaction: Transaction::default(),
            domains: Domains::default(),
            session: Session::default(),
            deadlines: Deadlines::default(),
            shutting_down: false,
            enhanced_codes: config.offers(Extension::EnhancedStatusCodes),
            config,
        }
    }

    /// Ends the conversation in good order: between transactions with a 421 4.3.2, otherwise as
    /// soon as the open one is over.
    pub fn shutdown(&mut self) {
        self.shutting_down = true;
    }

    /// How far the conversation has come.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What is known of the encryption, if the stream is encrypted.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Whether AUTH succeeded, or XCLIENT had LOGIN. EHLO and RSET do not undo it, STARTTLS does, and
    /// XCLIENT without LOGIN.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Whether the client said EHLO or LHLO, as opposed to HELO.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// What the client has done so far, counted.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the server offers and how it behaves.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The transaction ends without delivery: the application is told, once.
    fn abort(&mut self, why: Abort) {
        if core::mem::take(&mut self.transaction.live) {
            self.news.aborted = Some(why);
        }
    }

    /// The conversation is over, by our own decision: the client hears so (RFC 5321 section 3.8).
    fn close_with_421(&mut self, why: Close, status: Status, text: &str) {
        self.reply_last(Code::UNAVAILABLE, status.transient(), text);
        self.close(why);
    }

    /// The conversation is over; what is in the outbox is still written.
    fn close(&mut self, why: Close) {
        self.abort(Abort::Closed);
        self.news.closed = Some(why);
        self.question = None;
        self.phase = Phase::Closed;
        self.task = Task::Closing;
    }
}

impl Machine for Server {
    type Event = Event;

    const ROLE: &'static str = "server";
    const REPLIES: bool = true;

    fn outline(event: &Event) -> Outline<'_> {
        event.outline()
    }

    fn poll(&mut self, now: Time) -> Step<Event> {
        self.next_step(now)
    }

    fn inbox(&mut self) -> &mut Inbox {
        &mut self.inbox
    }

    fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    fn upgraded(&mut self, tls: Tls) {
        match self.task {
            Task::Greet => {}
            Task::Handshake => {
                // Everything learnt in the clear is forgotten (RFC 3207 section 4.2).
                self.phase = Phase::Greeted;
                self.task = Task::Command;
                self.extended = false;
                self.authenticated = false;
                self.transaction = Transaction::default();
                self.deadlines.restart();
            }
            _ => return,
        }
        self.tls = Some(tls.clone());
        self.news.secured = Some(tls);
    }
}
