//! A client that goes event by event, and does whatever it is allowed to.

use std::mem;

use bytes::Bytes;
use smtp_driver::Error;
use smtp_proto::client::{Client, Event, NotSent, Recipient, TransactionId};
use smtp_proto::error::Close;
use smtp_proto::session::Protocol;

use super::{Draft, Network, how_it_ended, limit, told};
use crate::drive::{Conn, Side};
use crate::ledger::Told;
use crate::names;
use crate::time::unless;

pub(crate) async fn converse(network: &Network, side: Side, mut conn: Conn<Client>) {
    let lmtp = network.plan.client.protocol == Protocol::Lmtp;
    let left = network.plan.messages;
    let mut caller = Caller {
        side,
        network,
        lmtp,
        left,
        flights: Vec::new(),
        later: Later::Nothing,
        closed: false,
        tried: [false; 2],
    };
    caller.run(&mut conn).await;
}

/// A message on its way.
struct Flight {
    id: TransactionId,
    number: usize,
    content: Bytes,
    /// Recipients that are still to be added, while the envelope is open.
    open: Option<Vec<Recipient>>,
    /// Recipients it has all in all, added or not.
    recipients: usize,
    added: usize,
    sender_refused: bool,
    /// What was said to each RCPT.
    replies: Vec<bool>,
    told: Vec<bool>,
}

impl Flight {
    fn is_settled(&self) -> bool {
        self.told.iter().all(|told| *told)
    }
}

/// What is to be done when nothing else happens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Later {
    Nothing,
    /// Content is wanted.
    Content(TransactionId),
    /// A request may be made.
    Request,
}

struct Caller<'a> {
    side: Side,
    network: &'a Network,
    lmtp: bool,
    left: usize,
    flights: Vec<Flight>,
    later: Later,
    closed: bool,
    /// STARTTLS, AUTH.
    tried: [bool; 2],
}

