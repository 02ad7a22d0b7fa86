//! `CONPERM` and `CONNEG` (RFC 4141 sections 4.2 and 5.2).

use alloc::string::String;

use crate::syntax::params::Parameter;

/// Who relays the message may convert it, and has to if it can't be delivered as it is (RFC 4141
/// section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConPerm;

/// What can this recipient show? The reply to RCPT tells (RFC 4141 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConNeg;

impl Parameter for ConPerm {
    const KEYWORD: &'static str = "CONPERM";
    const EXPECTED: &'static str = "none at all";

    fn parse(value: Option<&str>) -> Option<Self> {
        value.is_none().then_some(Self)
    }

    fn value(&self) -> Option<String> {
        None
    }
}

impl Parameter for ConNeg {
    const KEYWORD: &'static str = "CONNEG";
    const EXPECTED: &'static str = "none at all";

    fn parse(value: Option<&str>) -> Option<Self> {
        value.is_none().then_some(Self)
    }

    fn value(&self) -> Option<String> {
        None
    }
}
