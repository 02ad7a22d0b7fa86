//! DATA and BDAT, up to the final reply.

use core::mem;

use bytes::Bytes;

use super::command::Breach;
use super::deadlines::Awaited;
use super::poll::Turn;
use super::{Abort, Event, Question, Refusal, Server, Task, Transfer};
use crate::body::chunk::Chunk;
use crate::body::dot::Unstuffer;
use crate::body::newline::{Check, Normalizer};
use crate::body::{Newlines, Survey};
use crate::error::{Close, Fault};
use crate::machine::Time;
use crate::session::{Act, Phase, Protocol};
use crate::syntax::reply::{Code, EnhancedCode};

/// Content on its way in: all of a message, or one chunk of it.
#[derive(Debug)]
pub(super) struct Content {
    source: Source,
    /// The message is refused; the rest is read and thrown away, and then that is the reply.
    verdict: Option<Verdict>,
    /// Octets thrown away.
    discarded: u64,
}

#[derive(Debug)]
enum Source {
    Data(Unstuffer),
    Chunk(Chunk),
}

/// Why a message is refused.
#[derive(Debug)]
pub(super) struct Verdict {
    /// `None`: the application refused it.
    fault: Option<Fault>,
    refusal: Refusal,
}

/// What is to be known of the text of a message across its pieces and chunks.
#[derive(Debug, Default)]
pub(super) struct Text {
    check: Check,
    survey: Survey,
    normalizer: Normalizer,
}

impl Content {
    pub(super) fn data(newlines: Newlines) -> Self {
        Self { source: Source::Data(Unstuffer::new(newlines)), verdict: None, discarded: 0 }
    }

    pub(super) fn chunk(size: u64, last: bool) -> Self {
        Self { source: Source::Chunk(Chunk::new(size, last)), verdict: None, discarded: 0 }
    }

    /// Refuses the message; the first verdict stands.
    pub(super) fn refuse(&mut self, verdict: Verdict) {
        self.verdict.get_or_insert(verdict);
    }

    fn act(&self) -> Act {
        match &self.source {
            Source::Data(_) => Act::Content,
            Source::Chunk(chunk) if chunk.is_last() => Act::LastChunk,
            Source::Chunk(_) => Act::Chunk,
        }
    }

    /// Octets that are still to come for sure.
    fn announced(&self) -> u64 {
        match &self.source {
            Source::Data(_) => 0,
            Source::Chunk(chunk) => chunk.remaining(),
        }
    }
}

impl From<Breach> for Verdict {
    fn from(breach: Breach) -> Self {
        let refusal = Refusal::permanent(breach.code, breach.subject, breach.detail, breach.text);
        Self { fault: Some(breach.fault), refusal }
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self { fault: None, refusal }
    }
}

impl Verdict {
    fn too_large(limit: u64) -> Self {
        Self {
            fault: Some(Fault::MessageTooLarge { limit }),
            refusal: Refusal::permanent(Code::EXCEEDED_STORAGE, 3, 4, "Message too large"),
        }
    }

    fn bare_newline() -> Self {
        let text = "Bare CR or LF in the message: lines end with CR LF";
        Self {
            fault: Some(Fault::BareNewline),
            refusal: Refusal::permanent(Code::MAILBOX_UNAVAILABLE, 6, 11, text),
        }
    }

    fn line_too_long(limit: usize) -> Self {
        Self {
            fault: Some(Fault::BodyLineTooLong { limit }),
            refusal: Refusal::permanent(Code::TRANSACTION_FAILED, 6, 0, "Message line too long"),
        }
    }
}

impl Server {
    /// Begins with a chunk. The octets are read in any case; before the first chunk of a message
    /// the application is asked.
    pub(super) fn begin_chunk(&mut self, mut content: Content) -> Turn {
        let limit = self.config.limits.message;
        if content.announced() > limit.saturating_sub(self.transaction.octets) {
            content.refuse(Verdict::too_large(limit));
        }
        let first = content.verdict.is_none() && self.phase == Phase::Rcpt;
        self.task = Task::Content(content);
        if first {
            let transfer = Transfer::Chunked;
            return self.ask(Question::Message(transfer), Event::Message(transfer));
        }
        Turn::Again
    }

    pub(super) fn content_turn(&mut self, now: Time) -> Turn {
        if self.deadlines.content(now, &self.config.timeouts) <= now {
            self.time_out(Awaited::Content);
            return Turn::Again;
        }
        let Task::Content(mut content) = mem::replace(&mut self.task, Task::Command) else {
            return Turn::Again;
        };
        let before = self.inbox.len();
        let (piece, done) = self.read(&mut content);
        let read = before - self.inbox.len();
        if read == 0 && !done {
            self.task = Task::Content(content);
            return if self.inbox.is_closed() {
                self.hang_up()
            } else {
                Turn::Wait(Awaited::Content)
            };
        }
        self.deadlines.restart();
        let piece = self.inspect(&mut content, piece, done);
        if self.too_much_to_discard(&mut content, read) {
            return Turn::Again;
        }
        self.task =
            if done { Task::Deliver { content, answered: 0 } } else { Task::Content(content) };
        match piece {
            Some(piece) if !piece.is_empty() => {
                self.transaction.octets += piece.len() as u64;
                Turn::Event(Event::Body(piece))
            }
            _ => Turn::Again,
        }
    }

