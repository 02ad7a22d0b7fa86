//! How many connections there were of each kind, and what came of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::ledger::Fate;
use crate::mix::{Group, Kind};
use crate::peer::Trouble;

/// Columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Came to where the peer wanted.
    Done,
    /// Heard 421.
    Told,
    /// Heard another reply that the peer had not wanted.
    Rejected,
    /// Ended by the server, without a word.
    Cut,
    /// There was no connection.
    Absent,
    /// Took too long.
    Late,
    Acknowledged,
    Refused,
    Unknown,
    Unfinished,
}

impl Column {
    pub(crate) const ALL: [(Self, &'static str); 10] = [
        (Self::Done, "done"),
        (Self::Told, "421"),
        (Self::Rejected, "rejected"),
        (Self::Cut, "cut off"),
        (Self::Absent, "no conn."),
        (Self::Late, "too late"),
        (Self::Acknowledged, "acknowl."),
        (Self::Refused, "refused"),
        (Self::Unknown, "unknown"),
        (Self::Unfinished, "unfin."),
    ];

    /// The first are of connections, the others of messages.
    pub(crate) const CONNECTIONS: usize = 6;
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: [[AtomicU64; Column::ALL.len()]; Kind::COUNT],
    pub(crate) open: AtomicU64,
    /// What good peers met with, the first of it.
    troubles: Mutex<Vec<String>>,
}

/// So much of it is kept.
const TROUBLES: usize = 10;

impl Tally {
    pub(crate) fn count(&self, kind: Kind, column: Column) {
        self.counts[kind as usize][column as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn message(&self, kind: Kind, fate: Fate) {
        let column = match fate {
            Fate::Acknowledged => Column::Acknowledged,
            Fate::Refused => Column::Refused,
            Fate::Unknown => Column::Unknown,
            Fate::Unfinished => Column::Unfinished,
        };
        self.count(kind, column);
    }

    pub(crate) fn connection(&self, kind: Kind, outcome: &Result<(), Trouble>) {
        let column = match outcome {
            Ok(()) => Column::Done,
            Err(Trouble::Told) => Column::Told,
            Err(Trouble::Rejected(_)) => Column::Rejected,
            Err(Trouble::Cut(_)) => Column::Cut,
            Err(Trouble::Absent(_)) => Column::Absent,
            Err(Trouble::Late) => Column::Late,
        };
        self.count(kind, column);
        if let Err(trouble) = outcome
            && kind.group() == Group::Good
        {
            let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
            if troubles.len() < TROUBLES {
                troubles.push(format!("{}: {trouble}", kind.name()));
            }
        }
    }

    pub(crate) fn troubles(&self) -> Vec<String> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn of(&self, kind: Kind, column: Column) -> u64 {
        self.counts[kind as usize][column as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn sum(&self, column: Column) -> u64 {
        Kind::all().map(|kind| self.of(kind, column)).sum()
    }

    /// Connections of any outcome, but for those that never were.
    pub(crate) fn connections(&self, kind: Kind) -> u64 {
        let columns = Column::ALL[..Column::CONNECTIONS].iter();
        let columns = columns.filter(|(column, _)| *column != Column::Absent);
        columns.map(|(column, _)| self.of(kind, *column)).sum()
    }
}
