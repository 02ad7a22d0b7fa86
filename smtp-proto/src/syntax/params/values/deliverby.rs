//! `BY` (RFC 2852 section 4).

use alloc::string::{String, ToString};
use core::fmt;

use super::nine_digits;
use crate::syntax::params::Parameter;

/// When the message should be delivered, and what happens if it is not (RFC 2852 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct By {
    seconds: i32,
    mode: ByMode,
    trace: bool,
}

/// What happens to a message that is not delivered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByMode {
    /// `N`: the sender is notified, and delivery goes on.
    Notify,
    /// `R`: the message is returned.
    Return,
}

const MOST: i32 = 999_999_999;

impl By {
    /// So many seconds from the MAIL command on; zero or less if the time has passed. `trace` asks
    /// for a notification of each relay.
    ///
    /// `None` if it is more than 999999999 seconds either way, or a message is to be returned at
    /// once.
    #[must_use]
    pub fn new(seconds: i32, mode: ByMode, trace: bool) -> Option<Self> {
        let least = if mode == ByMode::Return { 1 } else { -MOST };
        (least..=MOST).contains(&seconds).then_some(Self { seconds, mode, trace })
    }

    /// The seconds that are left, as of the MAIL command.
    #[must_use]
    pub fn seconds(&self) -> i32 {
        self.seconds
    }

    /// What happens if they are not enough.
    #[must_use]
    pub fn mode(&self) -> ByMode {
        self.mode
    }

    /// Whether the sender wants to be notified of each relay.
    #[must_use]
    pub fn trace(&self) -> bool {
        self.trace
    }
}

impl Parameter for By {
    const KEYWORD: &'static str = "BY";
    const EXPECTED: &'static str =
        "seconds, \";\", and N or R (R not with zero or less), then T or nothing";

    fn parse(value: Option<&str>) -> Option<Self> {
        let (time, mode) = value?.split_once(';')?;
        let seconds = i32::try_from(nine_digits(time.strip_prefix(['-', '+']).unwrap_or(time))?);
        let seconds = seconds.ok()?;
        let seconds = if time.starts_with('-') { seconds.saturating_neg() } else { seconds };
        let (mode, trace) = match mode.as_bytes() {
            [mode] => (mode, false),
            [mode, b'T' | b't'] => (mode, true),
            _ => return None,
        };
        match mode {
            b'N' | b'n' => Self::new(seconds, ByMode::Notify, trace),
            b'R' | b'r' => Self::new(seconds, ByMode::Return, trace),
            _ => None,
        }
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == ByMode::Notify { "N" } else { "R" };
        let trace = if self.trace { "T" } else { "" };
        write!(f, "{};{mode}{trace}", self.seconds)
    }
}
