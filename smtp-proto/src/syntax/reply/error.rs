//! What can be wrong with a reply.

use super::Code;

/// Why something is not a reply (RFC 5321 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The line does not begin with a code.
    #[error(
        "a reply begins with \"{}\", expected a code from 200 to 599",
        found.trim_ascii_end().escape_ascii()
    )]
    Code {
        /// The first octets of the line, filled up with spaces.
        found: [u8; 3],
    },
    /// The code is followed by something that is neither a space, a hyphen nor the end of the line.
    #[error(
        "the code {code} of a reply is followed by \"{}\", expected a space or a hyphen",
        octet.escape_ascii()
    )]
    Separator {
        /// The code.
        code: Code,
        /// The octet that follows it.
        octet: u8,
    },
    /// The lines of one reply carry different codes.
    #[error("a reply begins with code {first} and goes on with {then}, expected the same code")]
    CodeChanged {
        /// The code of the first line.
        first: Code,
        /// The code of the line that differs.
        then: Code,
    },
    /// More lines than the limit allows.
    #[error("a reply has more than {limit} lines")]
    TooManyLines {
        /// See [`ReplyLimits::lines`](super::ReplyLimits::lines).
        limit: usize,
    },
    /// More text than the limit allows.
    #[error("the text of a reply is longer than {limit} octets")]
    TooLong {
        /// See [`ReplyLimits::octets`](super::ReplyLimits::octets).
        limit: usize,
    },
    /// The input ends before the reply does.
    #[error("the input ends inside of a reply, expected a last line and its CRLF")]
    Incomplete,
    /// The input goes on after the reply.
    #[error("the reply ends at octet {at}, but the input goes on")]
    Trailing {
        /// Where the reply ended, in octets.
        at: usize,
    },
}

impl ReplyError {
    pub(super) fn code(line: &[u8]) -> ReplyError {
        let mut found = [b' '; 3];
        for (to, from) in found.iter_mut().zip(line) {
            *to = *from;
        }
        ReplyError::Code { found }
    }
}
