//! What the peer has sent and the machine has not used yet.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "`start` is never behind `end`, nor `end` behind the capacity; every octet passes here"
)]

use core::mem;

use bytes::{Buf, BytesMut};
use memchr::memchr;

#[cfg(test)]
mod tests;

/// How much the first read may bring, in octets. Commands are short, and most connections are idle.
const FIRST_READ: usize = 1024;

/// How much one read may bring at most, in octets.
const LARGEST_READ: usize = 16 * 1024;

/// A piece smaller than this fraction of its storage is copied when it is taken out.
const COPY_BELOW: usize = 8;

/// The same where the storage was lent: whoever lent it wants it back.
const COPY_LENT_BELOW: usize = 2;

/// Bytes from the peer, bounded.
///
/// A driver reads into [`space`](Self::space), says with [`commit`](Self::commit) how much it got,
/// and calls [`close`](Self::close) when the peer will send no more. The rest belongs to the
/// machine.
///
/// Reads start at 1 KiB and double up to 16 KiB while they come back full, so that a body moves in
/// large pieces and an idle connection costs little. A driver of many connections may do better and
/// [lend](Self::lend) memory to those that work.
pub struct Inbox {
    /// `start..end` is what was received and not used; up to `len()` it is initialised, so that
    /// `space` need not write zeros again.
    storage: BytesMut,
    start: usize,
    end: usize,
    /// Octets of the allocation behind `storage`, which others may share.
    held: usize,
    limit: usize,
    /// How much the next `space` would like to offer.
    step: usize,
    /// How much of what the last `space` offered was not committed yet.
    offered: usize,
    /// The last read brought little: it does not pay to keep much room.
    small: bool,
    /// From `start` on, so many octets hold no LF.
    searched: usize,
    closed: bool,
    /// The storage is the driver's.
    lent: bool,
}

/// What the front of the inbox holds, taken as a line (RFC 5321 section 2.3.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line of so many octets, and CRLF: `consume` two more after use.
    Whole(usize),
    /// The line is longer than allowed, whether or not its end was received.
    TooLong,
    /// At this index is an LF without a CR before it.
    BareLf(usize),
}

