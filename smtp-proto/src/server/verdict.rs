//! Why a message is refused before its end, and how that is found out.

use bytes::Bytes;

use super::breach::Breach;
use super::content::{Content, Source};
use super::{Refusal, Server};
use crate::body::newline::{Check, Normalizer};
use crate::body::{LongLines, Newlines};
use crate::error::Fault;
use crate::session::Act;
use crate::syntax::reply::{Code, Status};

/// Why a message is refused.
#[derive(Debug)]
pub(super) struct Verdict {
    /// `None`: the application refused it.
    pub(super) fault: Option<Fault>,
    pub(super) refusal: Refusal,
}

impl From<Breach> for Verdict {
    fn from(breach: Breach) -> Self {
        let refusal = Refusal::permanent(breach.code, breach.status, &breach.text);
        Self { fault: Some(breach.fault), refusal }
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self { fault: None, refusal }
    }
}

impl Verdict {
    pub(super) fn too_large(limit: u64) -> Self {
        Self {
            fault: Some(Fault::MessageTooLarge { limit }),
            refusal: Refusal::permanent(
                Code::EXCEEDED_STORAGE,
                Status::MESSAGE_TOO_BIG_FOR_SYSTEM,
                "Message too large",
            ),
        }
    }

    fn bare_newline() -> Self {
        let text = "Bare CR or LF in the message: lines end with CR LF";
        Self {
            fault: Some(Fault::BareNewline),
            refusal: Refusal::permanent(Code::MAILBOX_UNAVAILABLE, Status::OTHER_MEDIA, text),
        }
    }

    fn line_too_long(limit: usize) -> Self {
        Self {
            fault: Some(Fault::BodyLineTooLong { limit }),
            refusal: Refusal::permanent(
                Code::TRANSACTION_FAILED,
                Status::OTHER_MEDIA,
                "Message line too long",
            ),
        }
    }
}

/// What is to be known of a message across its pieces and chunks.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Octets of content, whether or not they were passed on.
    received: u64,
    check: Check,
    lines: LongLines,
    normalizer: Normalizer,
    /// A bare CR or LF was found in a chunk.
    bare: bool,
}

impl Text {
    /// What goes on behind so many octets that came over another connection.
    pub(super) fn resumed(received: u64) -> Self {
        Self { received, ..Self::default() }
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    fn chunk(&mut self, piece: &[u8], ends: bool, line: usize) {
        self.lines.push(piece, line);
        self.bare =
            self.bare || self.check.push(piece).is_err() || ends && self.check.finish().is_err();
    }

    fn normalize(&mut self, piece: Bytes, ends: bool) -> Bytes {
        let piece = self.normalizer.push(piece);
        if !ends {
            return piece;
        }
        let rest = self.normalizer.finish();
        if rest.is_empty() { piece } else { [piece, rest].concat().into() }
    }
}

impl Server {
    /// Looks at a piece of content: what of it goes to the application, unless the message is
    /// refused.
    ///
    /// Which of several flaws is the reason for a refusal is decided at the end of the content, so
    /// that it does not depend on how the content was cut into pieces.
    pub(super) fn inspect(
        &mut self,
        content: &mut Content,
        piece: Bytes,
        done: bool,
    ) -> Option<Bytes> {
        // A line does not go on in what a URL names.
        let url = matches!(content.source, Source::Url(_));
        let ends = done && (url || content.act() != Act::Chunk);
        let binary = self.transaction.binary;
        let text = &mut self.transaction.text;
        text.received = text.received.saturating_add(piece.len() as u64);
        if !matches!(content.source, Source::Data(_)) && !binary {
            text.chunk(&piece, ends, self.config.limits.body_line);
        }
        if let Some(flaw) = self.flaw(content, ends) {
            content.flawed = true;
            if done {
                content.refuse(flaw);
            }
        }
        if url {
            // What comes now is not known here.
            self.transaction.text.lines.end();
        }
        if content.flawed || content.is_refused() {
            return None;
        }
        if self.config.newlines == Newlines::Normalize && !binary {
            return Some(self.transaction.text.normalize(piece, ends));
        }
        Some(piece)
    }

    /// What is wrong with a message, as far as it has come.
    fn flaw(&self, content: &Content, ends: bool) -> Option<Verdict> {
        let limits = &self.config.limits;
        let text = &self.transaction.text;
        if text.received > limits.message {
            return Some(Verdict::too_large(limits.message));
        }
        let (bare, long) = match &content.source {
            Source::Data(unstuffer) => (unstuffer.is_refused(), unstuffer.has_long_lines()),
            Source::Chunk(_) | Source::Url(_) if self.transaction.binary => (false, false),
            Source::Chunk(_) | Source::Url(_) => {
                let bare = self.config.newlines == Newlines::Reject && text.bare;
                (bare, ends && text.lines.found())
            }
        };
        if bare {
            Some(Verdict::bare_newline())
        } else if long {
            Some(Verdict::line_too_long(limits.body_line))
        } else {
            None
        }
    }
}
