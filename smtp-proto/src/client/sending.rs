//! What is still to be sent of a message, and how far ahead of the replies.
//!
//! With PIPELINING the whole of MAIL, RCPT and DATA or BDAT is one group (RFC 2920 section 3.1), but
//! never more octets of it are unanswered than the window allows; the rest waits in the envelope.
//! Without it each command waits for the reply to the one before.

use alloc::vec::Vec;

use super::content::Content;
use super::pipeline::Awaited;
use super::{Client, Envelope, Transaction};
use crate::syntax::command::Command;
use crate::syntax::params::Params;

#[derive(Debug)]
pub(super) struct Sending {
    pub(super) envelope: Envelope,
    /// For MAIL, complete.
    pub(super) params: Params,
    pub(super) next: Next,
    pub(super) content: Content,
    /// The server takes nothing but US-ASCII.
    pub(super) seven_bit: bool,
    /// The caller has no content at present, and will go on by itself.
    pub(super) paused: bool,
}

/// What comes next of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// RSET: the transaction before ends with a BDAT LAST that is not answered. If that is refused,
    /// the server would take our MAIL for a nested one, and our RCPT for one of that transaction
    /// (RFC 3030 section 2). Or it was given up before its replies were in.
    Reset,
    Mail,
    /// The RCPT with this index.
    Rcpt(usize),
    /// DATA or the first BDAT.
    Begin,
    /// DATA was sent.
    Permission,
    Content,
}

/// What became of an attempt to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something was sent, or nothing had to be.
    More,
    /// A reply or the caller is needed.
    Blocked,
    /// There is nothing more to send, or no use in it.
    Over,
}

impl Client {
    /// Sends what may be sent now.
    pub(super) fn fill(&mut self) {
        let Some(mut sending) = self.sending.take() else { return };
        loop {
            match self.advance(&mut sending) {
                Progress::More => {}
                Progress::Blocked => break,
                Progress::Over => return,
            }
        }
        self.sending = Some(sending);
    }

    fn advance(&mut self, sending: &mut Sending) -> Progress {
        // Nothing may follow a refusal but what was on its way already.
        if sending.next != Next::Permission && self.is_hopeless() {
            return Progress::Over;
        }
        let (sent, next) = match sending.next {
            Next::Reset => (self.offer(&Command::Rset, Awaited::Cleanup), Next::Mail),
            Next::Mail => {
                let from = sending.envelope.from.borrowed();
                let command = Command::Mail { from, params: sending.params.borrowed() };
                (self.offer(&command, Awaited::Mail), Next::Rcpt(0))
            }
            Next::Rcpt(_) if self.awaits_leave_to_resume() => return Progress::Blocked,
            Next::Rcpt(index) => {
                if let Some(recipient) = sending.envelope.to.get(index) {
                    let to = recipient.path.borrowed();
                    let command = Command::Rcpt { to, params: recipient.params.borrowed() };
                    (self.offer(&command, Awaited::Rcpt), Next::Rcpt(index.saturating_add(1)))
                } else if self.transactions.back().is_some_and(|transaction| transaction.open) {
                    return Progress::Blocked;
                } else {
                    sending.envelope.to = Vec::new();
                    (true, Next::Begin)
                }
            }
            Next::Begin => match sending.content {
                Content::Data(_) => (self.offer(&Command::Data, Awaited::Data), Next::Permission),
                Content::Chunks(_) => (true, Next::Content),
            },
            Next::Permission => return Progress::Blocked,
            Next::Content => match &mut sending.content {
                Content::Data(_) => return Progress::Blocked,
                Content::Chunks(chunks) => return self.send_chunks(chunks),
            },
        };
        if !sent {
            return Progress::Blocked;
        }
        sending.next = next;
        Progress::More
    }

    /// Whether MAIL may turn out to be all that the server needs of the envelope.
    fn awaits_leave_to_resume(&self) -> bool {
        self.transactions.back().is_some_and(|transaction| transaction.resumable)
    }

    /// Whether nothing can come any more of the transaction that is being sent.
    pub(super) fn is_hopeless(&self) -> bool {
        self.transactions.back().is_some_and(Transaction::is_hopeless)
    }

    /// Sends a command if it may be sent now.
    pub(super) fn offer(&mut self, command: &Command<'_>, awaited: Awaited) -> bool {
        self.offer_with(command, 0, awaited)
    }

    /// The same for a command that is followed by so many octets, which count as well.
    pub(super) fn offer_with(
        &mut self,
        command: &Command<'_>,
        content: usize,
        awaited: Awaited,
    ) -> bool {
        if !self.pipelining() && !self.pipeline.is_empty() {
            return false;
        }
        let out = self.outbox.line_buffer();
        let before = out.len();
        command.write(out);
        let octets = out.len().saturating_sub(before).saturating_add(content);
        if !self.pipeline.fits(octets, self.config.limits.window) {
            out.truncate(before);
            return false;
        }
        self.await_reply(awaited, octets);
        true
    }
}
