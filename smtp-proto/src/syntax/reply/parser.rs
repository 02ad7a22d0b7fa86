//! From lines to replies.

use alloc::vec::Vec;

use super::clean::clean;
use super::octets::Octets;
use super::{Code, Reply, ReplyError, ReplyLine};

/// How much of one reply a [`ReplyParser`] takes before it refuses to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyLimits {
    /// Lines.
    pub lines: usize,
    /// Octets of text, codes and line ends not counted.
    pub octets: usize,
}

impl Default for ReplyLimits {
    /// 1000 lines, 64 KiB.
    fn default() -> ReplyLimits {
        ReplyLimits { lines: 1000, octets: 64 * 1024 }
    }
}

/// Octets of text that a reply to EHLO seldom goes beyond.
const USUAL: usize = 240;

/// Puts together replies from their lines.
#[derive(Clone, Debug, Default)]
pub struct ReplyParser {
    limits: ReplyLimits,
    begun: Option<Begun>,
}

/// A reply of which at least one line is still to come.
#[derive(Clone, Debug)]
struct Begun {
    code: Code,
    lines: usize,
    /// The lines so far, each followed by LF.
    text: Vec<u8>,
}

impl ReplyParser {
    /// A parser that is at the beginning of a reply.
    #[must_use]
    pub fn new(limits: ReplyLimits) -> ReplyParser {
        ReplyParser { limits, begun: None }
    }

    /// Whether a reply has begun whose last line is still to come.
    #[must_use]
    pub fn is_within_reply(&self) -> bool {
        self.begun.is_some()
    }

    /// Takes the next line, without its CRLF, and returns the reply if it was the last of one.
    ///
    /// Control characters in the text become spaces. After an error nothing is known of where the
    /// next reply begins; the parser itself forgets the lines it has and starts afresh.
    pub fn push(&mut self, line: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let pushed = self.add(line);
        if pushed.is_err() {
            self.begun = None;
        }
        pushed
    }

    #[inline]
    fn add(&mut self, line: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let line = ReplyLine::parse(line)?;
        let (lines, octets) = self.begun.as_ref().map_or((0, 0), Begun::size);
        if lines >= self.limits.lines {
            return Err(ReplyError::TooManyLines { limit: self.limits.lines });
        }
        if line.text.len() > self.limits.octets.saturating_sub(octets) {
            return Err(ReplyError::TooLong { limit: self.limits.octets });
        }
        let begun = match &mut self.begun {
            Some(begun) => begun,
            // The usual case: one line.
            None if line.last => return Ok(Some(Reply::from_line(line.code, line.text))),
            begun @ None => {
                begun.insert(Begun { code: line.code, lines: 0, text: Vec::with_capacity(USUAL) })
            }
        };
        if begun.code != line.code {
            return Err(ReplyError::CodeChanged { first: begun.code, then: line.code });
        }
        let start = begun.text.len();
        begun.text.extend_from_slice(line.text);
        clean(begun.text.get_mut(start..).unwrap_or_default());
        if line.last {
            let text = self.begun.take().map(|begun| begun.text).unwrap_or_default();
            return Ok(Some(Reply { code: line.code, text: Octets::Long(text) }));
        }
        begun.text.push(b'\n');
        begun.lines = begun.lines.saturating_add(1);
        Ok(None)
    }
}

impl Begun {
    /// Lines, and octets of text.
    fn size(&self) -> (usize, usize) {
        (self.lines, self.text.len().saturating_sub(self.lines))
    }
}

impl Reply {
    /// Reads one complete reply from `octets`, every line of it ended by CRLF.
    ///
    /// For replies as they come from a connection see [`ReplyParser`].
    pub fn parse(octets: &[u8]) -> Result<Reply, ReplyError> {
        let mut parser = ReplyParser::default();
        let mut rest = octets;
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            match parser.push(line)? {
                None => {}
                Some(reply) if rest.is_empty() => return Ok(reply),
                Some(_) => {
                    return Err(ReplyError::Trailing {
                        at: octets.len().saturating_sub(rest.len()),
                    });
                }
            }
        }
        Err(ReplyError::Incomplete)
    }

    #[inline]
    fn from_line(code: Code, text: &[u8]) -> Reply {
        let mut text = Octets::from(text);
        clean(text.as_mut_slice());
        Reply { code, text }
    }
}

/// The first line without its CRLF, and what is behind that.
fn split_line(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr::memchr_iter(b'\n', octets).find_map(|lf| {
        let (line, rest) = octets.split_at_checked(lf)?;
        Some((line.strip_suffix(b"\r")?, rest.get(1..)?))
    })
}
