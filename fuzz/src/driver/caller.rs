//! Who sends: from the greeting to QUIT, as the driver's own functions do it.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use arbitrary::Arbitrary;
use bytes::Bytes;
use smtp_driver::client::{self, BodySource, Delivery, Fate, Login, SendFailure, StartTls};
use smtp_driver::{Connection, Error};
use smtp_proto::client::{Client, Envelope};

use super::world::{End, Watch};
use crate::oracle::{ended, normalized};

/// A message to be sent.
#[derive(Arbitrary, Debug)]
pub struct Message<'a> {
    recipients: u8,
    /// What the source of its content does before each piece.
    source: Source,
    content: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Source {
    /// It is all there, and known beforehand.
    Memory,
    /// It comes in pieces of so many octets and one.
    Pieces(u8),
    /// The same, and each piece makes one wait.
    Slow(u8),
    /// It fails at this octet.
    Fails(u8),
}

impl Message<'_> {
    /// As lines, the last with or without its end; or, if it can't be text, octet by octet.
    pub fn may_arrive_as(&self, found: &[u8]) -> bool {
        let lines = normalized(self.content);
        let binary = self.content.contains(&0) && found == self.content;
        binary || found == lines || found == ended(lines)
    }

    pub fn may_fail(&self) -> bool {
        matches!(self.source, Source::Fails(_))
    }

    fn envelope(&self, index: usize) -> Envelope {
        let from = format!("m{index}@example.org").parse().expect("a path");
        let to = (0..1 + self.recipients % 5)
            .map(|number| format!("user{number}@example.org").parse().expect("a path"));
        let mut envelope = Envelope::new(from, to);
        if !self.content.is_ascii() {
            envelope.body = smtp_proto::syntax::params::BodyType::EightBitMime;
        }
        envelope
    }
}

/// What the caller has heard.
#[derive(Debug, Default)]
pub struct Report {
    outcomes: Vec<(usize, Result<Delivery, SendFailure>)>,
    /// QUIT was said and answered.
    pub good_end: bool,
}

impl Report {
    /// Who the message was acknowledged for.
    pub fn acknowledged(&self, index: usize) -> Vec<String> {
        let mut outcomes = self.outcomes.iter().filter(|(number, _)| *number == index);
        let outcome = outcomes.next();
        assert!(outcomes.next().is_none(), "two outcomes of one message");
        let Some((_, Ok(delivery))) = outcome else { return Vec::new() };
        let accepted = |fate: &Fate| matches!(fate, Fate::Accepted(_));
        let recipients = delivery.recipients.iter().filter(|outcome| accepted(&outcome.fate));
        recipients.map(|outcome| outcome.path.to_string()).collect()
    }
}

/// Content as it comes.
struct Body {
    rest: Bytes,
    source: Source,
    waited: bool,
    /// Octets given so far.
    given: usize,
}

impl BodySource for Body {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let most = match self.source {
            Source::Memory => usize::MAX,
            Source::Pieces(most) => 1 + usize::from(most),
            Source::Slow(most) => {
                self.waited = !self.waited;
                if self.waited {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                1 + usize::from(most)
            }
            Source::Fails(at) => match usize::from(at).saturating_sub(self.given) {
                0 => return Poll::Ready(Err(io::ErrorKind::Other.into())),
                left => left,
            },
        };
        let piece = self.rest.split_to(self.rest.len().min(most).min(room.max(1)));
        self.given += piece.len();
        Poll::Ready(Ok((!piece.is_empty()).then_some(piece)))
    }

    fn content(&self) -> Option<&[u8]> {
        matches!(self.source, Source::Memory).then_some(&self.rest)
    }
}

pub async fn run(
    mut conn: Connection<Client, End, Watch>,
    starttls: StartTls,
    messages: &[Message<'_>],
    report: Rc<RefCell<Report>>,
) {
    let login = Login { starttls, ..Login::default() };
    if client::establish(&mut conn, &login).await.is_err() {
        return;
    }
    let messages = messages.iter().enumerate().map(|(index, message)| {
        let rest = Bytes::copy_from_slice(message.content);
        let body = Body { rest, source: message.source, waited: false, given: 0 };
        (message.envelope(index), body)
    });
    let sent = client::send_all(&mut conn, messages, |number, outcome| {
        report.borrow_mut().outcomes.push((number, outcome));
    });
    if sent.await.is_err() {
        return;
    }
    if client::quit(&mut conn).await.is_ok() {
        report.borrow_mut().good_end = true;
        let end = conn.next().await;
        assert!(matches!(end, Ok(None) | Err(Error::Io(_))), "{end:?} behind the end");
        let end = conn.next().await;
        assert!(matches!(end, Ok(None)), "{end:?} again");
    }
}
