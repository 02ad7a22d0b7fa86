//! `REQUIRETLS` (RFC 8689 section 2).

use alloc::string::String;

use crate::syntax::params::Parameter;

/// The message may travel over verified TLS only, on every hop (RFC 8689 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequireTls;

impl Parameter for RequireTls {
    const KEYWORD: &'static str = "REQUIRETLS";
    const EXPECTED: &'static str = "none at all";

    fn parse(value: Option<&str>) -> Option<Self> {
        value.is_none().then_some(Self)
    }

    fn value(&self) -> Option<String> {
        None
    }
}
