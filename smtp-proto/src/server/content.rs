//! DATA and BDAT, up to the final reply.

use core::mem;

use bytes::Bytes;

use super::deadlines::Awaited;
use super::poll::Turn;
use super::verdict::{Text, Verdict};
use super::{Abort, Event, Question, Refusal, Server, Task, Transfer};
use crate::body::Newlines;
use crate::body::chunk::Chunk;
use crate::body::dot::Unstuffer;
use crate::error::Close;
use crate::machine::Time;
use crate::session::{Act, Phase, Protocol};
use crate::syntax::command::Url;
use crate::syntax::reply::{Code, Status};

/// Content on its way in: all of a message, or one chunk of it.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) source: Source,
    /// The message is refused; the rest is read and thrown away, and then that is the reply.
    verdict: Option<Verdict>,
    /// There is a flaw in it. Which one is the reason for the refusal shows at its end.
    pub(super) flawed: bool,
}

#[derive(Debug)]
pub(super) enum Source {
    Data(Unstuffer),
    Chunk(Chunk),
    /// BURL: what the URL names is fetched by the application.
    Url(FromUrl),
}

/// A piece of content that the application fetches.
#[derive(Debug)]
pub(super) struct FromUrl {
    /// Until the application was asked to.
    pub(super) url: Option<Url>,
    pub(super) last: bool,
}

impl Content {
    pub(super) fn data(newlines: Newlines, line: usize) -> Self {
        Self::new(Source::Data(Unstuffer::new(newlines).with_line_limit(line)))
    }

    pub(super) fn chunk(size: u64, last: bool) -> Self {
        Self::new(Source::Chunk(Chunk::new(size, last)))
    }

    pub(super) fn url(url: Url, last: bool) -> Self {
        Self::new(Source::Url(FromUrl { url: Some(url), last }))
    }

    fn new(source: Source) -> Self {
        Self { source, verdict: None, flawed: false }
    }

    /// Refuses the message; the first verdict stands.
    pub(super) fn refuse(&mut self, verdict: Verdict) {
        self.verdict.get_or_insert(verdict);
    }

    pub(super) fn is_refused(&self) -> bool {
        self.verdict.is_some()
    }

    pub(super) fn act(&self) -> Act {
        match &self.source {
            Source::Data(_) => Act::Content,
            Source::Chunk(chunk) if chunk.is_last() => Act::LastChunk,
            Source::Url(FromUrl { last: true, .. }) => Act::LastChunk,
            Source::Chunk(_) | Source::Url(_) => Act::Chunk,
        }
    }

    /// Whether nothing can happen before more is here.
    fn needs_octets(&self) -> bool {
        match &self.source {
            Source::Data(_) => true,
            Source::Chunk(chunk) => !chunk.is_complete(),
            Source::Url(_) => false,
        }
    }

    /// Octets that are still to come for sure.
    fn announced(&self) -> u64 {
        match &self.source {
            Source::Data(_) | Source::Url(_) => 0,
            Source::Chunk(chunk) => chunk.remaining(),
        }
    }
}

impl Server {
    /// Begins with a chunk. The octets are read in any case; before the first chunk of a message
    /// the application is asked.
    pub(super) fn begin_chunk(&mut self, mut content: Content) -> Turn {
        let limit = self.config.limits.message;
        if content.announced() > limit.saturating_sub(self.transaction.text.received()) {
            content.refuse(Verdict::too_large(limit));
        }
        let first = !content.is_refused() && self.phase == Phase::Rcpt;
        self.task = Task::Content(content);
        if first {
            let transfer = Transfer::Chunked;
            return self.ask(Question::Message(transfer), Event::Message(transfer));
        }
        Turn::Again
    }

    pub(super) fn content_turn(&mut self, now: Time) -> Turn {
        self.deadlines.begin_content(now);
        if self.inbox.is_empty()
            && matches!(&self.task, Task::Content(content) if content.needs_octets())
        {
            return if self.inbox.is_closed() {
                self.hang_up()
            } else {
                Turn::Wait(Awaited::Content)
            };
        }
        let Task::Content(mut content) = mem::replace(&mut self.task, Task::Command) else {
            return Turn::Again;
        };
        if matches!(content.source, Source::Url(_)) {
            return self.fetch(content);
        }
        let before = self.inbox.len();
        let (piece, done) = self.read(&mut content);
        if self.inbox.len() == before && !done {
            self.task = Task::Content(content);
            return if self.inbox.is_closed() {
                self.hang_up()
            } else {
                Turn::Wait(Awaited::Content)
            };
        }
        self.deadlines.restart();
        let piece = self.inspect(&mut content, piece, done);
        if self.is_endless(&content) {
            return self.break_off(&content);
        }
        self.task =
            if done { Task::Deliver { content, answered: 0 } } else { Task::Content(content) };
        match piece {
            Some(piece) if !piece.is_empty() => {
                self.transaction.count(&piece);
                Turn::Event(Event::Body(piece))
            }
            _ => Turn::Again,
        }
    }

