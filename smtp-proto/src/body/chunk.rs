//! BDAT framing: content counted, not terminated (RFC 3030 section 2).

/// What is left of one BDAT chunk.
///
/// The octets of a chunk follow the command line at once, may have any value, and are read to the
/// last one whatever the reply will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    remaining: u64,
    last: bool,
}

impl Chunk {
    /// A chunk of `size` octets, as in `BDAT size` or `BDAT size LAST`.
    #[must_use]
    pub fn new(size: u64, last: bool) -> Self {
        Self { remaining: size, last }
    }

    /// How many of `available` octets belong to this chunk. They count as read.
    #[must_use]
    pub fn take(&mut self, available: usize) -> usize {
        // A chunk may be larger than memory, but what is available is not.
        let n = usize::try_from(self.remaining).map_or(available, |left| left.min(available));
        self.remaining = self.remaining.saturating_sub(n as u64);
        n
    }

    /// How many octets were not read yet.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Whether the message ends with this chunk.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Whether every octet was read. A chunk of no octets is complete from the start.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.remaining == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Chunk;

    #[test]
    fn counts_down() {
        let mut chunk = Chunk::new(10, true);
        assert_eq!(chunk.take(0), 0);
        assert_eq!(chunk.take(4), 4);
        assert!(!chunk.is_complete());
        assert_eq!(chunk.take(7), 6);
        assert!(chunk.is_complete() && chunk.is_last());
        assert_eq!(chunk.take(7), 0);
    }

    #[test]
    fn the_extremes() {
        assert!(Chunk::new(0, true).is_complete());
        let mut chunk = Chunk::new(u64::MAX, false);
        assert_eq!(chunk.take(1000), 1000);
        assert_eq!(chunk.remaining(), u64::MAX - 1000);
    }
}
