//! The content of a message, on its way out.
//!
//! After DATA it goes out as it comes, once the server has said 354. With CHUNKING each piece
//! becomes one BDAT; the newest is held back, since the last one has to say LAST. Pieces may go
//! along with the envelope while they fit into the window; what does not waits until somebody is
//! there to take it.

use alloc::collections::VecDeque;

use bytes::Bytes;

use super::pipeline::Awaited;
use super::sending::{Next, Progress, Sending};
use super::sink::Piece;
use super::{BodyError, Client, Question};
use crate::body::dot::Stuffer;
use crate::body::newline::Outgoing;
use crate::body::{BareNewline, OutgoingNewlines, Sink};
use crate::error::{Close, Misuse};
use crate::syntax::capability::Extension;
use crate::syntax::command::{Command, Url};

/// Content is asked for while less than so many octets are waiting to be written.
const BACKLOG: usize = 64 << 10;

#[derive(Debug)]
pub(super) enum Content {
    Data(Stuffer),
    Chunks(Chunks),
}

impl Content {
    pub(super) fn data(newlines: OutgoingNewlines) -> Self {
        Self::Data(Stuffer::new(newlines))
    }

    /// In chunks; content of any octets at all has no newlines to be looked at.
    ///
    /// Without `bdat` a URL is all that can be sent.
    pub(super) fn chunks(newlines: Option<OutgoingNewlines>, bdat: bool) -> Self {
        let newlines = newlines.map(Outgoing::new);
        Self::Chunks(Chunks { newlines, bdat, pieces: VecDeque::new(), finished: false })
    }
}

#[derive(Debug)]
pub(super) struct Chunks {
    newlines: Option<Outgoing>,
    /// BDAT may be used.
    bdat: bool,
    /// At most two: one that may be sent, and the newest.
    pieces: VecDeque<Chunk>,
    finished: bool,
}

/// What goes by one command.
#[derive(Debug)]
enum Chunk {
    /// BDAT
    Octets(Piece),
    /// BURL
    Url(Url),
}

impl Chunk {
    fn octets(&self) -> usize {
        match self {
            Self::Octets(piece) => piece.octets(),
            Self::Url(_) => 0,
        }
    }
}

impl Chunks {
    fn octets(&self) -> usize {
        self.pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.octets()))
    }

    /// Whether the next chunk is the last one; if that is known.
    fn next(&self) -> Option<bool> {
        let held_back = usize::from(!self.finished);
        (self.finished || self.pieces.len() > held_back).then_some(self.pieces.len() <= 1)
    }

    fn push(&mut self, octets: Bytes) -> Result<(), BodyError> {
        self.needs_bdat()?;
        let mut piece = Piece::default();
        match &mut self.newlines {
            Some(newlines) => newlines.push(octets, &mut piece)?,
            None => piece.share(octets),
        }
        if piece.octets() > 0 {
            self.pieces.push_back(Chunk::Octets(piece));
        }
        Ok(())
    }

    fn push_url(&mut self, url: Url) -> Result<(), BodyError> {
        if !self.pieces.is_empty() {
            self.needs_bdat()?;
        }
        // A line does not go on in what the URL names.
        self.end_text()?;
        self.pieces.push_back(Chunk::Url(url));
        Ok(())
    }

    /// RFC 4468 section 3.2: without CHUNKING a message is a single URL.
    fn needs_bdat(&self) -> Result<(), Misuse> {
        let why = "without CHUNKING the whole message has to be one URL";
        if self.bdat { Ok(()) } else { Err(Misuse::WrongAnswer(why)) }
    }

    /// What is held back of the text, since it may be half of a line's end, is not.
    fn end_text(&mut self) -> Result<(), BareNewline> {
        let Some(newlines) = &mut self.newlines else { return Ok(()) };
        let mut nowhere = Piece::default();
        newlines.finish(match self.pieces.back_mut() {
            Some(Chunk::Octets(piece)) => piece,
            _ => &mut nowhere,
        })
    }

    fn finish(&mut self) -> Result<(), BodyError> {
        if self.pieces.is_empty() {
            self.needs_bdat()?;
        }
        self.end_text()?;
        self.finished = true;
        Ok(())
    }
}

