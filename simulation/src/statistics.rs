//! What happened, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What happened in a number of conversations.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    counts: BTreeMap<&'static str, u64>,
    /// Virtual time that went by.
    pub time: Duration,
}

impl Statistics {
    pub(crate) fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &'static str, times: u64) {
        *self.counts.entry(what).or_default() += times;
    }

    /// How often something happened.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// Adds another's counts to these.
    pub fn merge(&mut self, other: &Self) {
        for (what, times) in &other.counts {
            self.add(what, *times);
        }
        self.time += other.time;
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in &self.counts {
            writeln!(f, "{times:>12}  {what}")?;
        }
        writeln!(f, "{:>12.0}  virtual hours", self.time.as_secs_f64() / 3600.0)
    }
}