    /// Takes what there is of the content out of the inbox, and says whether that was the end.
    fn read(&mut self, content: &mut Content) -> (Bytes, bool) {
        match &mut content.source {
            Source::Data(unstuffer) => {
                let found = unstuffer.decode(self.inbox.filled_mut());
                let piece = self.inbox.take(found.kept).freeze();
                self.inbox.consume(found.consumed - found.kept);
                (piece, found.done)
            }
            Source::Chunk(chunk) => {
                let here = chunk.take(self.inbox.len());
                (self.inbox.take(here).freeze(), chunk.is_complete())
            }
        }
    }

    /// Looks at a piece of content: what of it goes to the application, unless the message is
    /// refused.
    fn inspect(&mut self, content: &mut Content, piece: Bytes, done: bool) -> Option<Bytes> {
        if content.verdict.is_some() {
            return None;
        }
        let policy = self.config.newlines;
        let longest_allowed = self.config.limits.body_line;
        let text = &mut self.transaction.text;
        let (bare, longest) = match &content.source {
            Source::Data(unstuffer) => (unstuffer.is_refused(), unstuffer.longest_line()),
            Source::Chunk(_) if self.transaction.binary => (false, 0),
            Source::Chunk(chunk) => {
                text.survey.push(&piece);
                let ends = done && chunk.is_last();
                let bare = text.check.push(&piece).is_err() || ends && text.check.finish().is_err();
                let longest = if ends { text.survey.clone().finish().longest_line } else { 0 };
                (policy == Newlines::Reject && bare, longest)
            }
        };
        let piece = if policy == Newlines::Normalize && !self.transaction.binary {
            text.normalize(piece, done && content.act() != Act::Chunk)
        } else {
            piece
        };
        let limit = self.config.limits.message;
        if bare {
            content.refuse(Verdict::bare_newline());
        } else if longest > longest_allowed {
            content.refuse(Verdict::line_too_long(longest_allowed));
        } else if piece.len() as u64 > limit.saturating_sub(self.transaction.octets) {
            content.refuse(Verdict::too_large(limit));
        }
        content.verdict.is_none().then_some(piece)
    }

    /// Closes the connection if more would have to be thrown away than is worth it.
    fn too_much_to_discard(&mut self, content: &mut Content, read: usize) -> bool {
        let Some(verdict) = &content.verdict else { return false };
        content.discarded = content.discarded.saturating_add(read as u64);
        let total = content.discarded.saturating_add(content.announced());
        if total <= self.config.limits.discard {
            return false;
        }
        self.reply_refusal(&verdict.refusal, false);
        self.news.fault.clone_from(&verdict.fault);
        self.close(Close::TooMany("octets of a refused message"));
        true
    }

    /// The content is complete: it is asked about, or refused; in LMTP once for each recipient.
    pub(super) fn deliver_turn(&mut self) -> Turn {
        let Task::Deliver { content, answered } = &mut self.task else { return Turn::Again };
        let act = content.act();
        if let Some(verdict) = &content.verdict {
            let refusal = verdict.refusal.clone();
            let count = *answered;
            *answered += 1;
            if count < self.final_replies(act) {
                self.reply_refusal(&refusal, false);
            } else {
                self.content_refused();
            }
            return Turn::Again;
        }
        if act == Act::Chunk {
            self.reply(Code::OK, EnhancedCode::positive(0, 0), "Chunk received");
            self.advance(act, Code::OK);
            self.task = Task::Command;
            return Turn::Again;
        }
        let lmtp = self.config.protocol == Protocol::Lmtp;
        let recipient = lmtp.then_some(*answered);
        let octets = self.transaction.octets;
        self.ask(Question::Deliver, Event::Deliver { recipient, octets })
    }

    /// The refusal of the message was written: moves on.
    fn content_refused(&mut self) {
        let task = mem::replace(&mut self.task, Task::Command);
        let (Task::Deliver { content, .. } | Task::Content(content)) = task else { return };
        let act = content.act();
        let Some(Verdict { fault, refusal }) = content.verdict else { return };
        match fault {
            Some(Fault::MessageTooLarge { .. }) | None => self.tally.rejection(),
            Some(_) => self.tally.error(),
        }
        self.news.fault = fault;
        if matches!(self.phase, Phase::Rcpt | Phase::Chunks | Phase::Data) {
            self.abort(Abort::Refused);
            self.deadlines.content_over();
        }
        self.advance(act, refusal.code());
        if refusal.closes() {
            self.close(Close::Shutdown);
        }
        self.check_tally();
    }

    /// Carries out the answer to [`Event::Deliver`], which was written already.
    pub(super) fn delivered(&mut self, accepted: bool) {
        let Task::Deliver { content, answered } = &mut self.task else { return };
        *answered += 1;
        let (act, answered) = (content.act(), *answered);
        if accepted {
            self.tally.delivered();
        } else {
            self.tally.rejection();
        }
        if answered < self.final_replies(act) {
            return;
        }
        self.transaction.live = false;
        self.advance(act, Code::OK);
        self.deadlines.content_over();
        self.task = Task::Command;
    }

    /// Refuses the message whose content is coming. `false`: there is none.
    pub(super) fn refuse_now(&mut self, refusal: Refusal) -> bool {
        let (Task::Content(content) | Task::Deliver { content, answered: 0 }) = &mut self.task
        else {
            return false;
        };
        if content.verdict.is_some() {
            return false;
        }
        content.refuse(refusal.into());
        true
    }
}

impl Text {
    fn normalize(&mut self, piece: Bytes, ends: bool) -> Bytes {
        let piece = self.normalizer.push(piece);
        if !ends {
            return piece;
        }
        let rest = self.normalizer.finish();
        if rest.is_empty() { piece } else { [piece, rest].concat().into() }
    }
}