impl Inbox {
    /// An empty inbox that never holds more than `limit` octets. It allocates at the first read.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            storage: BytesMut::new(),
            start: 0,
            end: 0,
            held: 0,
            limit,
            step: FIRST_READ,
            offered: 0,
            small: true,
            searched: 0,
            closed: false,
            lent: false,
        }
    }

    /// Has it read into this memory, all of it at once if it is not more than the
    /// [limit](Self::limit), until [`give_back`](Self::give_back). To be called when it has none of its
    /// own: when its [capacity](Self::capacity) is 0.
    pub fn lend(&mut self, memory: BytesMut) {
        if self.held > 0 || self.limit == 0 {
            return;
        }
        self.held = memory.capacity();
        self.step = self.held;
        self.storage = memory;
        self.lent = true;
    }

    /// Gives back what was lent, and lets go of whatever else nothing is in: for a connection that
    /// waits. What is left of a line moves to memory of its own, as much as it needs.
    pub fn give_back(&mut self) -> Option<BytesMut> {
        if self.is_empty() {
            let (whole, lent) = (self.held, self.lent);
            let mut memory = mem::take(&mut self.storage);
            self.release();
            // What was taken of it may still be with somebody.
            if memory.capacity() < whole {
                memory.clear();
            }
            return (lent && memory.try_reclaim(whole.saturating_sub(memory.len())))
                .then_some(memory);
        }
        if !self.lent {
            return None;
        }
        let lent = mem::take(&mut self.storage);
        let rest = lent.get(self.start..self.end).unwrap_or_default();
        let mut storage = BytesMut::with_capacity(rest.len().max(FIRST_READ).min(self.limit));
        storage.extend_from_slice(rest);
        self.held = storage.capacity();
        self.storage = storage;
        self.end -= self.start;
        self.start = 0;
        self.offered = 0;
        self.step = FIRST_READ;
        self.lent = false;
        Some(lent)
    }

    /// Where the next octets from the peer go.
    ///
    /// It is empty only when the inbox is full, and a machine whose inbox is full does not ask for
    /// more: a read into an empty slice would look like the end of the stream. What it holds before
    /// the read has no meaning.
    pub fn space(&mut self) -> &mut [u8] {
        if self.is_empty() && self.small && !self.lent {
            self.step = FIRST_READ;
            if self.held > FIRST_READ {
                self.release();
            }
        }
        let want = self.step.min(self.limit.saturating_sub(self.len()));
        if self.is_cramped(want) {
            self.make_room(want);
        }
        self.offered = want.min(self.room());
        let to = self.end.saturating_add(self.offered);
        if self.storage.len() < to {
            self.storage.resize(to, 0); // within the capacity: nothing moves
        }
        self.storage.get_mut(self.end..to).unwrap_or_default()
    }

    /// The first `n` octets of [`space`](Self::space) were filled.
    ///
    /// More than was offered counts as all that was offered.
    pub fn commit(&mut self, n: usize) {
        let n = n.min(self.offered);
        if n == 0 {
            return;
        }
        let full = n == self.offered;
        if full {
            self.step = self.step.saturating_mul(2).min(LARGEST_READ).max(self.step);
        }
        self.small = !full && n < FIRST_READ;
        self.offered -= n;
        self.end += n;
    }

    /// The peer will send no more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether the peer will send no more. What it sent before may still be here.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many octets were received and not used yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether every octet received was used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// How many octets it holds at most.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many octets of memory it keeps alive, used or not.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.held
    }

    /// What was received and not used yet.
    pub(crate) fn filled(&self) -> &[u8] {
        self.storage.get(self.start..self.end).unwrap_or_default()
    }

    /// The same, to be worked on in place.
    pub(crate) fn filled_mut(&mut self) -> &mut [u8] {
        self.searched = 0; // an LF may appear where there was none
        self.storage.get_mut(self.start..self.end).unwrap_or_default()
    }

    /// Looks for a line of at most `max` octets, CRLF included.
    ///
    /// `None` means that it takes more octets to tell. The answer does not depend on how the octets
    /// came in, and a line that drips in is searched once, not once for each drop.
    pub(crate) fn line(&mut self, max: usize) -> Option<Line> {
        // A line that fills the inbox will never be whole.
        let max = max.min(self.limit);
        let window = self.len().min(max);
        let filled = self.filled();
        let Some(found) = filled.get(self.searched..window).and_then(|rest| memchr(b'\n', rest))
        else {
            let long = filled.len() >= max;
            self.searched = self.searched.max(window);
            return long.then_some(Line::TooLong);
        };
        let lf = self.searched + found;
        let line = match lf.checked_sub(1) {
            Some(cr) if filled.get(cr) == Some(&b'\r') => Line::Whole(cr),
            _ => Line::BareLf(lf),
        };
        self.searched = lf;
        Some(line)
    }

    /// Drops the first `n` octets.
    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.len());
        self.start += n;
        self.searched = self.searched.saturating_sub(n);
        self.offered = 0;
        if self.is_empty() {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Takes the first `n` octets out.
    ///
    /// They share the storage and are not copied, except when they are so few that they would keep
    /// alive more than eight times their size. For the same reason a small rest moves to storage of
    /// its own, so that the inbox in turn does not keep alive what was taken. When there is no rest,
    /// the storage is used again as soon as nobody else does.
    pub(crate) fn take(&mut self, n: usize) -> BytesMut {
        let n = n.min(self.len());
        let copied = if self.lent { COPY_LENT_BELOW } else { COPY_BELOW };
        if n <= self.held / copied {
            let piece = self.filled().get(..n).map(BytesMut::from).unwrap_or_default();
            self.consume(n);
            return piece;
        }
        let used = self.start + n;
        let mut piece = self.storage.split_to(used);
        piece.advance(self.start);
        self.start = 0;
        self.end -= used;
        self.searched = self.searched.saturating_sub(n);
        self.offered = 0;
        if !self.is_empty() && self.len() <= self.held / COPY_BELOW {
            self.relocate(FIRST_READ.saturating_sub(self.len()));
        }
        piece
    }

    /// How many octets fit behind what is filled without moving anything.
    fn room(&self) -> usize {
        self.storage.capacity() - self.end
    }

    /// Whether to make room before offering `want` octets.
    ///
    /// A quarter of it will do, or else the remainder of storage whose front was taken would never
    /// be used up. Storage that was allocated for smaller reads is replaced once it is empty.
    fn is_cramped(&self, want: usize) -> bool {
        self.room().saturating_mul(4) < want || (self.is_empty() && self.held < want)
    }

    /// Makes room for `want` octets behind what is filled, at a cost in proportion to what was
    /// consumed or received since the last time.
    fn make_room(&mut self, want: usize) {
        self.storage.truncate(self.end);
        self.storage.advance(self.start);
        self.end -= self.start;
        self.start = 0;
        if self.held < want || !self.storage.try_reclaim(want) {
            self.relocate(want);
        }
    }

    /// Moves what is filled to new storage with room for `want` octets.
    fn relocate(&mut self, want: usize) {
        let len = self.len();
        // Doubling keeps the cost linear when a long line drips in.
        let capacity = len.saturating_add(want).max(len.saturating_mul(2)).min(self.limit);
        let mut storage = BytesMut::with_capacity(capacity.max(len));
        storage.extend_from_slice(self.filled());
        self.held = storage.capacity();
        self.storage = storage;
        self.lent = false;
        self.start = 0;
        self.end = len;
    }

    fn release(&mut self) {
        self.storage = BytesMut::new();
        self.held = 0;
        self.start = 0;
        self.end = 0;
        self.searched = 0;
        self.offered = 0;
        self.step = FIRST_READ;
        self.lent = false;
    }
}

/// Shows sizes only: what the peer sent may hold a password.
impl core::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inbox")
            .field("len", &self.len())
            .field("limit", &self.limit)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
