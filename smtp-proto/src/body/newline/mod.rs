//! CR and LF that do not come together.

use bytes::Bytes;
use thiserror::Error;

use crate::body::Sink;
use crate::body::suspect::{Lines, suspect};

mod normalize;
#[cfg(test)]
pub(crate) mod tests;

pub use normalize::Normalizer;

/// What a receiver does about a bare CR or LF in content.
///
/// None of these changes where the content ends. RFC 5321 section 2.3.8 forbids them, and does not
/// say how to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Newlines {
    /// Read the content to its end, then refuse the message.
    #[default]
    Reject,
    /// Hand them on as they are. They have to be dealt with before the message is sent again, or
    /// the next receiver may see the end of the content where this one saw none.
    Keep,
    /// Make CRLF of each, after the end of the content was looked for.
    Normalize,
}

/// What a sender does about a bare CR or LF in content.
///
/// There is no way to send them as they are: RFC 5321 section 2.3.8 forbids it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OutgoingNewlines {
    /// Make CRLF of each.
    #[default]
    Normalize,
    /// Refuse the content: a changed octet may break a signature.
    Refuse,
}

/// Content holds a CR or LF alone, and that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("bare {} at offset {at} of the content: lines end with CR LF", self.name())]
pub struct BareNewline {
    /// Whether it is a CR, and not an LF.
    pub cr: bool,
    /// How many octets of content, in all pieces, come before it.
    pub at: u64,
}

impl BareNewline {
    fn name(self) -> &'static str {
        if self.cr { "CR" } else { "LF" }
    }
}

/// Looks for CR and LF that do not come together, across pieces.
#[derive(Clone, Debug, Default)]
pub struct Check {
    octets: u64,
    after_cr: bool,
}

impl Check {
    /// At the start of content.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next piece. A CR at its end is judged with the piece after it.
    ///
    /// # Errors
    ///
    /// The first CR or LF that stands alone. The piece then does not count as seen, and another may
    /// be offered in its place.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BareNewline> {
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { return Ok(()) };
        if self.after_cr && *first != b'\n' {
            return self.finish();
        }
        if !self.after_cr && *first == b'\n' {
            return Err(BareNewline { cr: false, at: self.octets });
        }
        let mut lines = Lines::new(0, usize::MAX);
        let mut seen = 0;
        while let Some(place) = suspect(piece, seen, &mut lines) {
            seen = place;
            let (before, at) = piece.split_at_checked(place).unwrap_or_default();
            let bare = |cr, place: usize| {
                Err(BareNewline { cr, at: self.octets.saturating_add(place as u64) })
            };
            if before.last() == Some(&b'\r') {
                return bare(true, place.saturating_sub(1));
            }
            if at.first() == Some(&b'\n') {
                return bare(false, place);
            }
        }
        self.octets = self.octets.saturating_add(piece.len() as u64);
        self.after_cr = *last == b'\r';
        Ok(())
    }

    /// Judges the end of the content.
    ///
    /// # Errors
    ///
    /// The last octet is a CR.
    pub fn finish(&self) -> Result<(), BareNewline> {
        if self.after_cr {
            return Err(BareNewline { cr: true, at: self.octets.saturating_sub(1) });
        }
        Ok(())
    }
}

/// Newlines of content that goes out as it is but for them, in BDAT chunks (RFC 3030).
#[derive(Clone, Debug)]
pub struct Outgoing(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Normalize(Normalizer),
    Refuse(Check),
}

impl Outgoing {
    /// At the start of content.
    #[must_use]
    pub fn new(policy: OutgoingNewlines) -> Self {
        Self(match policy {
            OutgoingNewlines::Normalize => Kind::Normalize(Normalizer::new()),
            OutgoingNewlines::Refuse => Kind::Refuse(Check::new()),
        })
    }

    /// Passes on the next piece.
    ///
    /// # Errors
    ///
    /// It is refused, and nothing of it was passed on. Another may be offered in its place.
    pub fn push(&mut self, piece: Bytes, out: &mut impl Sink) -> Result<(), BareNewline> {
        match &mut self.0 {
            Kind::Normalize(normalizer) => normalizer.write(piece, out),
            Kind::Refuse(check) => {
                check.push(&piece)?;
                out.share(piece);
            }
        }
        Ok(())
    }

    /// Passes on what the end of the content asks for: an LF, if its last octet was a CR.
    ///
    /// # Errors
    ///
    /// The last octet was a CR, and that is refused.
    pub fn finish(&mut self, out: &mut impl Sink) -> Result<(), BareNewline> {
        match &mut self.0 {
            Kind::Normalize(normalizer) => out.literal(&normalizer.finish()),
            Kind::Refuse(check) => check.finish()?,
        }
        Ok(())
    }
}