impl Client {
    /// Answers [`Event::Body`](super::Event::Body) with the next piece of content; or goes on with it
    /// after a [`pause`](Self::pause).
    ///
    /// Bare CR and bare LF are dealt with as [`Config::newlines`](super::Config::newlines) says,
    /// unless the envelope says that the content is binary. Dots need no attention.
    ///
    /// # Errors
    ///
    /// The piece holds what must not be sent, or no content is wanted. Nothing of it was taken.
    pub fn body(&mut self, piece: Bytes) -> Result<(), BodyError> {
        self.content_is_asked_for()?;
        if self.sending.as_ref().is_some_and(|sending| sending.seven_bit) && !piece.is_ascii() {
            return Err(BodyError::EightBit);
        }
        match self.sending.as_mut().map(|sending| &mut sending.content) {
            Some(Content::Data(stuffer)) => stuffer.stuff(piece, &mut self.outbox)?,
            Some(Content::Chunks(chunks)) => chunks.push(piece)?,
            None => {}
        }
        self.content_goes_on();
        Ok(())
    }

    /// Answers [`Event::Body`](super::Event::Body) with the URL of the next piece of content (RFC 4468);
    /// or goes on with it after a [`pause`](Self::pause).
    ///
    /// [`Envelope::burl`](super::Envelope::burl) has to say that such may come. Without CHUNKING the
    /// message is one URL and nothing else.
    pub fn burl(&mut self, url: Url) -> Result<(), BodyError> {
        self.content_is_asked_for()?;
        if !self.capabilities.has(Extension::Burl) {
            return Err(Misuse::WrongAnswer("the server does not offer BURL").into());
        }
        let said = self.transactions.back().is_some_and(|transaction| transaction.burl);
        match self.sending.as_mut().map(|sending| &mut sending.content) {
            Some(Content::Chunks(chunks)) if said => chunks.push_url(url)?,
            _ => return Err(Misuse::WrongAnswer("the envelope does not say BURL").into()),
        }
        self.content_goes_on();
        Ok(())
    }

    /// Answers [`Event::Body`](super::Event::Body): there is no content at present.
    ///
    /// No question is open then, so that the client can be polled: it writes what it has, and hears
    /// if the server has had enough, or is gone. With [`body`](Self::body), [`finish`](Self::finish)
    /// and [`abandon`](Self::abandon) the caller goes on when it likes. No deadline runs while no
    /// reply is due and nothing waits to be written.
    ///
    /// These are errors again, and nothing is taken, once the transaction has failed meanwhile;
    /// [`Event::NotSent`](super::Event::NotSent) tells so, now or when the last reply is in.
    pub fn pause(&mut self) -> Result<(), Misuse> {
        self.content_is_asked_for()?;
        self.question = None;
        if let Some(sending) = &mut self.sending {
            sending.paused = true;
        }
        Ok(())
    }

    /// Answers [`Event::Body`](super::Event::Body), or goes on after a [`pause`](Self::pause): there is
    /// no more content.
    pub fn finish(&mut self) -> Result<(), BodyError> {
        self.content_is_asked_for()?;
        match self.sending.as_mut().map(|sending| &mut sending.content) {
            Some(Content::Data(stuffer)) => {
                stuffer.finish(&mut self.outbox)?;
                self.sending = None;
                self.await_reply(Awaited::Content, 3);
                self.content_is_complete();
            }
            Some(Content::Chunks(chunks)) => chunks.finish()?,
            None => {}
        }
        self.content_goes_on();
        Ok(())
    }

    /// Answers [`Event::Body`](super::Event::Body), or goes on after a [`pause`](Self::pause) or where
    /// an envelope is open: the message is not to be sent after all.
    ///
    /// Content that has begun after DATA can't be taken back: any end of it would be taken for the
    /// end of the message. The connection is given up then.
    pub fn abandon(&mut self) -> Result<(), Misuse> {
        if self.open_envelope().is_err() {
            self.content_is_asked_for()?;
        }
        let after_data = self.is_after_data();
        if let Some(transaction) = self.transactions.back_mut() {
            transaction.abandoned = true;
        }
        self.question = None;
        self.sending = None;
        if after_data {
            self.conclude(Close::Abandoned);
        }
        Ok(())
    }