impl Caller<'_> {
    async fn run(&mut self, conn: &mut Conn<Client>) {
        loop {
            match self.next(conn).await {
                None => self.go_on(conn),
                Some(Ok(Some(event))) => self.event(conn, event).await,
                Some(Ok(None)) => break,
                Some(Err(error)) => {
                    self.failed(&error);
                    break;
                }
            }
        }
        for flight in &self.flights {
            assert!(flight.is_settled(), "message {}: nobody was told all of it", flight.number);
        }
        for _ in 0..2 {
            let more = self.side.next(conn).await;
            assert!(matches!(more, Ok(None)), "behind the end: {more:?}");
        }
    }

    /// `None`: nothing has happened, and there is something to be done.
    async fn next(&self, conn: &mut Conn<Client>) -> Option<Result<Option<Event>, Error>> {
        let open = self.flights.last().is_some_and(|flight| flight.open.is_some());
        if self.later == Later::Nothing && !open {
            return Some(self.side.next(conn).await);
        }
        let nap = self.side.world.sleep(self.side.world.duration(self.side.habits.nap));
        self.side.idles(true);
        let next = unless(nap, self.side.next(conn)).await;
        self.side.idles(false);
        next
    }

    fn go_on(&mut self, conn: &mut Conn<Client>) {
        match mem::replace(&mut self.later, Later::Nothing) {
            Later::Nothing => self.extend(conn, true),
            Later::Content(transaction) => self.content(conn, transaction, 1000),
            Later::Request => self.request(conn, true),
        }
        self.side.acts();
    }

    fn failed(&mut self, error: &Error) {
        self.side.world.say("client", format_args!("failed: {error}"));
        self.side.world.count(match error {
            Error::Tls(_) | Error::Io(_) => "client ends: stream or TLS failed",
            error => panic!("the client's application does no such thing: {error}"),
        });
        assert!(!self.network.plan.calm, "failed, though nothing went wrong: {error}");
    }

    async fn event(&mut self, conn: &mut Conn<Client>, event: Event) {
        self.side.world.say("client", format_args!("event {event:?}"));
        assert!(!self.closed, "{event:?} behind the last event");
        if event.is_question() {
            self.later = Later::Nothing;
            self.side.dawdle().await;
        }
        match event {
            Event::Ready => self.request(conn, false),
            Event::Body { transaction, room } => self.content(conn, transaction, room),
            Event::Challenge(_) => conn.cancel().expect("a challenge is open"),
            Event::Sender { transaction, reply } => {
                self.flight(transaction).sender_refused = !reply.is_positive();
                if !reply.is_positive() {
                    self.flight(transaction).open = None;
                }
                self.extend(conn, false);
            }
            Event::Recipient { transaction, index, reply } => {
                let flight = self.flight(transaction);
                assert_eq!(flight.replies.len(), index, "a reply for another recipient");
                flight.replies.push(reply.is_positive());
                self.extend(conn, false);
            }
            Event::Outcome { transaction, recipient, reply } => {
                self.outcome(transaction, recipient, reply.is_positive());
            }
            Event::NotSent { transaction, reason } => self.not_sent(transaction, &reason),
            Event::Closed(close) => self.close(&close),
            _ => {}
        }
        self.side.acts();
    }

    fn flight(&mut self, id: TransactionId) -> &mut Flight {
        let flight = self.flights.iter_mut().find(|flight| flight.id == id);
        flight.expect("the transaction is known")
    }

    fn tell(&mut self, id: TransactionId, recipient: usize, told: Told) {
        let flight = self.flight(id);
        assert!(!mem::replace(&mut flight.told[recipient], true), "told twice");
        let whom = (flight.number, recipient);
        self.side.tell(whom, told);
    }

    fn outcome(&mut self, id: TransactionId, recipient: Option<usize>, accepted: bool) {
        let told = if accepted { Told::Accepted } else { Told::Refused };
        let flight = self.flight(id);
        assert!(!flight.sender_refused && flight.open.is_none(), "an outcome of nothing");
        let replies = flight.replies.clone();
        assert_eq!(replies.len(), flight.added, "an outcome before all replies to RCPT");
        if let Some(index) = recipient {
            assert!(self.lmtp && replies[index], "an outcome for who was refused");
            self.tell(id, index, told);
        } else {
            assert!(!self.lmtp, "one outcome for all in LMTP");
            for (index, wanted) in replies.iter().enumerate() {
                self.tell(id, index, if *wanted { told } else { Told::Refused });
            }
        }
        let flight = self.flight(id);
        let all = (0..replies.len()).all(|index| flight.told[index] || !replies[index]);
        if all {
            self.settle(id, Told::Refused);
        }
    }

    fn not_sent(&mut self, id: TransactionId, reason: &NotSent) {
        let open = self.later == Later::Content(id);
        if open {
            self.later = Later::Nothing;
        }
        let flight = self.flight(id);
        assert!(!flight.is_settled(), "the end of what was over");
        flight.open = None;
        let refused: Vec<usize> =
            (0..flight.replies.len()).filter(|index| !flight.replies[*index]).collect();
        for index in refused {
            if !self.flight(id).told[index] {
                self.tell(id, index, Told::Refused);
            }
        }
        self.settle(id, told(reason));
    }

    /// Says the same to all who were told nothing.
    fn settle(&mut self, id: TransactionId, told: Told) {
        for index in 0..self.flight(id).recipients {
            if !self.flight(id).told[index] {
                let added = index < self.flight(id).added;
                self.tell(id, index, if added { told } else { Told::NotSent });
            }
        }
    }

    fn close(&mut self, close: &Close) {
        self.closed = true;
        self.later = Later::Nothing;
        self.side.world.count(how_it_ended(close));
        let timeouts = &self.network.plan.client.timeouts;
        self.side.watch(|watch, now| {
            if let Close::Timeout(what) = close {
                watch.timed_out(now, what, &[limit(timeouts, what)]);
            }
            watch.closes(now, std::time::Duration::ZERO);
        });
        let expected = matches!(close, Close::Quit | Close::Refused);
        assert!(expected || !self.network.plan.calm, "though nothing went wrong: {close}");
    }

    /// Asks for something. There need not be anything to ask for, except `must` be.
    fn request(&mut self, conn: &mut Conn<Client>, must: bool) {
        let world = self.side.world.clone();
        match world.below(12) {
            0 => _ = conn.noop(),
            1 => _ = conn.verify("somebody"),
            2 => _ = conn.reset(),
            3 if !must => {
                conn.idle().expect("a request may be made");
                self.later = Later::Request;
                return;
            }
            4..=6 if !mem::replace(&mut self.tried[0], true) => _ = conn.start_tls(),
            _ if !conn.is_authenticated() && !mem::replace(&mut self.tried[1], true) => {
                _ = conn.authenticate("PLAIN", Some(b"\0tim\0tanstaaftanstaaf"));
            }
            _ => {}
        }
        // What could not be asked for leaves everything as it was.
        while conn.idle().is_ok() && self.left > 0 {
            self.left -= 1;
            if self.send(conn) {
                return;
            }
        }
        if conn.idle().is_ok() && conn.quit().is_err() {
            self.later = Later::Request;
        }
    }

    /// Begins a message. Whether it has begun.
    fn send(&mut self, conn: &mut Conn<Client>) -> bool {
        let world = &self.side.world;
        let Draft { number, mut envelope, content } = Draft::random(world, &self.network.plan);
        let recipients = envelope.to.len();
        let open = world.chance(30);
        let rest = if open { envelope.to.split_off(world.below(recipients)) } else { Vec::new() };
        let added = envelope.to.len();
        let sent = if open { conn.begin(envelope) } else { conn.send(envelope) };
        match sent {
            Ok(id) => {
                self.side.world.say("client", format_args!("sends message {number} as {id:?}"));
                self.flights.push(Flight {
                    id,
                    number,
                    content,
                    open: open.then_some(rest),
                    recipients,
                    added,
                    sender_refused: false,
                    replies: Vec::new(),
                    told: vec![false; recipients],
                });
                true
            }
            Err(error) => {
                self.side.world.say("client", format_args!("message {number}: {error}"));
                self.side.world.count("client: can't be sent here");
                for recipient in 0..recipients {
                    self.side.tell((number, recipient), Told::NotSent);
                }
                false
            }
        }
    }

    /// Adds to the envelope that is open, or closes it. Something is done for sure if it `must`.
    fn extend(&mut self, conn: &mut Conn<Client>, must: bool) {
        let world = self.side.world.clone();
        let contrary = if self.network.plan.calm { 0 } else { self.side.habits.contrary / 4 };
        let Some(flight) = self.flights.last_mut() else { return };
        let Some(rest) = &mut flight.open else { return };
        if !must && world.chance(50) {
            return;
        }
        if world.chance(contrary) {
            world.count("client: gives up an open envelope");
            flight.open = None;
            _ = conn.abandon();
            return;
        }
        if rest.is_empty() {
            flight.open = None;
            _ = conn.begin_content();
            return;
        }
        let next = rest.remove(0);
        let (_, recipient) = names::parse(&next.path.to_string());
        assert_eq!(recipient, flight.added);
        match conn.add_recipient(next) {
            Ok(index) => {
                assert_eq!(index, flight.added);
                flight.added += 1;
            }
            Err(error) => {
                world.say("client", format_args!("no more recipients: {error}"));
                flight.open = None;
                _ = conn.begin_content();
            }
        }
    }

    /// Gives a piece of content, or the end of it, or nothing at present.
    fn content(&mut self, conn: &mut Conn<Client>, id: TransactionId, room: usize) {
        let world = self.side.world.clone();
        let contrary = if self.network.plan.calm { 0 } else { self.side.habits.contrary / 8 };
        let paused = self.later == Later::Content(id);
        if !paused && world.chance(self.side.habits.slow) && conn.pause().is_ok() {
            self.later = Later::Content(id);
            return;
        }
        self.later = Later::Nothing;
        if world.chance(contrary) {
            world.count("client: breaks a message off");
            _ = conn.abandon();
            return;
        }
        let flight = self.flight(id);
        let octets = (1 + world.below(room)).min(flight.content.len());
        let piece = flight.content.split_to(octets);
        let given = if piece.is_empty() { conn.finish() } else { conn.body(piece) };
        if let Err(error) = given {
            world.say("client", format_args!("content not taken: {error}"));
            world.count("client: content not taken");
            _ = conn.abandon();
        }
    }
}
