//! Sending messages.

#![expect(clippy::indexing_slicing, reason = "`find` says where a flight is")]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use smtp_proto::client::{BodyError, Client, Envelope, Event, NotSent, TransactionId};
use smtp_proto::error::Close;

use super::delivery::Progress;
use super::{BodySource, Delivery, Lost, SendFailure, describe};
use crate::{Clock, Connection, Error, Stream};

/// Sends one message and waits for its outcome.
///
/// The connection is ready for a request, as [`establish`](super::establish) and every `send` that
/// succeeded leave it. [`describe`] is applied to the envelope if the content is in memory. A
/// connection that ends in the middle is not an error: the [`Delivery`] says what became of each
/// recipient.
///
/// Not cancel-safe: the outcome of a message can't be told any more once the future is dropped.
pub async fn send<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    envelope: Envelope,
    body: impl BodySource,
) -> Result<Delivery, SendFailure> {
    let mut result = None;
    let sent = send_all(conn, [(envelope, body)], |_, outcome| result = Some(outcome)).await;
    match (result, sent) {
        (Some(result), _) => result,
        (None, Err(lost)) => Err(lost.into()),
        (None, Ok(())) => Err(Lost::Closed(Close::Peer).into()),
    }
}

/// Sends messages one after the other, without waiting for the outcome of one before the next is
/// begun, if the server takes that (PIPELINING).
///
/// `report` gets the number of each message, counted from 0, and what [`send`] would return for
/// it. It is called for every message taken from the iterator, mostly in order.
///
/// # Errors
///
/// The connection was lost. Give `&mut iterator` to keep the messages that were not begun.
pub async fn send_all<S: Stream, C: Clock, B: BodySource>(
    conn: &mut Connection<Client, S, C>,
    messages: impl IntoIterator<Item = (Envelope, B)>,
    report: impl FnMut(usize, Result<Delivery, SendFailure>),
) -> Result<(), Lost> {
    let mut traffic = Traffic { flights: VecDeque::new(), wanted: None, report };
    let result = traffic.run(conn, messages.into_iter().enumerate()).await;
    // The client has told what became of all transactions, unless it was misused.
    let reason = NotSent::Unknown(Close::Peer);
    while let Some(flight) = traffic.flights.pop_front() {
        traffic.land(flight, &reason);
    }
    result
}

/// A message on its way.
struct Flight<B> {
    number: usize,
    transaction: TransactionId,
    body: B,
    progress: Progress,
    /// Octets of the content that the server has already, by its own account (RFC 1845 section 4).
    offset: u64,
    /// Those of them that have not come yet.
    skip: u64,
    /// The octet before.
    last: u8,
    /// Why we broke it off.
    failure: Option<SendFailure>,
}

impl<B> Flight<B> {
    /// What the server does not have of a piece. `None`: nobody knows, since what it has was counted
    /// with lines that end with CRLF, and these do not.
    fn fresh(&mut self, mut piece: Bytes) -> Option<Bytes> {
        let known = piece.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
        self.skip -= known as u64;
        for octet in piece.split_to(known) {
            if (self.last == b'\r') != (octet == b'\n') {
                return None;
            }
            self.last = octet;
        }
        Some(piece)
    }
}

struct Traffic<B, R> {
    flights: VecDeque<Flight<B>>,
    wanted: Option<Wanted>,
    report: R,
}

/// Content that the client has asked for, and that has not come yet.
struct Wanted {
    transaction: TransactionId,
    room: usize,
    /// The client waits for it, and does nothing else.
    waits: bool,
}

/// What came first.
enum Heard {
    Piece(io::Result<Option<Bytes>>),
    Event(Option<Event>),
}

/// Whether the client may be asked for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It has asked; or we have told it that there is nothing at present.
    Ours { asked: bool },
    /// Not before it has asked.
    Its,
}

impl<B: BodySource, R: FnMut(usize, Result<Delivery, SendFailure>)> Traffic<B, R> {
    async fn run<S: Stream, C: Clock>(
        &mut self,
        conn: &mut Connection<Client, S, C>,
        mut messages: impl Iterator<Item = (usize, (Envelope, B))>,
    ) -> Result<(), Lost> {
        let mut turn = Turn::Ours { asked: false };
        let mut closed = None;
        loop {
            while let Turn::Ours { asked } = turn {
                if let Some((number, (envelope, body))) = messages.next() {
                    if self.take_off(conn, number, envelope, body) {
                        turn = Turn::Its;
                    }
                    continue;
                }
                if self.flights.is_empty() {
                    return Ok(());
                }
                if asked {
                    conn.idle().map_err(Error::from)?;
                    turn = Turn::Ours { asked: false };
                }
                break;
            }
            let event = match poll_fn(|cx| self.poll(conn, cx)).await? {
                Heard::Piece(piece) => {
                    self.feed(conn, piece)?;
                    continue;
                }
                Heard::Event(event) => event,
            };
            match event {
                None => return Err(Lost::Closed(closed.unwrap_or(Close::Peer))),
                Some(Event::Ready) => turn = Turn::Ours { asked: true },
                Some(Event::Body { transaction, room }) => {
                    self.wanted = Some(Wanted { transaction, room, waits: true });
                }
                Some(Event::Closed(close)) => {
                    closed = Some(close);
                    turn = Turn::Its;
                }
                Some(event) => self.news(event),
            }
        }
    }

