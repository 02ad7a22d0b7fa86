//! What can be wrong with parameters.

use core::fmt;

/// How much of a keyword an error keeps; no registered keyword is longer.
const KEPT: usize = 23;

/// A parameter that is malformed, repeated, or not what its extension asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamError {
    /// What is wrong.
    pub kind: ParamErrorKind,
    /// Where, in octets from the start of the parameters.
    pub at: usize,
    keyword: Keyword,
}

/// Kept in place, so that a client can't make a server allocate for each of its mistakes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Keyword {
    octets: [u8; KEPT],
    len: u8,
}

impl ParamError {
    pub(super) fn new(kind: ParamErrorKind, keyword: &str, at: usize) -> ParamError {
        ParamError { kind, at, keyword: Keyword::new(keyword) }
    }

    /// The keyword of the parameter as written, or its first 23 octets; empty if there was none.
    #[must_use]
    pub fn keyword(&self) -> &str {
        self.keyword.as_str()
    }
}

impl Keyword {
    fn new(keyword: &str) -> Keyword {
        let mut kept = Keyword { octets: [0; KEPT], len: 0 };
        for (to, from) in kept.octets.iter_mut().zip(keyword.bytes()) {
            *to = from;
            kept.len = kept.len.saturating_add(1);
        }
        kept
    }

    fn as_str(&self) -> &str {
        // Keywords are US-ASCII: there's no character to be cut in two.
        let kept = self.octets.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(kept).unwrap_or_default()
    }
}

impl fmt::Debug for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParamError { kind, at, .. } = self;
        match self.keyword() {
            "" => write!(f, "parameter {kind} at offset {at}"),
            keyword => write!(f, "parameter {keyword} {kind} at offset {at}"),
        }
    }
}

impl core::error::Error for ParamError {}

/// What is wrong with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParamErrorKind {
    /// A control character; no parameter has any.
    #[error("has a control character")]
    Control,
    /// A keyword that is not letters, digits and hyphens, or starts with a hyphen.
    #[error("has a keyword that is not letters, digits and hyphens")]
    Keyword,
    /// Nothing behind the `=`.
    #[error("has an empty value")]
    ValueEmpty,
    /// A `=` or another character that a value can't have.
    #[error("has a character that is not permitted in a value")]
    ValueCharacter,
    /// The second parameter with this keyword.
    #[error("is there twice, the second")]
    Duplicate,
    /// More than [`MAX_PARAMS`](super::MAX_PARAMS).
    #[error("is one too many")]
    TooMany,
    /// A value that this parameter can't have, or none where it needs one.
    #[error("has a value other than {expected}")]
    Value {
        /// What it can have.
        expected: &'static str,
    },
}
