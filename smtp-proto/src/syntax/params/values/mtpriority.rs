//! `MT-PRIORITY` (RFC 6710 section 7).

#![expect(clippy::arithmetic_side_effects, reason = "one digit")]

use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::params::Parameter;

/// The priority of the message, the higher the more urgent (RFC 6710 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MtPriority(i8);

impl MtPriority {
    /// This priority; `None` unless it is -9 to 9.
    #[must_use]
    pub fn new(priority: i8) -> Option<Self> {
        matches!(priority, -9..=9).then_some(Self(priority))
    }

    /// The priority as a number.
    #[must_use]
    pub fn get(self) -> i8 {
        self.0
    }
}

impl Parameter for MtPriority {
    const KEYWORD: &'static str = "MT-PRIORITY";
    const EXPECTED: &'static str = "a number from -9 to 9";

    fn parse(value: Option<&str>) -> Option<Self> {
        match *value?.as_bytes() {
            [digit @ b'0'..=b'9'] => Some(Self((digit - b'0').cast_signed())),
            [b'-', digit @ b'1'..=b'9'] => Some(Self(-(digit - b'0').cast_signed())),
            _ => None,
        }
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for MtPriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
