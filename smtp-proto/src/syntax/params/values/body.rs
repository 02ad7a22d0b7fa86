//! `BODY` (RFC 6152 section 3, RFC 3030 section 3).

use alloc::string::String;
use core::fmt;

use crate::syntax::params::Parameter;

/// What a message consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyType {
    /// `7BIT`: lines of US-ASCII (RFC 6152 section 3).
    SevenBit,
    /// `8BITMIME`: lines of any octets (RFC 6152 section 3).
    EightBitMime,
    /// `BINARYMIME`: any octets, in lines or not (RFC 3030 section 3).
    BinaryMime,
}

impl BodyType {
    /// The value as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }
}

impl Parameter for BodyType {
    const KEYWORD: &'static str = "BODY";
    const EXPECTED: &'static str = "7BIT, 8BITMIME or BINARYMIME";

    fn parse(value: Option<&str>) -> Option<Self> {
        let value = value?;
        [Self::SevenBit, Self::EightBitMime, Self::BinaryMime]
            .into_iter()
            .find(|body| value.eq_ignore_ascii_case(body.as_str()))
    }

    fn value(&self) -> Option<String> {
        Some(self.as_str().into())
    }
}

impl fmt::Display for BodyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
