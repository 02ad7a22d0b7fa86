//! What is known of a mail transaction that has begun and is not over.

use alloc::collections::VecDeque;

use super::{NotSent, TransactionId};
use crate::error::Close;
use crate::syntax::reply::Reply;

#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) id: TransactionId,
    /// Recipients in the envelope.
    pub(super) recipients: usize,
    /// There may be more of them.
    pub(super) open: bool,
    /// The content goes in BDAT chunks.
    pub(super) chunked: bool,
    /// A piece of the content may be a URL: nothing follows it before the final reply (RFC 4468 section
    /// 3.2).
    pub(super) burl: bool,
    /// MAIL has TRANSID: what comes next depends on its reply (RFC 1845 section 4).
    pub(super) resumable: bool,
    /// It goes on that way: whoever is in the envelope, the server knows and has accepted.
    pub(super) resumed: bool,
    /// Commands sent and not answered.
    pub(super) outstanding: usize,
    /// RCPT commands answered.
    pub(super) heard: usize,
    /// Of them, with acceptance.
    pub(super) accepted: usize,
    /// LMTP: the accepted recipients that have no outcome yet.
    pub(super) owed: VecDeque<usize>,
    /// MAIL was refused.
    pub(super) sender_refusal: Option<Reply>,
    /// DATA or a chunk was refused.
    pub(super) content_refusal: Option<Reply>,
    /// A refused BDAT leaves the server in a state that only RSET ends (RFC 3030 section 2).
    pub(super) needs_reset: bool,
    /// The caller broke it off.
    pub(super) abandoned: bool,
    /// The end of the content was queued: from here on the server may have the message.
    pub(super) complete: bool,
    /// The server has the message once it has taken so many octets in all.
    pub(super) ends_at: u64,
    /// There was an outcome for everybody.
    pub(super) settled: bool,
}

impl Transaction {
    pub(super) fn new(id: TransactionId, recipients: usize) -> Self {
        Self {
            id,
            recipients,
            open: true,
            chunked: false,
            burl: false,
            resumable: false,
            resumed: false,
            outstanding: 0,
            heard: 0,
            accepted: 0,
            owed: VecDeque::new(),
            sender_refusal: None,
            content_refusal: None,
            needs_reset: false,
            abandoned: false,
            complete: false,
            ends_at: 0,
            settled: false,
        }
    }

    /// The server knows the whole envelope already.
    pub(super) fn resume(&mut self, lmtp: bool) {
        self.resumed = true;
        for _ in 0..self.recipients {
            self.accept(lmtp);
        }
    }

    /// The next recipient is accepted.
    pub(super) fn accept(&mut self, lmtp: bool) {
        if lmtp {
            self.owed.push_back(self.heard);
        }
        self.heard = self.heard.saturating_add(1);
        self.accepted = self.accepted.saturating_add(1);
    }

    /// Every RCPT was answered, and there will be no other.
    pub(super) fn is_complete_envelope(&self) -> bool {
        !self.open && self.heard == self.recipients
    }

    /// Nobody is there to take the content, and nobody will be.
    fn is_for_nobody(&self) -> bool {
        self.is_complete_envelope() && self.accepted == 0
    }

    /// Whether somebody is known to be there to take the content.
    pub(super) fn is_wanted(&self) -> bool {
        self.sender_refusal.is_none() && self.content_refusal.is_none() && self.accepted > 0
    }

    /// Whether nothing can come of it any more.
    pub(super) fn is_hopeless(&self) -> bool {
        self.sender_refusal.is_some()
            || self.content_refusal.is_some()
            || self.abandoned
            || self.is_for_nobody()
    }

    /// Why it ends without an outcome, now that all its replies are in; `None` if it had one.
    pub(super) fn verdict(self) -> Option<NotSent> {
        if self.settled {
            return None;
        }
        let for_nobody = self.is_for_nobody();
        Some(match (self.sender_refusal, self.content_refusal) {
            (Some(reply), _) => NotSent::Sender(reply),
            (None, _) if for_nobody => NotSent::NoRecipients,
            (None, Some(reply)) => NotSent::Content(reply),
            (None, None) => NotSent::Abandoned,
        })
    }

    /// The same for a transaction whose connection has ended: what is known already stands, the
    /// rest was cut off.
    pub(super) fn verdict_at_close(self, close: &Close) -> Option<NotSent> {
        if self.settled || self.is_hopeless() {
            return self.verdict();
        }
        let close = close.clone();
        Some(if self.complete { NotSent::Unknown(close) } else { NotSent::Closed(close) })
    }
}
