//! What a client asks and tells its caller.

use thiserror::Error;

use crate::error::{Close, Fault};
use crate::machine::Tls;
use crate::sasl::Secret;
use crate::syntax::capability::Capabilities;
use crate::syntax::reply::Reply;

/// Names a transaction on its connection. The first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub u64);

/// What a client asks and tells its caller.
///
/// Questions come first in the list; [`is_question`](Event::is_question) tells them from news.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Question: what next? Answered by `send`, `begin`, `start_tls`, `authenticate`, `verify`,
    /// `expand`, `help`, `etrn`, `atrn`, `xclient`, `xforward`, `private`, `hello`, `noop`, `reset`,
    /// `quit` or `idle`. Does not come while an envelope is open.
    ///
    /// May come before the outcome of the last transaction is in (pipelining).
    Ready,
    /// Question: content of a message is wanted. Answered by `body`, `burl`, `finish` or `abandon`, or
    /// left for later by `pause`.
    Body {
        /// Whose content.
        transaction: TransactionId,
        /// Octets that are welcome now. More is taken, and held.
        room: usize,
    },
    /// Question: the server's SASL challenge, decoded. Answered by `respond` or `cancel`.
    Challenge(Secret),

    /// News: the server's greeting.
    Greeted(Reply),
    /// News: the greeting was a refusal, or the reply to EHLO, HELO or LHLO was. QUIT is sent, and
    /// `Closed` follows.
    Refused(Reply),
    /// News: the reply to EHLO, HELO or LHLO.
    Hello {
        /// The reply itself.
        reply: Reply,
        /// What it announced; nothing for HELO.
        capabilities: Capabilities,
    },
    /// News: TLS is active. A new `Hello` follows.
    Secured(Tls),
    /// News: AUTH is over. Positive: authenticated; otherwise the refusal, and `Ready` again.
    Authenticated(Reply),
    /// News: the reply to MAIL.
    Sender {
        /// Whose.
        transaction: TransactionId,
        /// The reply.
        reply: Reply,
    },
    /// News: the server knows this transaction from another connection, by its `TRANSID` (355, RFC
    /// 1845 section 4): the whole envelope is accepted, and of the content it wants what comes behind
    /// so many octets, as SIZE counts them. No `Sender` and no `Recipient` comes.
    ///
    /// The envelope has to name those recipients only that were accepted there: in LMTP each of them
    /// has an `Outcome`.
    Resumed {
        /// Whose.
        transaction: TransactionId,
        /// Octets of the content that are not to be sent again.
        offset: u64,
    },
    /// News: the reply to one RCPT, in the order of the envelope.
    Recipient {
        /// Whose.
        transaction: TransactionId,
        /// The recipient, counted from 0 in the envelope, as `add_recipient` told.
        index: usize,
        /// The reply.
        reply: Reply,
    },
    /// News: the final reply to the message. In LMTP one for each accepted recipient.
    Outcome {
        /// Whose.
        transaction: TransactionId,
        /// LMTP: the recipient, counted from 0 in the envelope. Otherwise `None`: all accepted.
        recipient: Option<usize>,
        /// The reply.
        reply: Reply,
    },
    /// News: the transaction ended, and there is no (further) `Outcome` for it.
    NotSent {
        /// Whose.
        transaction: TransactionId,
        /// Why.
        reason: NotSent,
    },
    /// News: the reply to `verify`, `expand`, `help`, `noop`, `reset`, `etrn`, `xclient`, `xforward`
    /// or `private`, or a refusal of `start_tls`, `atrn` or `hello`. A new `Hello` follows that to `xclient`, if
    /// it was accepted.
    Answer(Reply),
    /// News: the server broke the protocol. `Closed` follows.
    Fault(Fault),
    /// News: ATRN was accepted. The last event: a server takes the place of this machine
    /// ([`Step::Turn`](crate::Step::Turn)).
    Turned,
    /// News: the conversation is over. The last event.
    Closed(Close),
}

/// Why a transaction has no outcome.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotSent {
    /// MAIL was refused.
    #[error("the sender was refused: {0}")]
    Sender(Reply),
    /// Every recipient was refused; the replies came with `Recipient`. Or there was none when
    /// `begin_content` was called.
    #[error("no recipient was accepted")]
    NoRecipients,
    /// DATA, or a chunk before the last, was refused.
    #[error("the message was refused: {0}")]
    Content(Reply),
    /// The caller broke it off.
    #[error("broken off")]
    Abandoned,
    /// The connection ended before the content was complete: the server has no message.
    #[error("{0}")]
    Closed(Close),
    /// The connection ended after the content was complete and before the reply to it: the server
    /// may or may not have the message (RFC 1047).
    #[error("not known, the connection ended before the reply: {0}")]
    Unknown(Close),
}

impl Event {
    /// Whether the client waits for an answer.
    #[must_use]
    pub fn is_question(&self) -> bool {
        matches!(self, Self::Ready | Self::Body { .. } | Self::Challenge(_))
    }
}
