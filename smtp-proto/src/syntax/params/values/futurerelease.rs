//! `HOLDFOR` and `HOLDUNTIL` (RFC 4865 section 3).

use alloc::string::{String, ToString};
use core::fmt;

use super::nine_digits;
use crate::syntax::datetime::DateTime;
use crate::syntax::params::Parameter;

/// For how long the message is to be held, in seconds (RFC 4865 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldFor(u32);

/// Until when the message is to be held (RFC 4865 section 3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldUntil(DateTime);

impl HoldFor {
    /// So many seconds; `None` unless they are 1 to 999999999.
    #[must_use]
    pub fn new(seconds: u32) -> Option<Self> {
        matches!(seconds, 1..=999_999_999).then_some(Self(seconds))
    }

    /// The seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Parameter for HoldFor {
    const KEYWORD: &'static str = "HOLDFOR";
    const EXPECTED: &'static str = "seconds, 1 to 999999999";

    fn parse(value: Option<&str>) -> Option<Self> {
        let digits = value.filter(|digits| !digits.starts_with('0'))?;
        Self::new(nine_digits(digits)?)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for HoldFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl HoldUntil {
    /// This time; `None` unless it is in UTC ([`DateTime::is_utc`]).
    #[must_use]
    pub fn new(until: DateTime) -> Option<Self> {
        until.is_utc().then_some(Self(until))
    }

    /// The time.
    #[must_use]
    pub fn date_time(&self) -> &DateTime {
        &self.0
    }
}

impl Parameter for HoldUntil {
    const KEYWORD: &'static str = "HOLDUNTIL";
    const EXPECTED: &'static str = "date and time in UTC as in 2026-01-31T23:59:59Z";

    fn parse(value: Option<&str>) -> Option<Self> {
        Self::new(DateTime::parse(value?)?)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for HoldUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
