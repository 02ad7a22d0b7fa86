//! What goes wrong on the way.

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;

/// What goes wrong in one direction, once so many octets were sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The connection is reset, in both directions.
    Reset,
    /// The reader sees the end of the stream, and what is written further goes nowhere.
    End { both: bool },
    /// Nothing arrives for a while.
    Stall(Duration),
    /// Nothing arrives ever again, and nobody says so.
    Silence { both: bool },
    /// One octet arrives at a time, with so much time between.
    Drip(Duration),
}

impl Fault {
    /// For statistics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reset => "fault: reset",
            Self::End { both: false } => "fault: end of one direction",
            Self::End { both: true } => "fault: end of both directions",
            Self::Stall(_) => "fault: stall",
            Self::Silence { both: false } => "fault: silence in one direction",
            Self::Silence { both: true } => "fault: silence in both directions",
            Self::Drip(_) => "fault: drip",
        }
    }

    /// Any of them; `patience` is how long the two sides wait.
    pub(crate) fn random(rng: &mut Rng, patience: Duration) -> Self {
        match rng.u32(..8) {
            0 | 1 => Self::Reset,
            2 => Self::End { both: false },
            3 => Self::End { both: true },
            4 | 5 => Self::Stall(patience.mul_f64(rng.f64() * 2.0)),
            6 => Self::Silence { both: rng.bool() },
            _ => Self::Drip(patience.mul_f64(rng.f64() * 0.5)),
        }
    }
}

/// The faults of one direction, none or a few; `octets` is about how many it will have.
pub(crate) fn schedule(rng: &mut Rng, patience: Duration, octets: u64) -> VecDeque<(u64, Fault)> {
    let count = [0, 1, 1, 2][rng.usize(..4)];
    let mut faults: Vec<_> =
        (0..count).map(|_| (rng.u64(..=octets), Fault::random(rng, patience))).collect();
    faults.sort_by_key(|(at, _)| *at);
    faults.into()
}
