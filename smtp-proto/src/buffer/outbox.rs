//! What is to be sent to the peer.

use alloc::collections::VecDeque;
use core::mem;

use bytes::{Buf, Bytes, BytesMut};

#[cfg(test)]
mod tests;

/// Below so many octets a piece is copied behind what is queued: a copy is cheaper than one more
/// slice to write.
const SHARE_FROM: usize = 512;

/// What the tail is given when it first allocates, in octets. Most replies fit.
const TAIL: usize = 512;

/// The largest tail that outlives its content, in octets.
const KEEP: usize = 1024;

/// The largest queue of pieces that outlives them.
const KEEP_SLOTS: usize = 8;

/// Bytes for the peer, in order.
///
/// A driver writes what it finds here, as [`chunk`](Buf::chunk) or as [`slices`](Self::slices), and
/// tells with [`advance`](Buf::advance) how much was taken. It calls [`close`](Self::close) when
/// nothing can be written any more.
///
/// Lines are gathered in one piece; large pieces of content are shared, not copied.
#[derive(Default)]
pub struct Outbox {
    /// Each of these holds something.
    queue: VecDeque<Bytes>,
    /// Octets in `queue`.
    queued: usize,
    /// Comes after everything in `queue`.
    tail: BytesMut,
    /// Pieces of the tail's storage went to `queue`, so its capacity does not tell its size.
    split: bool,
    written: u64,
    closed: bool,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// What is to be written, in order, for vectored writes. No slice is empty.
    pub fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let tail = Some(self.tail()).filter(|tail| !tail.is_empty());
        self.queue.iter().map(AsRef::as_ref).chain(tail)
    }

    /// Nothing can be written any more: forgets what is queued and whatever comes later.
    pub fn close(&mut self) {
        let written = self.written;
        *self = Self { written, closed: true, ..Self::default() };
    }

    /// Whether it was said that nothing can be written any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many octets are to be written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queued.saturating_add(self.tail().len())
    }

    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets go of memory that nothing is in: for a connection that waits.
    pub fn release(&mut self) {
        if self.is_empty() {
            self.tail = BytesMut::new();
            self.queue = VecDeque::new();
        }
    }

    /// How many octets the driver has taken so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Where to append small things. What is there already must stay.
    pub(crate) fn line_buffer(&mut self) -> &mut BytesMut {
        if self.closed {
            self.tail.clear();
        }
        if self.tail.capacity() == 0 {
            self.tail.reserve(TAIL);
        }
        &mut self.tail
    }

    /// Appends a piece, sharing its storage if it is large.
    pub(crate) fn share(&mut self, piece: Bytes) {
        if self.closed {
            return;
        }
        if piece.len() < SHARE_FROM {
            self.line_buffer().extend_from_slice(&piece);
            return;
        }
        if !self.tail.is_empty() {
            self.queued = self.queued.saturating_add(self.tail.len());
            self.queue.push_back(self.tail.split().freeze());
            self.split = true;
        }
        self.queued = self.queued.saturating_add(piece.len());
        self.queue.push_back(piece);
    }

    fn tail(&self) -> &[u8] {
        if self.closed { &[] } else { &self.tail }
    }

    /// Everything was written: gives memory back.
    fn drained(&mut self) {
        if mem::take(&mut self.split) || self.tail.capacity() > KEEP {
            self.tail = BytesMut::new();
        }
        self.tail.clear();
        if self.queue.capacity() > KEEP_SLOTS {
            self.queue = VecDeque::new();
        }
    }
}

/// Shows sizes only: what is sent may hold a password.
impl core::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Outbox")
            .field("len", &self.len())
            .field("written", &self.written)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Buf for Outbox {
    fn remaining(&self) -> usize {
        self.len()
    }

    fn chunk(&self) -> &[u8] {
        self.queue.front().map_or_else(|| self.tail(), AsRef::as_ref)
    }

    /// So many octets were written. More than there are counts as all of them.
    fn advance(&mut self, count: usize) {
        let count = count.min(self.len());
        self.written = self.written.saturating_add(count as u64);
        let mut left = count;
        while let Some(mut piece) = self.queue.pop_front() {
            let here = left.min(piece.len());
            left = left.saturating_sub(here);
            self.queued = self.queued.saturating_sub(here);
            piece.advance(here);
            if !piece.is_empty() {
                self.queue.push_front(piece);
                return;
            }
        }
        let here = left.min(self.tail().len());
        self.tail.advance(here);
        if count > 0 && self.is_empty() {
            self.drained();
        }
    }
}
