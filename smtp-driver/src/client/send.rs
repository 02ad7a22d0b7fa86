//! Sending messages.

use std::collections::VecDeque;
use std::future::poll_fn;

use bytes::Bytes;
use smtp_proto::client::{Client, Envelope, Event, NotSent, TransactionId};
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
    let mut flights = Flights { flights: VecDeque::new(), report };
    let result = flights.run(conn, messages.into_iter().enumerate()).await;
    // The client has told what became of all transactions, unless it was misused.
    let reason = NotSent::Unknown(Close::Peer);
    while let Some(flight) = flights.flights.pop_front() {
        flights.land(flight, &reason);
    }
    result
}

/// A message on its way.
struct Flight<B> {
    number: usize,
    transaction: TransactionId,
    body: B,
    progress: Progress,
    /// Why we broke it off.
    failure: Option<SendFailure>,
}

struct Flights<B, R> {
    flights: VecDeque<Flight<B>>,
    report: R,
}

/// Whether the client may be asked for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It has asked; or we have told it that there is nothing at present.
    Ours { asked: bool },
    /// Not before it has asked.
    Its,
}

impl<B: BodySource, R: FnMut(usize, Result<Delivery, SendFailure>)> Flights<B, R> {
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
            match conn.next().await? {
                None => return Err(Lost::Closed(closed.unwrap_or(Close::Peer))),
                Some(Event::Ready) => turn = Turn::Ours { asked: true },
                Some(Event::Body { transaction, room }) => {
                    self.feed(conn, transaction, room).await?;
                }
                Some(Event::Closed(close)) => {
                    closed = Some(close);
                    turn = Turn::Its;
                }
                Some(event) => self.news(event),
            }
        }
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
                let flight = Flight { number, transaction, body, progress, failure };
                self.flights.push_back(flight);
                true
            }
            Err(error) => {
                (self.report)(number, Err(error.into()));
                false
            }
        }
    }

    /// Answers the client's question for content.
    async fn feed<S, C>(
        &mut self,
        conn: &mut Connection<Client, S, C>,
        transaction: TransactionId,
        room: usize,
    ) -> Result<(), Error> {
        let flight = self.flights.iter_mut().find(|flight| flight.transaction == transaction);
        let Some(flight) = flight else { return Ok(conn.abandon()?) };
        let piece = poll_fn(|cx| flight.body.poll_piece(cx, room)).await;
        let failure = match piece.map(|piece| piece.filter(|piece: &Bytes| !piece.is_empty())) {
            Ok(Some(piece)) => conn.body(piece).err().map(SendFailure::from),
            Ok(None) => conn.finish().err().map(SendFailure::from),
            Err(error) => Some(SendFailure::Source(error)),
        };
        if let Some(failure) = failure {
            flight.failure = Some(failure);
            conn.abandon()?;
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