    /// Content that is wanted, or else what happens on the connection meanwhile: the server may have
    /// had enough, or be gone, before a slow source has more.
    fn poll<S: Stream, C: Clock>(
        &mut self,
        conn: &mut Connection<Client, S, C>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Heard, Error>> {
        if let Some(wanted) = &mut self.wanted {
            let of_it = |flight: &&mut Flight<B>| flight.transaction == wanted.transaction;
            match self.flights.iter_mut().find(of_it) {
                Some(flight) => match flight.body.poll_piece(cx, wanted.room) {
                    Poll::Ready(piece) => return Poll::Ready(Ok(Heard::Piece(piece))),
                    Poll::Pending if wanted.waits => {
                        conn.pause()?;
                        wanted.waits = false;
                    }
                    Poll::Pending => {}
                },
                None if wanted.waits => {
                    conn.abandon()?;
                    self.wanted = None;
                }
                // It is over, and nobody wants its content any more.
                None => self.wanted = None,
            }
        }
        conn.poll_next(cx).map_ok(Heard::Event)
    }

    /// Begins a message. A message that can't be sent is reported, and something else may be
    /// asked for.
    fn take_off<S, C>(
        &mut self,
        conn: &mut Connection<Client, S, C>,
        number: usize,
        mut envelope: Envelope,
        body: B,
    ) -> bool {
        if let Some(content) = body.content() {
            describe(&mut envelope, content);
        }
        let progress = Progress::new(&envelope);
        match conn.send(envelope) {
            Ok(transaction) => {
                let failure = None;
                let (offset, skip) = (0, 0);
                let last = 0;
                let flight =
                    Flight { number, transaction, body, progress, offset, skip, last, failure };
                self.flights.push_back(flight);
                true
            }
            Err(error) => {
                (self.report)(number, Err(error.into()));
                false
            }
        }
    }

    /// Answers the client's question for content, at once or after a pause.
    fn feed<S, C>(
        &mut self,
        conn: &mut Connection<Client, S, C>,
        piece: io::Result<Option<Bytes>>,
    ) -> Result<(), Error> {
        let Some(Wanted { transaction, waits, .. }) = self.wanted.take() else { return Ok(()) };
        let flight = self.flights.iter_mut().find(|flight| flight.transaction == transaction);
        let Some(flight) = flight else { return Ok(()) };
        let failure = match piece.map(|piece| piece.filter(|piece: &Bytes| !piece.is_empty())) {
            Ok(Some(piece)) => match flight.fresh(piece) {
                Some(piece) => conn.body(piece).err().map(SendFailure::from),
                None => Some(SendFailure::Offset(flight.offset)),
            },
            Ok(None) if flight.skip > 0 => Some(SendFailure::Offset(flight.offset)),
            Ok(None) => conn.finish().err().map(SendFailure::from),
            Err(error) => Some(SendFailure::Source(error)),
        };
        match failure {
            // The transaction has failed during the pause. Its end is told with the last reply.
            Some(SendFailure::Content(BodyError::Misuse(_))) if !waits => {}
            Some(failure) => {
                let abandoned = conn.abandon();
                if waits || abandoned.is_ok() {
                    flight.failure = Some(failure);
                    abandoned?;
                }
            }
            None => {}
        }
        Ok(())
    }

    fn news(&mut self, event: Event) {
        match event {
            Event::Sender { transaction, reply } => {
                if let Some(at) = self.find(transaction) {
                    self.flights[at].progress.sender(reply);
                }
            }
            Event::Recipient { transaction, index, reply } => {
                if let Some(at) = self.find(transaction) {
                    self.flights[at].progress.recipient(index, reply);
                }
            }
            Event::Resumed { transaction, offset } => {
                if let Some(at) = self.find(transaction) {
                    let flight = &mut self.flights[at];
                    (flight.offset, flight.skip) = (offset, offset);
                }
            }
            Event::Outcome { transaction, recipient, reply } => {
                if let Some(at) = self.find(transaction)
                    && self.flights[at].progress.outcome(recipient, reply)
                {
                    self.lands(at, &NotSent::Abandoned);
                }
            }
            Event::NotSent { transaction, reason } => {
                if let Some(at) = self.find(transaction) {
                    self.lands(at, &reason);
                }
            }
            _ => {}
        }
    }

    fn find(&self, transaction: TransactionId) -> Option<usize> {
        self.flights.iter().position(|flight| flight.transaction == transaction)
    }

    fn lands(&mut self, at: usize, reason: &NotSent) {
        if let Some(flight) = self.flights.remove(at) {
            self.land(flight, reason);
        }
    }

    fn land(&mut self, flight: Flight<B>, reason: &NotSent) {
        let delivery = flight.progress.settle(reason);
        (self.report)(flight.number, flight.failure.map_or(Ok(delivery), Err));
    }
}
