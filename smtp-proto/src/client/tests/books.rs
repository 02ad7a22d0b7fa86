//! One run of a client against the peer, and whether their books agree.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::BTreeMap;

use bytes::{Buf, Bytes};

use super::peer::{Delivered, Peer, Plan};
use super::{envelope, lmtp};
use crate::client::{Client, Config, Event, NotSent};
use crate::error::Close;
use crate::machine::{Machine, Step, Time};
use crate::syntax::address::ForwardPath;
use crate::syntax::reply::Reply;

/// What the caller wants.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) recipients: usize,
    /// The pieces of the content, in lines.
    pub(super) pieces: usize,
    /// Gives up at this piece.
    pub(super) abandon: Option<usize>,
    /// Its recipients come one by one.
    pub(super) gradual: Option<Gradual>,
}

/// How recipients come one by one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gradual {
    /// How many there are at the start.
    pub(super) known: usize,
    /// How many may wait for a reply when another is added.
    pub(super) ahead: usize,
    /// Does not wait for the replies before it closes the envelope.
    pub(super) hasty: bool,
    /// Gives up then.
    pub(super) gives_up: bool,
}

/// A transaction whose envelope is open.
struct Open {
    t: u64,
    gradual: Gradual,
    /// Recipients that are in the envelope, and that will be.
    added: usize,
    recipients: usize,
}

impl Open {
    /// Does what there is to do after an event. `None`: the envelope is closed, or the transaction
    /// failed.
    fn go_on(mut self, client: &mut Client, book: &Book) -> Option<Self> {
        let sender = book.sender.as_ref().map(Reply::is_positive);
        let next = || format!("r{}-9@x", self.t).parse::<ForwardPath>().unwrap().into();
        if sender == Some(false) {
            assert!(client.add_recipient(next()).is_err() && client.begin_content().is_err());
            return None;
        }
        assert!(client.noop().is_err() && client.finish().is_err(), "nothing is asked");
        let heard = book.recipients.len();
        while self.added < self.recipients && self.added - heard <= self.gradual.ahead {
            let path: ForwardPath = format!("r{}-{}@x", self.t, self.added).parse().unwrap();
            assert_eq!(client.add_recipient(path.into()), Ok(self.added));
            self.added += 1;
        }
        let heard = heard == self.added && sender.is_some();
        if self.added < self.recipients || !(heard || self.gradual.hasty) {
            return Some(self);
        }
        if self.gradual.gives_up {
            client.abandon().unwrap();
        } else {
            client.begin_content().unwrap();
        }
        assert!(client.begin_content().is_err() && client.abandon().is_err());
        None
    }
}

/// What came of a transaction, as the client tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    pub(super) sender: Option<Reply>,
    pub(super) recipients: Vec<Reply>,
    pub(super) outcomes: Vec<(Option<usize>, Reply)>,
    pub(super) not_sent: Option<NotSent>,
}

pub(super) struct Run {
    pub(super) events: Vec<Event>,
    pub(super) books: BTreeMap<u64, Book>,
    pub(super) peer: Peer,
    pub(super) close: Option<Close>,
    pub(super) most_in_flight: usize,
    pub(super) most_queued: usize,
}

/// How octets get from one to the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) cut: usize,
    /// The server answers only when the client has nothing more to say.
    pub(super) lazy: bool,
}

/// The line for piece `i` of message `t`: begins with a dot now and then.
fn piece(t: u64, i: usize) -> String {
    if i == 0 { format!("m{t}\r\n") } else { format!(".piece {i}\r\n") }
}

fn content(t: u64, wish: &Wish) -> Vec<u8> {
    (0..wish.pieces).map(|i| piece(t, i)).collect::<String>().into_bytes()
}

