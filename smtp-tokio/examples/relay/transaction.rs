//! What is known of a transaction at the next hop.

use smtp_proto::client::{Event, TransactionId};
use smtp_proto::server::Refusal;
use smtp_proto::syntax::reply::Reply;
use tracing::info;

use crate::answer;

pub(crate) struct Transaction {
    pub(crate) id: TransactionId,
    pub(crate) stage: Stage,
    /// The accepted recipients, by their numbers in the envelope there.
    pub(crate) accepted: Vec<usize>,
    /// The reply to MAIL, or to the latest RCPT, until it is passed on.
    pub(crate) answer: Option<Reply>,
    /// The replies to the message: one, or in LMTP one for each accepted recipient.
    pub(crate) outcomes: Vec<(Option<usize>, Reply)>,
    /// It has come to nothing there, and this is what to say of it.
    pub(crate) failure: Option<Refusal>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There may be more recipients.
    Envelope,
    /// There is content to come, and no room for it.
    Blocked,
    /// There is room for content.
    Room,
    /// The content is refused there, and the last reply is still to come: the rest of it is for
    /// nobody.
    Refused,
    /// The content is complete.
    Complete,
}

impl Transaction {
    pub(crate) fn new(id: TransactionId) -> Self {
        Self {
            id,
            stage: Stage::Envelope,
            accepted: Vec::new(),
            answer: None,
            outcomes: Vec::new(),
            failure: None,
        }
    }

    /// Keeps what an event tells, if it is about this transaction.
    pub(crate) fn hear(&mut self, event: Event) {
        match event {
            Event::Body { transaction, .. } if transaction == self.id => self.stage = Stage::Room,
            Event::Sender { transaction, reply } | Event::Recipient { transaction, reply, .. }
                if transaction == self.id =>
            {
                self.answer = Some(reply);
            }
            Event::Outcome { transaction, recipient, reply } if transaction == self.id => {
                self.outcomes.push((recipient, reply));
            }
            Event::NotSent { transaction, reason } if transaction == self.id => {
                info!("next hop: {reason}");
                self.fail(answer::not_sent(&reason));
            }
            _ => {}
        }
    }

    /// The first reason stands.
    pub(crate) fn fail(&mut self, failure: Refusal) {
        self.failure.get_or_insert(failure);
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.stage == Stage::Blocked && self.failure.is_none()
    }

    /// What became of the message for the recipient that was accepted as number `recipient`.
    pub(crate) fn outcome(&self, recipient: usize) -> Option<&Reply> {
        let index = self.accepted.get(recipient);
        let concerns = |about: &Option<usize>| about.is_none() || about.as_ref() == index;
        self.outcomes.iter().find(|(about, _)| concerns(about)).map(|(_, reply)| reply)
    }
}
