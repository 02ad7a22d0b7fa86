//! Replies: the code, the enhanced code, and the lines as they were sent.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::syntax::reply::{Code, EnhancedCode, Reply, ReplyError, ReplyLimits, ReplyParser};
use crate::syntax::text::TextError;

/// The fields of a reply.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Reply", deny_unknown_fields)]
struct Fields<'a> {
    code: Code,
    /// For who reads it: the lines hold it already. If it is missing, the lines decide.
    enhanced: Option<EnhancedCode>,
    /// With their enhanced codes. What is not UTF-8 is replaced by U+FFFD: a server must not be able
    /// to make a reply that can't be written.
    lines: Vec<Cow<'a, str>>,
}

/// Why fields are not a reply.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error("the lines of a reply: {0}")]
    Control(TextError),
    #[error("enhanced code {enhanced} in a reply {code}: the first digits have to be the same")]
    Class { code: Code, enhanced: EnhancedCode },
    #[error(
        "the first line of a reply does not begin with its enhanced code {0}: write it there, or \
         leave \"enhanced\" out"
    )]
    Enhanced(EnhancedCode),
    #[error(transparent)]
    Reply(#[from] ReplyError),
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = self.lines().map(String::from_utf8_lossy).collect();
        Fields { code: self.code(), enhanced: self.enhanced(), lines }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer)?.reply().map_err(D::Error::custom)
    }
}

impl Fields<'_> {
    fn reply(&self) -> Result<Reply, Flaw> {
        let code = self.code;
        let reply = self.parse()?;
        match self.enhanced {
            Some(enhanced) if enhanced.class() != code.class() => {
                Err(Flaw::Class { code, enhanced })
            }
            Some(enhanced) if reply.enhanced() != Some(enhanced) => Err(Flaw::Enhanced(enhanced)),
            _ => Ok(reply),
        }
    }

    /// The reply that comes of the lines if they are sent. No lines at all are one without text.
    fn parse(&self) -> Result<Reply, Flaw> {
        // Whoever wrote them had limits of his own.
        let limits = ReplyLimits { lines: usize::MAX, octets: usize::MAX };
        let mut parser = ReplyParser::new(limits);
        let code = self.code;
        let no_lines = (&Cow::Borrowed(""), &[][..]);
        let (last, lines) = self.lines.split_last().unwrap_or(no_lines);
        for line in lines {
            parser.push(format!("{code}-{}", clean(line)?).as_bytes())?;
        }
        let reply = parser.push(format!("{code} {}", clean(last)?).as_bytes())?;
        reply.ok_or(Flaw::Reply(ReplyError::Incomplete))
    }
}

/// The line, if it has no control character but HT. The parser would replace them: so it has to with
/// a server's, but nobody wrote them into a value that was a reply before.
///
/// C1 controls pass, unlike in a `Text`: replies that were received may hold any octets above 0x7F.
fn clean(line: &str) -> Result<&str, Flaw> {
    match line.char_indices().find(|(_, c)| c.is_ascii_control() && *c != '\t') {
        None => Ok(line),
        Some((at, character)) => Err(Flaw::Control(TextError { character, at })),
    }
}
