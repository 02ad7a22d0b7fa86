//! What became of a message.

use std::io;

use smtp_proto::client::{BodyError, Envelope, NotSent, SendError};
use smtp_proto::error::Close;
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::reply::Reply;
use thiserror::Error as ThisError;

use crate::Error;

/// What became of a message, recipient by recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// One for each recipient, in the order of the envelope.
    pub recipients: Vec<RecipientOutcome>,
    /// The reply to MAIL, whatever it says. `None` if it came to none.
    ///
    /// A server that goes away does not answer, even if it says so: with 421 it speaks of the
    /// connection (RFC 5321 sections 3.8 and 4.2.1), and that may come unasked.
    pub sender: Option<Reply>,
    /// The reply to the message as a whole: most servers name it here (their queue id).
    ///
    /// `None` in LMTP, where each recipient has a reply of its own, and if it came to none.
    pub reply: Option<Reply>,
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientOutcome {
    /// The recipient.
    pub path: ForwardPath,
    /// What became of it.
    pub fate: Fate,
    /// The server has not taken the message, and nobody said that it never will: trying again later
    /// may help.
    ///
    /// So it is after 4yz and after a lost connection (RFC 5321 section 3.8), and where 552 to RCPT
    /// stands for too many recipients ([`Reply::is_transient_to_rcpt`]).
    pub try_later: bool,
}

/// What became of a message for one recipient, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server has taken responsibility: the reply to the message.
    Accepted(Reply),
    /// The server refused the recipient, or the message: the reply that says so.
    Refused(Reply),
    /// The server was not asked, or has not answered.
    NotSent(NotSent),
}

impl Delivery {
    /// Whether the server has taken the message for every recipient.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.recipients.iter().all(|recipient| matches!(recipient.fate, Fate::Accepted(_)))
    }
}

impl Fate {
    /// Whether nobody has said that it will always be so; by the class of the reply alone.
    fn is_transient(&self) -> bool {
        match self {
            Self::Accepted(_) => false,
            Self::Refused(reply)
            | Self::NotSent(NotSent::Sender(reply) | NotSent::Content(reply)) => {
                reply.is_transient()
            }
            Self::NotSent(_) => true,
        }
    }
}

/// Why a connection could not be used further.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Lost {
    /// The conversation is over.
    #[error("the conversation is over: {0}")]
    Closed(Close),
    /// The connection failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Why there is no [`Delivery`].
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum SendFailure {
    /// The message can't go over this connection; nothing was sent. The connection is as it was.
    #[error("not sent: {0}")]
    Envelope(#[from] SendError),
    /// The content could not be read. The server did not get the message.
    #[error("broken off: the content could not be read: {0}")]
    Source(io::Error),
    /// The content can't be sent as it is. The server did not get the message.
    #[error("broken off: {0}")]
    Content(#[from] BodyError),
    /// The server says that it has so many octets of the content already (355, RFC 1845 section 4), and
    /// there are not as many, or their lines do not end with CRLF as those that it counts do: by this
    /// `TRANSID` it knows another message.
    #[error(
        "broken off: the server says that it has {0} octets of the message, and there are not as many, \
         or not in lines that end with CRLF: send it with another TRANSID"
    )]
    Offset(u64),
    /// The connection was lost before the message was begun.
    #[error("not sent: {0}")]
    Lost(#[from] Lost),
}

/// A transaction whose outcome is not in.
#[derive(Debug)]
pub(super) struct Progress {
    recipients: Vec<Slot>,
    /// RCPT was accepted for somebody.
    accepted: bool,
    sender: Option<Reply>,
    reply: Option<Reply>,
}

/// A recipient of it.
#[derive(Debug)]
struct Slot {
    path: ForwardPath,
    fate: Option<Fate>,
    /// RCPT was refused for now.
    deferred: bool,
}

impl Progress {
    pub(super) fn new(envelope: &Envelope) -> Self {
        let slot = |path: &ForwardPath| Slot { path: path.clone(), fate: None, deferred: false };
        let recipients = envelope.to.iter().map(|to| slot(&to.path)).collect();
        Self { recipients, accepted: false, sender: None, reply: None }
    }

    /// The reply to MAIL. If it is negative, the client ends the transaction by itself.
    pub(super) fn sender(&mut self, reply: Reply) {
        self.sender = Some(reply);
    }

    /// The reply to RCPT. A positive one settles nothing; and nor does any that comes only because
    /// RCPT was on its way when MAIL was refused.
    pub(super) fn recipient(&mut self, index: usize, reply: Reply) {
        if self.sender.as_ref().is_some_and(|sender| !sender.is_positive()) {
            return;
        }
        if reply.is_positive() {
            self.accepted = true;
        } else if let Some(slot) = self.recipients.get_mut(index) {
            slot.deferred = self.accepted && reply.is_transient_to_rcpt();
            slot.fate = Some(Fate::Refused(reply));
        }
    }

    /// The reply to the content. Tells whether everything is settled.
    pub(super) fn outcome(&mut self, recipient: Option<usize>, reply: Reply) -> bool {
        let fate = |reply: Reply| {
            if reply.is_positive() { Fate::Accepted(reply) } else { Fate::Refused(reply) }
        };
        if let Some(index) = recipient {
            if let Some(slot) = self.recipients.get_mut(index) {
                slot.fate = Some(fate(reply));
            }
            return self.recipients.iter().all(|slot| slot.fate.is_some());
        }
        self.reply = Some(reply.clone());
        for slot in &mut self.recipients {
            slot.fate.get_or_insert_with(|| fate(reply.clone()));
        }
        true
    }

    /// All that is not settled will not be.
    pub(super) fn settle(self, reason: &NotSent) -> Delivery {
        let recipients = self.recipients.into_iter();
        Delivery {
            recipients: recipients
                .map(|Slot { path, fate, deferred }| {
                    let fate = fate.unwrap_or_else(|| Fate::NotSent(reason.clone()));
                    RecipientOutcome { path, try_later: deferred || fate.is_transient(), fate }
                })
                .collect(),
            sender: self.sender,
            reply: self.reply,
        }
    }
}
