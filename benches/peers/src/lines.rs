//! Lines out of what is read, for those who leave that to others.

use std::mem;

/// Holds what was read and gives it back line by line.
#[derive(Default)]
pub(crate) struct LineBuffer {
    octets: Vec<u8>,
    at: usize,
}

impl LineBuffer {
    /// Takes what was read.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if self.at == self.octets.len() {
            self.octets.clear();
        } else {
            self.octets.drain(..self.at);
        }
        self.at = 0;
        self.octets.extend_from_slice(piece);
    }

    /// The next line, its end included.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        let end = self.at + memchr::memchr(b'\n', self.rest())? + 1;
        let start = mem::replace(&mut self.at, end);
        self.octets.get(start..self.at)
    }

    /// What no line was made of.
    pub(crate) fn rest(&self) -> &[u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    /// So many octets of the rest were used otherwise.
    pub(crate) fn skip(&mut self, octets: usize) {
        self.at += octets;
    }
}
