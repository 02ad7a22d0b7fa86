//! What happened, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What has to happen in a few thousand conversations, or they show nothing.
const OFTEN: &[&str] = &[
    "TLS: established",
    "TLS: fails",
    "TLS: stalls",
    "a next() cancelled",
    "a side dropped in the middle",
    "client ends: 421",
    "client ends: QUIT",
    "client ends: fault",
    "client ends: message broken off",
    "client ends: peer gone",
    "client ends: refused",
    "client ends: stream or TLS failed",
    "client ends: timeout",
    "client: breaks a message off",
    "client: content not taken",
    "closed with octets unread",
    "delivered by BDAT",
    "delivered by DATA",
    "drain begun",
    "end of an encrypted stream without notice",
    "fault: drip",
    "fault: end of both directions",
    "fault: end of one direction",
    "fault: reset",
    "fault: silence in both directions",
    "fault: silence in one direction",
    "fault: stall",
    "recipients: acknowledged",
    "recipients: not sent",
    "recipients: not sent, connection lost",
    "recipients: refused",
    "recipients: unknown, delivered",
    "recipients: unknown, not delivered",
    "server ends: QUIT",
    "server ends: peer gone",
    "server ends: shutdown",
    "server ends: timeout",
    "server: TLS failed",
    "server: cut off",
    "server: fault",
    "server: refuses in the middle of a message",
    "server: stream failed",
    "server: transaction aborted",
];

/// What has to happen in a hundred thousand.
const RARELY: &[&str] = &[
    "client: another connection",
    "client: content fails",
    "client: gives up an open envelope",
    "recipients: nobody left to tell, delivered",
    "recipients: nobody left to tell, not delivered",
    "server ends: refused the connection",
    "server ends: too many",
];

/// What happened in a number of conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    counts: BTreeMap<&'static str, u64>,
    /// Virtual time that went by.
    time: Duration,
}

impl Statistics {
    pub(crate) fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &'static str, times: u64) {
        *self.counts.entry(what).or_default() += times;
    }

    pub(crate) fn passed(&mut self, time: Duration) {
        self.time += time;
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

    /// What should have happened in so many conversations, and did not.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let rarely = if self.of("conversations") < 50_000 { &[] } else { RARELY };
        let all = OFTEN.iter().chain(rarely);
        all.copied().filter(|what| self.of(what) == 0).collect()
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in &self.counts {
            writeln!(f, "{times:>12}  {what}")?;
        }
        writeln!(f, "{:>12.0}  virtual hours", self.time.as_secs_f64() / 3600.0)?;
        let each = self.of("polls").checked_div(self.of("conversations"));
        writeln!(f, "{:>12}  polls per conversation", each.unwrap_or(0))
    }
}
