//! Makes CRLF of every CR and LF that stands alone.

use alloc::vec::Vec;
use core::mem;

use bytes::Bytes;

use crate::body::{
    Sink,
    encode::{Dots, Place, encode},
};

/// Makes CRLF of every CR and LF that stands alone, across pieces.
///
/// Whether a CR at the end of a piece stands alone is decided by the next piece, or by
/// [`finish`](Self::finish).
#[derive(Clone, Debug, Default)]
pub struct Normalizer {
    place: Place,
}

impl Normalizer {
    /// At the start of content.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Converts the next piece. It comes back as it is, not copied, if nothing in it has to change.
    #[must_use]
    pub fn push(&mut self, piece: Bytes) -> Bytes {
        let mut joined = Joined::default();
        self.write(piece, &mut joined);
        if joined.copy.is_empty() { joined.only } else { joined.copy.into() }
    }

    /// Converts the next piece into `out`. Long spans without a change are shared.
    pub fn write(&mut self, piece: Bytes, out: &mut impl Sink) {
        encode(&mut self.place, piece, Dots::Keep, out);
    }

    /// The content is over: returns what is still missing, an LF if the last octet was a CR.
    ///
    /// Content that came with DATA ends with CRLF, and nothing is missing. Another message may
    /// follow.
    #[must_use]
    pub fn finish(&mut self) -> Bytes {
        Bytes::from_static(mem::take(&mut self.place).missing_lf())
    }
}

/// Joins what it is given, without copying if it is given only one piece.
#[derive(Default)]
struct Joined {
    only: Bytes,
    copy: Vec<u8>,
}

impl Sink for Joined {
    fn literal(&mut self, octets: &[u8]) {
        self.copy.extend_from_slice(&mem::take(&mut self.only));
        self.copy.extend_from_slice(octets);
    }

    fn share(&mut self, piece: Bytes) {
        if self.copy.is_empty() && self.only.is_empty() {
            self.only = piece;
        } else {
            self.literal(&piece);
        }
    }
}
