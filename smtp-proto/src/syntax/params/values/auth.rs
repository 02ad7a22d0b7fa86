//! `AUTH` (RFC 4954 section 5).

use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::address::Mailbox;
use crate::syntax::params::Parameter;
use crate::syntax::xtext;

/// Who submitted the message, says the client (RFC 4954 section 5). Displayed in xtext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AuthParam {
    /// `<>`: nobody knows, or nobody may tell.
    Null,
    /// The submitter.
    Mailbox(Mailbox),
}

impl Parameter for AuthParam {
    const KEYWORD: &'static str = "AUTH";
    const EXPECTED: &'static str = "<> or a mailbox, in xtext";

    fn parse(value: Option<&str>) -> Option<Self> {
        match &*xtext::decode(value?).ok()? {
            "<>" => Some(Self::Null),
            mailbox => mailbox.parse().ok().map(Self::Mailbox),
        }
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for AuthParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(mailbox) => xtext::encode(mailbox.as_str(), f),
        }
    }
}
