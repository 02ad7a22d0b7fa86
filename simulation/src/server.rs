//! The server's application: takes messages, or does not, and takes its time over it.

use std::time::Duration;

use bytes::BytesMut;
use smtp_driver::{DrainWatch, Error};
use smtp_proto::error::Close;
use smtp_proto::server::{Event, Refusal, Server, Transfer};
use smtp_proto::session::Phase;
use smtp_proto::syntax::params::{BodyType, Params};
use smtp_proto::{Machine, Time};

use crate::drive::{Conn, Patience, Patient, Side};
use crate::plan::Plan;
use crate::watch::Watch;
use crate::world::World;

impl Patient for Server {
    fn patience(&mut self, content: bool) -> Patience {
        let writing = !self.outbox().is_empty();
        let line = !self.inbox().is_empty();
        let limits = &self.config().timeouts;
        // Behind the hello nobody but the machine knows whether a chunk comes, perhaps a refused one, or
        // a command.
        let drips =
            content || !matches!(self.phase(), Phase::Connect | Phase::Greeted | Phase::Auth);
        let limit = match self.phase() {
            _ if writing => limits.write,
            Phase::Tls => limits.handshake,
            Phase::Auth => limits.auth_response,
            Phase::Data => limits.data_block,
            _ if drips => limits.data_block.max(limits.command).max(limits.command_line),
            _ if line => limits.command_line,
            _ => limits.command,
        };
        Patience { limit, drips }
    }
}

/// How long the last reply may be on its way out of a stream that has taken it.
const LEAVE: Duration = Duration::from_secs(30);

/// Serves one connection.
pub(crate) async fn serve(world: World, plan: Plan, pipe: usize, drain: Option<DrainWatch>) {
    let server = Server::new(plan.server.clone());
    let watch = Watch::server("server", world.now(), plan.server.timeouts.body);
    let (side, mut conn) = Side::connect(&world, &plan, pipe, server, watch);
    if let Some(drain) = drain {
        conn.watch(drain);
    }
    let mut application = Application::new(side, &plan);
    application.run(&mut conn).await;
    application.side.world.count("server connections");
}

/// What it knows of the open transaction.
#[derive(Default)]
struct Transaction {
    recipients: Vec<(usize, usize)>,
    binary: bool,
    transfer: Option<Transfer>,
    content: BytesMut,
}

struct Application {
    side: Side,
    close: Duration,
    timeouts: smtp_proto::timeouts::ServerTimeouts,
    transaction: Transaction,
    /// `Closed` was told.
    closed: bool,
}

impl Application {
    fn new(side: Side, plan: &Plan) -> Self {
        let timeouts = plan.server.timeouts.clone();
        let close = timeouts.close + LEAVE;
        Self { side, close, timeouts, transaction: Transaction::default(), closed: false }
    }

    async fn run(&mut self, conn: &mut Conn<Server>) {
        loop {
            match self.side.next(conn).await {
                Ok(Some(event)) => self.event(conn, event).await,
                Ok(None) => break,
                Err(error) => {
                    self.side.world.say("server", format_args!("failed: {error}"));
                    self.error(&error);
                    break;
                }
            }
        }
        for _ in 0..2 {
            let more = self.side.next(conn).await;
            assert!(matches!(more, Ok(None)), "behind the end: {more:?}");
        }
    }

    fn error(&mut self, error: &Error) {
        self.side.world.count(match error {
            Error::Cut => "server: cut off",
            Error::Tls(_) => "server: TLS failed",
            Error::Io(_) => "server: stream failed",
            error => panic!("the server's application does no such thing: {error}"),
        });
    }

    async fn event(&mut self, conn: &mut Conn<Server>, event: Event) {
        self.side.world.say("server", format_args!("event {}", shown(&event)));
        assert!(!self.closed, "{event:?} behind the last event");
        if !event.is_question() {
            self.news(conn, event);
            return;
        }
        if self.side.world.chance(self.side.habits.slow) {
            if self.side.world.chance(50) {
                conn.flush().await;
            }
            self.side.dawdle().await;
        }
        self.answer(conn, event);
        self.side.acts();
    }

    fn news(&mut self, conn: &mut Conn<Server>, event: Event) {
        match event {
            Event::Body(piece) => {
                assert!(!piece.is_empty(), "an empty piece of content");
                self.transaction.content.extend_from_slice(&piece);
                if self.side.world.chance(self.side.habits.contrary / 8) {
                    self.side.world.say("server", "has had enough of the message");
                    self.side.world.count("server: refuses in the middle of a message");
                    conn.reject(self.refusal()).expect("a message is coming");
                }
            }
            Event::Aborted(why) => {
                self.side.world.say("server", format_args!("throws the message away: {why:?}"));
                self.side.world.count("server: transaction aborted");
                self.forget();
            }
            Event::Closed(close) => self.closed(&close),
            Event::Fault(_) => self.side.world.count("server: fault"),
            _ => {}
        }
    }

