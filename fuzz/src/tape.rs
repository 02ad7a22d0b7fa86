//! From a fuzzer's octets to decisions.
//!
//! An input is a line of [`HEADER`] characters, each of which stands for a decision ('0' for the
//! plainest), and then whatever goes over the wire. So seeds can be read and written by people.

/// Octets in front of what goes over the wire: three tapes and an LF.
pub const HEADER: usize = 3 * TAPE + 1;

const TAPE: usize = 16;

/// An input, taken apart.
pub struct Input<'a> {
    /// What the machine is set to.
    pub config: Tape<'a>,
    /// What the application does.
    pub answers: Tape<'a>,
    /// How the octets are cut, and when they move.
    pub moves: Tape<'a>,
    /// What goes over the wire.
    pub octets: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Option<Self> {
        let (header, octets) = data.split_at_checked(HEADER)?;
        let mut tapes = header.chunks_exact(TAPE).map(Tape::new);
        Some(Self { config: tapes.next()?, answers: tapes.next()?, moves: tapes.next()?, octets })
    }
}

/// Decisions without end.
#[derive(Clone)]
pub struct Tape<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Tape<'a> {
    fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// The next decision. A '0' is 0 however often its turn comes; anything else varies.
    pub fn number(&mut self) -> usize {
        let round = self.at / self.octets.len();
        let octet = self.octets[self.at % self.octets.len()] ^ b'0';
        self.at += 1;
        usize::from(octet).wrapping_mul(1 + 7 * round)
    }

    /// One of `n` choices.
    pub fn pick(&mut self, n: usize) -> usize {
        self.number() % n
    }

    /// Whether something happens that does not happen as a rule.
    pub fn rarely(&mut self) -> bool {
        self.pick(8) == 7
    }
}
