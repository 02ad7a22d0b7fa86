//! Sending a message as the server's LIMITS want it (RFC 9422).

#![expect(
    clippy::indexing_slicing,
    reason = "the numbers of a part are places in the envelope it was made of"
)]

use std::fmt;

use smtp_proto::client::{Client, Envelope, NotSent, Part};

use super::delivery::RecipientOutcome;
use super::{BodySource, Delivery, Fate, SendFailure, describe, quit, send_all};
use crate::{Clock, Connection, Stream};

/// Sends one message in as many transactions as the server wants it, and over as many connections.
///
/// `body` gives the content anew for each transaction. `reconnect` makes another connection, ready for
/// messages, to the same server; the one before has said QUIT by then, and `conn` is the last.
///
/// The [`Delivery`] has all recipients in the order of the envelope. Its `sender` is the first reply to
/// MAIL, its `reply` the last one to the message; where there were several, each recipient's fate has
/// its own.
///
/// Not cancel-safe, as [`send`](super::send) is not.
///
/// # Errors
///
/// Not everybody was served, and that is not due to a refusal: [`PartlySent::delivery`] says who was.
pub async fn send_within_limits<S, C, B, F, E>(
    conn: &mut Connection<Client, S, C>,
    mut envelope: Envelope,
    mut body: impl FnMut() -> B,
    mut reconnect: impl FnMut() -> F,
) -> Result<Delivery, PartlySent<E>>
where
    S: Stream,
    C: Clock,
    B: BodySource,
    F: Future<Output = Result<Connection<Client, S, C>, E>>,
{
    if let Some(content) = body().content() {
        describe(&mut envelope, content);
    }
    let mut fates = Fates::new(&envelope);
    let indexes = (0..envelope.to.len()).collect();
    let mut rest = Part { envelope, indexes };
    loop {
        let share = conn.share(rest.envelope);
        let number = |index: &usize| rest.indexes[*index];
        let numbers: Vec<Vec<usize>> =
            share.here.iter().map(|part| part.indexes.iter().map(number).collect()).collect();
        let beyond = share.beyond.map(|part| Part {
            indexes: part.indexes.iter().map(number).collect(),
            envelope: part.envelope,
        });
        let messages = share.here.into_iter().map(|part| (part.envelope, body()));
        let mut failure = None;
        let lost = send_all(conn, messages, |message, result| match result {
            Ok(delivery) => fates.settle(&numbers[message], delivery),
            Err(error) => failure = Some(error),
        });
        let lost = lost.await.err().map(SendFailure::from);
        if let Some(failure) = failure.or(lost) {
            return Err(fates.partly(Cause::Send(failure)));
        }
        let Some(beyond) = beyond else { return Ok(fates.delivery()) };
        rest = beyond;
        // Whether it goes well does not matter: all that was sent has its outcome.
        let _ = quit(conn).await;
        match reconnect().await {
            Ok(another) => *conn = another,
            Err(error) => return Err(fates.partly(Cause::Connect(error))),
        }
    }
}

/// A message that was not sent to everybody, though nobody refused it.
#[derive(Debug)]
pub struct PartlySent<E> {
    /// Who got it and who refused; the others are [`NotSent::Abandoned`].
    pub delivery: Delivery,
    /// Why it did not go on.
    pub cause: Box<Cause<E>>,
}

/// Why a message was not sent to everybody.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause<E> {
    /// It could not be sent, or a connection was lost before it was begun.
    Send(SendFailure),
    /// There was no other connection to be had.
    Connect(E),
}

impl<E: fmt::Display> fmt::Display for PartlySent<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipients = &self.delivery.recipients;
        let left = recipients.iter().filter(|r| matches!(r.fate, Fate::NotSent(_))).count();
        write!(f, "not sent to {left} of {} recipients: ", recipients.len())?;
        match &*self.cause {
            Cause::Send(failure) => failure.fmt(f),
            Cause::Connect(error) => write!(f, "the server wants another connection: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for PartlySent<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.cause {
            Cause::Send(failure) => Some(failure),
            Cause::Connect(error) => Some(error),
        }
    }
}

/// What became of each recipient so far.
struct Fates(Delivery);

impl Fates {
    fn new(envelope: &Envelope) -> Self {
        let fate = Fate::NotSent(NotSent::Abandoned);
        let outcome = |path| RecipientOutcome { path, fate: fate.clone(), try_later: true };
        let recipients = envelope.to.iter().map(|to| outcome(to.path.clone())).collect();
        Self(Delivery { recipients, sender: None, reply: None })
    }

    /// `numbers` says which recipients they were.
    fn settle(&mut self, numbers: &[usize], delivery: Delivery) {
        let Delivery { recipients, sender, reply } = delivery;
        for (number, outcome) in numbers.iter().zip(recipients) {
            self.0.recipients[*number] = outcome;
        }
        self.0.sender = self.0.sender.take().or(sender);
        self.0.reply = reply.or(self.0.reply.take());
    }

    fn delivery(self) -> Delivery {
        self.0
    }

    fn partly<E>(self, cause: Cause<E>) -> PartlySent<E> {
        PartlySent { delivery: self.0, cause: Box::new(cause) }
    }
}
