//! `SMTPUTF8` (RFC 6531 section 3.4).

use alloc::string::String;

use crate::syntax::params::Parameter;

/// Addresses and header fields may be in UTF-8 (RFC 6531 section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SmtpUtf8;

impl Parameter for SmtpUtf8 {
    const KEYWORD: &'static str = "SMTPUTF8";
    const EXPECTED: &'static str = "none at all";

    fn parse(value: Option<&str>) -> Option<Self> {
        value.is_none().then_some(Self)
    }

    fn value(&self) -> Option<String> {
        None
    }
}
