//! Layer 1: message content on its way in and out.
//!
//! Content is lines that end with CRLF. A CR or an LF alone is neither a line end nor anything else
//! that a message may hold (RFC 5321 section 2.3.8, RFC 5322 section 2.3), but both turn up, and
//! what is done about them decides whether one message can be made to look like two: see
//! [`Newlines`] for what comes in and [`OutgoingNewlines`] for what goes out.
//!
//! | | coming in | going out |
//! |---|---|---|
//! | DATA | [`dot::Unstuffer`], then [`newline::Normalizer`] if wanted | [`dot::Stuffer`] |
//! | BDAT | [`chunk::Chunk`], then [`newline::Normalizer`] if wanted | [`newline::Outgoing`] |
//!
//! All of them take content in pieces, and what they do does not depend on where it was cut.

use alloc::vec::Vec;

use bytes::Bytes;

pub mod chunk;
pub mod dot;
mod encode;
mod length;
pub mod newline;
mod survey;
mod suspect;
#[cfg(test)]
mod tests;

pub(crate) use length::LongLines;
pub use newline::{BareNewline, Newlines, OutgoingNewlines};
pub use survey::{Survey, Surveyed};

/// Where encoded content goes, in order.
pub trait Sink {
    /// Appends a copy of a few octets, or of none.
    fn literal(&mut self, octets: &[u8]);

    /// Appends a piece, which need not be copied.
    fn share(&mut self, piece: Bytes);
}

/// Copies everything.
impl Sink for Vec<u8> {
    fn literal(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }

    fn share(&mut self, piece: Bytes) {
        self.extend_from_slice(&piece);
    }
}
