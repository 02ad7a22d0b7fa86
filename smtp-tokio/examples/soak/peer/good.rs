//! Peers that do what they should. Most of them are our own client.

use std::time::Duration;

use bytes::Bytes;
use smtp_proto::client::{Envelope, NotSent};
use smtp_proto::error::Close;
use smtp_proto::syntax::reply::Reply;
use smtp_tokio::client::{
    ConnectError, Delivery, EstablishError, Fate as Outcome, Lost, SendFailure, quit, send,
    send_all,
};
use smtp_tokio::{ClientConnection, Error};
use tokio::net::TcpStream;

use super::script::play;
use super::{RECIPIENT, SENDER, Trouble, Visit, Way};
use crate::ledger::Fate;
use crate::message::Message;

/// How often a message of unknown fate is sent again, as a queue does.
const AGAIN: u32 = 20;

type Conn = ClientConnection<TcpStream>;

pub(super) async fn one_by_one(visit: &mut Visit, way: Way) -> Result<(), Trouble> {
    let mut conn = connect(visit, way).await?;
    for _ in 0..visit.rng.u32(1..8) {
        let message = visit.message();
        let mut fate = deliver(visit, &mut conn, &message, 1).await;
        for _ in 0..AGAIN {
            // Whoever does not know whether it arrived has to send it again (RFC 1047).
            if !matches!(fate, Ok(Fate::Unknown)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            if let Ok(another) = connect(visit, way).await {
                conn = another;
                fate = deliver(visit, &mut conn, &message, 1).await;
            }
        }
        match fate? {
            Fate::Acknowledged | Fate::Refused => {}
            Fate::Unknown | Fate::Unfinished => return Err(cut()),
        }
    }
    leave(conn).await
}

pub(super) async fn recipients(visit: &mut Visit) -> Result<(), Trouble> {
    let mut conn = connect(visit, Way::Bdat).await?;
    let message = visit.message();
    let count = visit.rng.usize(2..100);
    match deliver(visit, &mut conn, &message, count).await? {
        Fate::Acknowledged | Fate::Refused => leave(conn).await,
        Fate::Unknown | Fate::Unfinished => Err(cut()),
    }
}

pub(super) async fn ahead(visit: &mut Visit) -> Result<(), Trouble> {
    let way = if visit.rng.bool() { Way::Data } else { Way::Bdat };
    let mut conn = connect(visit, way).await?;
    let (mut attempts, mut sending) = (Vec::new(), Vec::new());
    for _ in 0..visit.rng.usize(2..12) {
        let message = visit.message();
        attempts.push(Some(visit.attempt(&message)));
        sending.push((envelope(1), Bytes::from(message.content)));
    }
    let mut result = Ok(());
    let lost = send_all(&mut conn, sending, |number, outcome| {
        let (fate, trouble) = judge(outcome);
        if let Some(attempt) = attempts[number].take() {
            attempt.settle(fate);
        }
        if let Err(trouble) = trouble {
            result = Err(trouble);
        }
    })
    .await;
    // Those that it did not come to.
    for attempt in attempts.into_iter().flatten() {
        attempt.settle(Fate::Unfinished);
    }
    result?;
    lost.map_err(trouble)?;
    leave(conn).await
}

pub(super) async fn by_hand(visit: &mut Visit) -> Result<(), Trouble> {
    let message = visit.message();
    let bdat = visit.world.offers.chunking && visit.rng.bool();
    let mut wire = visit.connect().await?;
    play(visit, &mut wire, &message, bdat, async |_, wire, octets| wire.write(octets).await).await
}

async fn connect(visit: &Visit, way: Way) -> Result<Conn, Trouble> {
    visit.connector(way).connect(visit.world.server).await.map_err(|error| match error {
        ConnectError::Resolve(error) => Trouble::Absent(error),
        ConnectError::Unreachable(mut attempts) => match attempts.pop() {
            Some(attempt) => Trouble::Absent(attempt.error),
            None => cut(),
        },
        ConnectError::Establish(EstablishError::Refused(reply)) => rejected(&reply),
        ConnectError::Establish(EstablishError::Lost(lost)) => trouble(lost),
        error => Trouble::Rejected(error.to_string()),
    })
}

fn envelope(recipients: usize) -> Envelope {
    let to = (0..recipients).map(|number| {
        let to = if number == 0 { RECIPIENT.into() } else { format!("sink{number}@example.net") };
        to.parse().expect("an address")
    });
    Envelope::new(SENDER.parse().expect("an address"), to)
}

/// Sends a message once. An error if nobody could take it.
async fn deliver(
    visit: &Visit,
    conn: &mut Conn,
    message: &Message,
    recipients: usize,
) -> Result<Fate, Trouble> {
    let attempt = visit.attempt(message);
    let (fate, trouble) = judge(send(conn, envelope(recipients), &message.content[..]).await);
    attempt.settle(fate);
    if fate == Fate::Unknown { Ok(fate) } else { trouble.map(|()| fate) }
}

/// What the client says, as it concerns the message and as it concerns the connection.
fn judge(outcome: Result<Delivery, SendFailure>) -> (Fate, Result<(), Trouble>) {
    let delivery = match outcome {
        Ok(delivery) => delivery,
        Err(SendFailure::Lost(lost)) => return (Fate::Unfinished, Err(trouble(lost))),
        Err(failure) => return (Fate::Refused, Err(Trouble::Rejected(failure.to_string()))),
    };
    let of = |outcome: &Outcome| match outcome {
        Outcome::Accepted(_) => (Fate::Acknowledged, Ok(())),
        Outcome::Refused(reply) => (Fate::Refused, Err(rejected(reply))),
        Outcome::NotSent(NotSent::Sender(reply) | NotSent::Content(reply)) => {
            (Fate::Refused, Err(rejected(reply)))
        }
        Outcome::NotSent(NotSent::Unknown(_)) => (Fate::Unknown, Err(cut())),
        Outcome::NotSent(NotSent::Closed(Close::Unavailable(_))) => {
            (Fate::Unfinished, Err(Trouble::Told))
        }
        Outcome::NotSent(_) => (Fate::Unfinished, Err(cut())),
    };
    // What some of them have got was accepted.
    let mut all = delivery.recipients.iter().map(|recipient| of(&recipient.fate));
    let accepted = all.clone().find(|(fate, _)| *fate == Fate::Acknowledged);
    accepted.or_else(|| all.next()).unwrap_or((Fate::Unfinished, Err(cut())))
}

fn rejected(reply: &Reply) -> Trouble {
    if reply.code().as_u16() == 421 { Trouble::Told } else { Trouble::Rejected(reply.to_string()) }
}

async fn leave(mut conn: ClientConnection<TcpStream>) -> Result<(), Trouble> {
    quit(&mut conn).await.map_err(trouble)
}

fn trouble(lost: Lost) -> Trouble {
    match lost {
        Lost::Failed(Error::Io(error)) => Trouble::Cut(error),
        Lost::Closed(Close::Unavailable(_)) => Trouble::Told,
        lost => Trouble::Cut(std::io::Error::other(lost)),
    }
}

fn cut() -> Trouble {
    Trouble::Cut(std::io::ErrorKind::ConnectionAborted.into())
}