/// Lets a caller send all its messages and QUIT.
pub(super) fn run(config: Config, plan: Plan, wishes: &[Wish], line: Line) -> Run {
    let mut client = Client::new(config);
    let mut run = Run {
        events: Vec::new(),
        books: BTreeMap::new(),
        peer: Peer::new(plan),
        close: None,
        most_in_flight: 0,
        most_queued: 0,
    };
    let mut said = Vec::new();
    let mut at = 0;
    let mut fed = BTreeMap::<u64, usize>::new();
    let mut open: Option<Open> = None;
    for _ in 0..1_000_000 {
        let step = client.poll(Time::ZERO);
        run.most_in_flight = run.most_in_flight.max(client.pipeline.in_flight());
        run.most_queued = run.most_queued.max(client.outbox.len());
        match step {
            Step::Done => {
                assert!(run.close.is_some());
                return run;
            }
            Step::Event(event) => {
                run.events.push(event.clone());
                assert!(!event.is_question() || open.is_none(), "{event:?} while one is open");
                match &event {
                    Event::Ready => match wishes.get(at) {
                        Some(wish) => {
                            open = ask(&mut client, at as u64, wish);
                            run.books.insert(at as u64, Book::default());
                            at += 1;
                        }
                        None => client.quit().unwrap(),
                    },
                    Event::Body { transaction, .. } => {
                        let t = transaction.0;
                        let wish = &wishes[usize::try_from(t).unwrap()];
                        let i = fed.entry(t).or_default();
                        if wish.abandon == Some(*i) {
                            client.abandon().unwrap();
                        } else if *i == wish.pieces {
                            client.finish().unwrap();
                        } else {
                            client.body(Bytes::from(piece(t, *i))).unwrap();
                            *i += 1;
                        }
                    }
                    _ => note(&mut run, event),
                }
                open = open.and_then(|open| match &run.events.last()? {
                    Event::NotSent { transaction, .. } if transaction.0 == open.t => None,
                    Event::Sender { transaction, .. } | Event::Recipient { transaction, .. }
                        if transaction.0 != open.t =>
                    {
                        Some(open)
                    }
                    Event::Ready | Event::Sender { .. } | Event::Recipient { .. } => {
                        let book = &run.books[&open.t];
                        open.go_on(&mut client, book)
                    }
                    _ => Some(open),
                });
            }
            Step::Wait(wait) if wait.write => {
                while client.outbox.has_remaining() {
                    let chunk = client.outbox.chunk().to_vec();
                    said.extend_from_slice(&chunk);
                    client.outbox.advance(chunk.len());
                }
                if !line.lazy {
                    run.peer.take(&core::mem::take(&mut said));
                }
            }
            Step::Wait(_) => {
                if run.peer.wire.is_empty() {
                    run.peer.take(&core::mem::take(&mut said));
                }
                let space = client.inbox.space();
                let n = space.len().min(run.peer.wire.len()).min(line.cut);
                for (to, octet) in space.iter_mut().zip(run.peer.wire.drain(..n)) {
                    *to = octet;
                }
                client.inbox.commit(n);
                if n == 0 {
                    assert!(run.peer.closed, "both wait: {client:?} {:?}", run.peer);
                    client.inbox.close();
                }
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("no end to it");
}

fn ask(client: &mut Client, t: u64, wish: &Wish) -> Option<Open> {
    let recipients = wish.recipients;
    let known = wish.gradual.map_or(recipients, |gradual| gradual.known.min(recipients));
    let envelope = envelope(t, known);
    let begun = if wish.gradual.is_some() { client.begin(envelope) } else { client.send(envelope) };
    assert_eq!(begun.unwrap().0, t);
    wish.gradual.map(|gradual| Open { t, gradual, added: known, recipients })
}

fn note(run: &mut Run, event: Event) {
    assert!(run.close.is_none(), "{event:?} after the end");
    match event {
        Event::Sender { transaction, reply } => {
            let book = run.books.get_mut(&transaction.0).unwrap();
            assert!(book.sender.replace(reply).is_none());
        }
        Event::Recipient { transaction, index, reply } => {
            let book = run.books.get_mut(&transaction.0).unwrap();
            assert_eq!(index, book.recipients.len());
            book.recipients.push(reply);
        }
        Event::Outcome { transaction, recipient, reply } => {
            let book = run.books.get_mut(&transaction.0).unwrap();
            assert!(book.not_sent.is_none());
            book.outcomes.push((recipient, reply));
        }
        Event::NotSent { transaction, reason } => {
            let book = run.books.get_mut(&transaction.0).unwrap();
            assert!(book.not_sent.replace(reason).is_none());
        }
        Event::Fault(fault) => panic!("{fault}"),
        Event::Closed(close) => run.close = Some(close),
        _ => {}
    }
}

/// Whether what the client told is what the server did.
pub(super) fn check(run: &Run, config: &Config, wishes: &[Wish]) {
    let lmtp = config.protocol == lmtp().protocol;
    for (&t, book) in &run.books {
        let text = |reply: &Reply| reply.text().into_owned();
        if let Some(reply) = book.sender.as_ref().filter(|reply| reply.code().as_u16() != 503) {
            assert_eq!(text(reply), format!("s{t}@x"));
        }
        for (i, reply) in book.recipients.iter().enumerate() {
            if reply.code().as_u16() != 503 {
                assert_eq!(text(reply), format!("r{t}-{i}@x"));
            }
        }
        let accepted: Vec<usize> =
            (0..book.recipients.len()).filter(|i| book.recipients[*i].is_positive()).collect();
        if lmtp {
            let told: Vec<_> = book.outcomes.iter().map(|(index, _)| index.unwrap()).collect();
            assert_eq!(told, accepted[..told.len()]);
            assert_eq!(book.not_sent.is_none(), !told.is_empty() && told.len() == accepted.len());
        } else {
            assert_eq!(book.outcomes.len() + usize::from(book.not_sent.is_some()), 1);
        }
        let tag = if wishes[usize::try_from(t).unwrap()].pieces > 0 {
            format!("m{t}")
        } else {
            String::new()
        };
        for (index, reply) in &book.outcomes {
            let expected = index.map_or(tag.clone(), |i| format!("{tag} r{t}-{i}@x"));
            assert_eq!(text(reply).trim(), expected.trim());
        }
        check_delivery(run, t, book, &accepted, &wishes[usize::try_from(t).unwrap()]);
    }
    // Nothing was delivered but what was sent.
    for Delivered { from, to, .. } in &run.peer.delivered {
        let t = from.strip_prefix('s').unwrap().strip_suffix("@x").unwrap();
        assert!(to.iter().all(|to| to.starts_with(&format!("r{t}-"))), "{from} to {to:?}");
    }
}

fn check_delivery(run: &Run, t: u64, book: &Book, accepted: &[usize], wish: &Wish) {
    let delivered: Vec<_> =
        run.peer.delivered.iter().filter(|message| message.from == format!("s{t}@x")).collect();
    for message in &delivered {
        assert_eq!(message.content, content(t, wish), "message {t}");
    }
    let claimed: Vec<_> = book.outcomes.iter().filter(|(_, reply)| reply.is_positive()).collect();
    match &book.not_sent {
        // The server may or may not have it.
        Some(NotSent::Unknown(_)) => assert!(delivered.len() >= claimed.len()),
        _ => assert_eq!(delivered.len(), claimed.len(), "message {t}: {book:?}"),
    }
    for (message, (index, _)) in delivered.iter().zip(&claimed) {
        let to: Vec<_> = match index {
            Some(index) => Vec::from([format!("r{t}-{index}@x")]),
            None => accepted.iter().map(|i| format!("r{t}-{i}@x")).collect(),
        };
        assert_eq!(message.to, to);
    }
}
