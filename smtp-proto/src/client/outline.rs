//! What a log may say of a client's events.

use super::{Event, TransactionId};
use crate::machine::{Mark, Outline};

impl Event {
    /// What a log may say of it: no secrets, and nothing of a message.
    pub(super) fn outline(&self) -> Outline<'_> {
        let outline = |name| Outline { name, detail: None, transaction: None, minor: false };
        let within = |transaction: &TransactionId| Some(Mark::Within(transaction.0));
        match self {
            Self::Ready => Outline { minor: true, ..outline("ready") },
            Self::Body { transaction, .. } => Outline {
                transaction: within(transaction),
                minor: true,
                ..outline("content wanted")
            },
            Self::Challenge(_) => outline("AUTH, a challenge"),
            Self::Greeted(reply) => Outline { detail: Some(reply), ..outline("greeting") },
            Self::Refused(reply) => Outline { detail: Some(reply), ..outline("refused") },
            Self::Hello { reply, .. } => Outline { detail: Some(reply), ..outline("hello") },
            Self::Secured(_) => outline("TLS"),
            Self::Authenticated(reply) => Outline { detail: Some(reply), ..outline("AUTH") },
            Self::Sender { transaction, reply } => {
                Outline { detail: Some(reply), transaction: within(transaction), ..outline("MAIL") }
            }
            Self::Resumed { transaction, offset } => Outline {
                detail: Some(offset),
                transaction: within(transaction),
                ..outline("goes on behind octet")
            },
            Self::Recipient { transaction, reply, .. } => {
                Outline { detail: Some(reply), transaction: within(transaction), ..outline("RCPT") }
            }
            Self::Outcome { transaction, recipient: None, reply } => Outline {
                detail: Some(reply),
                transaction: Some(Mark::Ends(transaction.0)),
                ..outline("message")
            },
            Self::Outcome { transaction, reply, .. } => Outline {
                detail: Some(reply),
                transaction: within(transaction),
                ..outline("message, for one recipient")
            },
            Self::NotSent { transaction, reason } => Outline {
                detail: Some(reason),
                transaction: Some(Mark::Ends(transaction.0)),
                ..outline("not sent")
            },
            Self::Answer(reply) => Outline { detail: Some(reply), ..outline("answer") },
            Self::Fault(fault) => Outline { detail: Some(fault), ..outline("fault") },
            Self::Turned => outline("roles reversed"),
            Self::Closed(close) => {
                Outline { detail: Some(close), transaction: Some(Mark::Over), ..outline("closed") }
            }
        }
    }
}