    /// Whether content goes out after DATA: the server takes everything for it up to the final dot.
    pub(super) fn is_after_data(&self) -> bool {
        let sending = self.sending.as_ref();
        sending.is_some_and(|sending| {
            sending.next == Next::Content && matches!(sending.content, Content::Data(_))
        })
    }

    /// Whether the question is open, or was left for later. If so, something is being sent.
    fn content_is_asked_for(&self) -> Result<(), Misuse> {
        match self.question {
            Some(Question::Body) => Ok(()),
            Some(_) => Err(Misuse::WrongAnswer("no content is wanted")),
            None if self.sending.as_ref().is_some_and(|sending| sending.paused) => Ok(()),
            None => Err(Misuse::NoQuestion),
        }
    }

    /// The question was answered with content, or with the end of it.
    fn content_goes_on(&mut self) {
        self.question = None;
        if let Some(sending) = &mut self.sending {
            sending.paused = false;
        }
    }

    /// Whether to ask for content.
    pub(super) fn wants_content(&self, sending: &Sending) -> bool {
        if sending.next != Next::Content || self.outbox.len() >= BACKLOG {
            return false;
        }
        match &sending.content {
            Content::Data(_) => true,
            Content::Chunks(chunks) if chunks.finished || chunks.pieces.len() > 1 => false,
            Content::Chunks(_) if self.is_content_wanted() => true,
            Content::Chunks(chunks) => {
                let octets = self.pipeline.in_flight().saturating_add(chunks.octets());
                self.may_run_ahead() && octets < self.config.limits.window
            }
        }
    }

    /// Whether all replies to the envelope are in, and somebody is there to take the content.
    fn is_content_wanted(&self) -> bool {
        let transaction = self.transactions.back();
        transaction.is_some_and(|t| t.is_complete_envelope() && t.is_wanted())
    }

    /// Whether chunks may go along with the envelope. In LMTP they may not: without an accepted
    /// recipient a BDAT LAST gets no reply at all (RFC 2033 section 4.2).
    fn may_run_ahead(&self) -> bool {
        self.pipelining() && !self.is_lmtp()
    }

    pub(super) fn send_chunks(&mut self, chunks: &mut Chunks) -> Progress {
        let Some(last) = chunks.next() else { return Progress::Blocked };
        let octets = chunks.pieces.front().map_or(0, Chunk::octets);
        let counted = if self.is_content_wanted() {
            // In LMTP the number of replies to a BDAT LAST behind a refused one is anybody's guess.
            if last && self.is_lmtp() && !self.pipeline.is_empty() {
                return Progress::Blocked;
            }
            0
        } else if self.may_run_ahead() {
            octets
        } else {
            return Progress::Blocked;
        };
        let command = match chunks.pieces.front() {
            Some(Chunk::Url(url)) => Command::Burl { url: url.borrowed(), last },
            _ => Command::Bdat { size: octets as u64, last },
        };
        let awaited = if last { Awaited::LastChunk } else { Awaited::Chunk };
        if !self.offer_with(&command, counted, awaited) {
            return Progress::Blocked;
        }
        if let Some(Chunk::Octets(piece)) = chunks.pieces.pop_front() {
            piece.write(&mut self.outbox);
        }
        if !last {
            return Progress::More;
        }
        self.content_is_complete();
        Progress::Over
    }

    /// The end of the content was just queued.
    fn content_is_complete(&mut self) {
        let ends_at = self.outbox.written().saturating_add(self.outbox.len() as u64);
        if let Some(transaction) = self.transactions.back_mut() {
            transaction.complete = true;
            transaction.ends_at = ends_at;
        }
    }

    /// Whether the next reply is to a message whose end is not written yet.
    pub(super) fn awaits_unwritten_content(&self) -> bool {
        matches!(self.pipeline.front(), Some(Awaited::Content | Awaited::LastChunk))
            && self.transactions.front().is_some_and(|sent| sent.ends_at > self.outbox.written())
    }
}
