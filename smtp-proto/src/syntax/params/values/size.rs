//! `SIZE` (RFC 1870 section 3).

use alloc::string::{String, ToString};

use crate::syntax::params::Parameter;

/// How many octets the message has, the client expects (RFC 1870 section 5). What is more than fits
/// is `u64::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

impl Parameter for Size {
    const KEYWORD: &'static str = "SIZE";
    const EXPECTED: &'static str = "1 to 20 digits";

    fn parse(value: Option<&str>) -> Option<Self> {
        let digits = value?;
        if !matches!(digits.len(), 1..=20) || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        Some(Self(digits.parse().unwrap_or(u64::MAX)))
    }

    fn value(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}