    /// The application is to fetch a piece of content, if nothing is wrong with what came before.
    fn fetch(&mut self, mut content: Content) -> Turn {
        let rest = self.inspect(&mut content, Bytes::new(), true).unwrap_or_default();
        if !rest.is_empty() {
            self.transaction.count(&rest);
            self.task = Task::Content(content);
            return Turn::Event(Event::Body(rest));
        }
        let Source::Url(from) = &mut content.source else { return Turn::Again };
        let (url, last) = (from.url.take(), from.last);
        let refused = content.is_refused();
        self.task = Task::Deliver { content, answered: 0 };
        match url.filter(|_| !refused) {
            Some(url) => self.ask(Question::Burl, Event::Burl { url, last }),
            None => Turn::Again,
        }
    }

    /// Takes what there is of the content out of the inbox, and says whether that was the end.
    fn read(&mut self, content: &mut Content) -> (Bytes, bool) {
        match &mut content.source {
            Source::Data(unstuffer) => {
                let found = unstuffer.decode(self.inbox.filled_mut());
                let piece = self.inbox.take(found.kept).freeze();
                self.inbox.consume(found.consumed.saturating_sub(found.kept));
                (piece, found.done)
            }
            Source::Chunk(chunk) => {
                let here = chunk.take(self.inbox.len());
                (self.inbox.take(here).freeze(), chunk.is_complete())
            }
            Source::Url(_) => (Bytes::new(), true),
        }
    }

    /// Whether more would have to be read of a message that nobody takes than is worth it.
    fn is_endless(&self, content: &Content) -> bool {
        let limits = &self.config.limits;
        let total = self.transaction.text.received().saturating_add(content.announced());
        let refused = content.is_refused() || content.flawed;
        refused && total > limits.message.saturating_add(limits.discard)
    }

    /// Refuses a message before its end, and everything else.
    fn break_off(&mut self, content: &Content) -> Turn {
        let limit = self.config.limits.message;
        let too_large = Verdict::too_large(limit);
        let Verdict { fault, refusal } = content.verdict.as_ref().unwrap_or(&too_large);
        self.reply_refusal(refusal, false);
        self.news.fault.clone_from(fault);
        let why = Close::TooMany("octets of a refused message");
        self.close_with_421(why, Status::OTHER_SECURITY, "Closing connection");
        Turn::Again
    }

    /// The content is complete: it is asked about, or refused; in LMTP once for each recipient.
    pub(super) fn deliver_turn(&mut self) -> Turn {
        let Task::Deliver { content, answered } = &mut self.task else { return Turn::Again };
        let act = content.act();
        if let Some(verdict) = &content.verdict {
            let refusal = verdict.refusal.clone();
            let count = *answered;
            *answered = answered.saturating_add(1);
            if count < self.final_replies(act) {
                self.reply_refusal(&refusal, false);
            } else {
                self.content_refused();
            }
            return Turn::Again;
        }
        if act == Act::Chunk {
            // RFC 4468 section 5 has 2.5.0 for BURL.
            let url = matches!(content.source, Source::Url(_));
            let status = if url { Status::OTHER_PROTOCOL } else { Status::OTHER };
            self.reply(Code::OK, status.positive(), "Chunk received");
            self.advance(act, Code::OK);
            self.task = Task::Command;
            self.check_session();
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
        match &fault {
            Some(fault) => self.count(fault),
            None => self.session.rejection(),
        }
        self.news.fault = fault;
        if matches!(self.phase, Phase::Rcpt | Phase::Chunks | Phase::Data) {
            self.abort(Abort::Refused);
        }
        self.deadlines.content_over();
        self.advance(act, refusal.code());
        if self.phase == Phase::Mail {
            // It was for nobody: what may still come is another message.
            self.transaction.text = Text::default();
        }
        if refusal.closes() {
            self.close(Close::Shutdown);
        }
        self.check_session();
    }

    /// A piece of the message is lost: it is refused, and what is pipelined behind it as well.
    pub(super) fn fail_message(&mut self) {
        if matches!(self.phase, Phase::Rcpt | Phase::Chunks) {
            self.abort(Abort::Refused);
            self.deadlines.content_over();
            self.advance(Act::Chunk, Code::TRANSACTION_FAILED);
        }
    }

    /// Carries out the answer to [`Event::Deliver`], which was written already.
    pub(super) fn delivered(&mut self, accepted: bool) {
        let Task::Deliver { content, answered } = &mut self.task else { return };
        *answered = answered.saturating_add(1);
        let (act, answered) = (content.act(), *answered);
        if accepted {
            self.session.delivered();
        } else {
            self.session.rejection();
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