    fn closed(&mut self, close: &Close) {
        self.closed = true;
        self.side.world.count(match close {
            Close::Timeout(_) => "server ends: timeout",
            Close::Quit => "server ends: QUIT",
            Close::Peer => "server ends: peer gone",
            Close::Shutdown => "server ends: shutdown",
            Close::TooMany(_) => "server ends: too many",
            Close::Refused => "server ends: refused the connection",
            _ => "server ends: otherwise",
        });
        let limits = &self.timeouts;
        let limits = match close {
            Close::Timeout("a command") => &[limits.command][..],
            Close::Timeout("the end of a command line") => &[limits.command_line],
            Close::Timeout("a response to an AUTH challenge") => &[limits.auth_response],
            Close::Timeout("message content") => &[limits.data_block, limits.body],
            Close::Timeout("the client to take replies") => &[limits.write, limits.close],
            Close::Timeout("the TLS handshake") => &[limits.handshake],
            Close::Timeout(what) => panic!("a deadline for {what}"),
            _ => &[],
        };
        let wait = self.close;
        self.side.watch(|watch, now| {
            if let Close::Timeout(what) = close {
                watch.timed_out(now, what, limits);
            }
            watch.closes(now, wait);
        });
    }

    fn answer(&mut self, conn: &mut Conn<Server>, event: Event) {
        let contrary = match event {
            Event::Connected | Event::Hello { .. } | Event::Mail { .. } => {
                self.side.habits.contrary / 4
            }
            Event::Rcpt { .. } => self.side.habits.contrary,
            _ => self.side.habits.contrary / 2,
        };
        let accepted = !self.side.world.chance(contrary);
        self.take_note(event, accepted);
        self.side.world.say("server", if accepted { "accepts" } else { "refuses" });
        let answered = if accepted { conn.accept() } else { conn.reject(self.refusal()) };
        answered.expect("a question is open");
    }

    fn take_note(&mut self, event: Event, accepted: bool) {
        match event {
            Event::Hello { .. } if accepted => self.forget(),
            Event::Mail { params, .. } if accepted => {
                self.forget();
                self.transaction.binary = is_binary(&params);
            }
            Event::Rcpt { to, .. } if accepted => {
                self.transaction.recipients.push(crate::names::parse(&to.to_string()));
            }
            Event::Message(transfer) => {
                self.transaction.transfer = Some(transfer);
                if accepted || transfer == Transfer::Chunked {
                    self.side.watch(Watch::content_begins);
                }
            }
            Event::Deliver { recipient, octets } => {
                self.side.watch(|watch, _: Time| watch.content_ends());
                self.deliver(recipient, octets, accepted);
            }
            _ => {}
        }
    }

    fn deliver(&mut self, recipient: Option<usize>, octets: u64, accepted: bool) {
        let Transaction { recipients, content, transfer, binary } = &self.transaction;
        assert_eq!(octets, content.len() as u64, "the octets are counted wrong");
        let whom = match recipient {
            Some(index) => &recipients[index..=index],
            None => &recipients[..],
        };
        assert!(!whom.is_empty(), "a message for nobody");
        if accepted {
            let transfer = transfer.expect("the server was asked before the content came");
            for whom in whom {
                self.side.world.state().ledger.deliver(*whom, content, (transfer, *binary));
            }
            self.side.world.count(match transfer {
                Transfer::Data => "delivered by DATA",
                Transfer::Chunked => "delivered by BDAT",
            });
        }
        if recipient.is_none_or(|index| index + 1 == recipients.len()) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.side.watch(|watch, _| watch.content_ends());
        self.transaction = Transaction::default();
    }

    /// 421 rarely; 4yz, 5yz.
    fn refusal(&self) -> Refusal {
        match self.side.world.below(10) {
            0 if !self.side.world.state().ledger.calm => Refusal::unavailable(),
            0..=4 => Refusal::try_later(),
            _ => Refusal::transaction_failed(),
        }
    }
}

fn is_binary(params: &Params) -> bool {
    matches!(params.value(), Ok(Some(BodyType::BinaryMime)))
}

/// For the trace.
fn shown(event: &Event) -> String {
    match event {
        Event::Body(piece) => format!("Body({})", piece.len()),
        event => format!("{event:?}"),
    }
}
