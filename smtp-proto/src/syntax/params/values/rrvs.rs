//! `RRVS` (RFC 7293 section 3.1).

use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::datetime::DateTime;
use crate::syntax::params::Parameter;

/// Since when the mailbox must have had the same owner (RFC 7293 section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rrvs {
    since: DateTime,
    action: Option<NoSupport>,
}

/// What a relay does if the next server does not have the extension (RFC 7293 section 5.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoSupport {
    /// `R`: refuses the message.
    #[default]
    Reject,
    /// `C`: goes on without.
    Continue,
}

impl Rrvs {
    /// Since then; the action may be left out. `None` if the time has a fraction.
    #[must_use]
    pub fn new(since: DateTime, action: Option<NoSupport>) -> Option<Self> {
        (!since.has_fraction()).then_some(Self { since, action })
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> &DateTime {
        &self.since
    }

    /// What a relay does if the next server does not have the extension: what the client said, or
    /// else [`NoSupport::Reject`].
    #[must_use]
    pub fn action(&self) -> NoSupport {
        self.action.unwrap_or_default()
    }
}

impl Parameter for Rrvs {
    const KEYWORD: &'static str = "RRVS";
    const EXPECTED: &'static str =
        "date and time without fraction, then \";\" and C or R or nothing";

    fn parse(value: Option<&str>) -> Option<Self> {
        let (since, action) = match value?.split_once(';') {
            None => (value?, None),
            Some((since, "R" | "r")) => (since, Some(NoSupport::Reject)),
            Some((since, "C" | "c")) => (since, Some(NoSupport::Continue)),
            Some(_) => return None,
        };
        Self::new(DateTime::parse(since)?, action)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// The action is written only if the client has, or [`Rrvs::new`]: a relay preserves it.
impl fmt::Display for Rrvs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.action {
            None => "",
            Some(NoSupport::Reject) => ";R",
            Some(NoSupport::Continue) => ";C",
        };
        write!(f, "{}{action}", self.since)
    }
}
