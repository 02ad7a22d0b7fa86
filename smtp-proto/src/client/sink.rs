//! Where encoded content goes.

use alloc::vec::Vec;
use core::mem;

use bytes::{Bytes, BytesMut};

use crate::body::Sink;
use crate::buffer::Outbox;

impl Sink for Outbox {
    fn literal(&mut self, octets: &[u8]) {
        self.line_buffer().extend_from_slice(octets);
    }

    fn share(&mut self, piece: Bytes) {
        Self::share(self, piece);
    }
}

/// Content that becomes one BDAT chunk.
#[derive(Debug, Default)]
pub(super) struct Piece {
    parts: Vec<Bytes>,
    /// Comes after the parts.
    tail: BytesMut,
    octets: usize,
}

impl Piece {
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    pub(super) fn write(self, out: &mut Outbox) {
        for part in self.parts {
            out.share(part);
        }
        out.share(self.tail.freeze());
    }
}

impl Sink for Piece {
    fn literal(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        self.tail.extend_from_slice(octets);
    }

    fn share(&mut self, piece: Bytes) {
        self.octets = self.octets.saturating_add(piece.len());
        if !self.tail.is_empty() {
            self.parts.push(mem::take(&mut self.tail).freeze());
        }
        self.parts.push(piece);
    }
}
