//! One line of a reply.

use super::{Code, ReplyError};

/// One line of a reply, taken apart. Nothing is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyLine<'a> {
    /// The code.
    pub code: Code,
    /// Whether this is the last line of the reply.
    pub last: bool,
    /// What follows the separator, as it was sent: any octets at all.
    pub text: &'a [u8],
}

impl<'a> ReplyLine<'a> {
    /// Takes apart a line, given without its CRLF.
    ///
    /// The first four octets decide (RFC 5321 section 4.2.1): `250-234 text` is a line that others
    /// follow. A code with nothing behind it, not even a space, is a last line (section 4.2).
    pub fn parse(line: &'a [u8]) -> Result<ReplyLine<'a>, ReplyError> {
        let (code, rest) = line
            .split_first_chunk()
            .and_then(|(digits, rest)| Some((Code::from_digits(*digits)?, rest)))
            .ok_or_else(|| ReplyError::code(line))?;
        match rest {
            [] => Ok(ReplyLine { code, last: true, text: rest }),
            [b' ', text @ ..] => Ok(ReplyLine { code, last: true, text }),
            [b'-', text @ ..] => Ok(ReplyLine { code, last: false, text }),
            [octet, ..] => Err(ReplyError::Separator { code, octet: *octet }),
        }
    }
}
