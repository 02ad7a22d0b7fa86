//! Replies: what a server says to a command (RFC 5321 section 4.2).
//!
//! [`ReplyLine`] takes one line apart and keeps nothing. [`ReplyParser`] puts lines together and
//! returns an owned [`Reply`]. Reading is lenient with everything that RFC 5321 tells a client to
//! put up with, and with texts in any character set; it is strict about the code.

mod clean;
mod code;
mod enhanced;
mod error;
mod line;
mod meaning;
mod octets;
mod parser;
mod registry;
mod status;
#[cfg(test)]
mod tests;
mod write;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::syntax::text::Text;
use octets::Octets;

pub(in crate::syntax) use clean::put_clean;
pub use code::{Class, Code};
pub use enhanced::EnhancedCode;
pub use error::ReplyError;
pub use line::ReplyLine;
pub use parser::{ReplyLimits, ReplyParser};
pub use status::Status;
pub(crate) use write::write_own;
pub use write::{write_extensions, write_reply};

/// A complete reply: a code, and at least one line of text, which may be empty.
///
/// No line holds CR, LF, NUL or any other control character but HT. A reply that was received may
/// hold any octets above 0x7F.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: Code,
    /// The lines, joined by LF.
    text: Octets,
}

impl Reply {
    /// A reply of these lines; no lines at all are one line without text.
    ///
    /// `enhanced` becomes part of each line, unless its class is not that of `code`
    /// (RFC 2034 section 4).
    #[must_use]
    pub fn new<T: AsRef<str>>(
        code: Code,
        enhanced: Option<EnhancedCode>,
        text: &[Text<T>],
    ) -> Reply {
        let enhanced = enhanced.filter(|enhanced| enhanced.class() == code.class());
        let mut lines = Vec::new();
        for (index, line) in text.iter().map(Text::as_str).enumerate() {
            if index > 0 {
                lines.push(b'\n');
            }
            put_line(&mut lines, enhanced, line);
        }
        if text.is_empty() {
            put_line(&mut lines, enhanced, "");
        }
        Reply { code, text: lines.as_slice().into() }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The enhanced status code at the beginning of the text, if its class is that of the code.
    ///
    /// Servers that do not offer ENHANCEDSTATUSCODES may begin a text with something that looks
    /// like one (RFC 2034 section 4).
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        let (enhanced, _) = EnhancedCode::parse_prefix(self.lines().next()?)?;
        (enhanced.class() == self.code.class()).then_some(enhanced)
    }

    /// The text of each line as it was sent, enhanced codes included. There is at least one.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text.as_slice().split(|octet| *octet == b'\n')
    }

    /// The text for a person: the lines in one, without enhanced codes. What is not UTF-8 is
    /// replaced by U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let mut lines = self.texts();
        let mut text = lines.next().unwrap_or_default();
        for line in lines {
            let text = text.to_mut();
            text.push(' ');
            text.push_str(&line);
        }
        text
    }

    /// The same, line by line. There is at least one.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.lines().map(|line| String::from_utf8_lossy(self.without_enhanced(line)))
    }

    /// What the first digit of the code says.
    #[must_use]
    pub fn class(&self) -> Class {
        self.code.class()
    }

    /// 2yz: the command was carried out.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.class() == Class::Positive
    }

    /// 3yz: the rest is awaited.
    #[must_use]
    pub fn is_intermediate(&self) -> bool {
        self.class() == Class::Intermediate
    }

    /// 4yz: refused for now.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.class() == Class::Transient
    }

    /// As the reply to RCPT: refused for now. Besides 4yz that is 552 where it says that there are too
    /// many recipients, a mistake of RFC 821 that servers still make; the rest goes into another
    /// transaction (RFC 5321 section 4.5.3.1.10).
    ///
    /// 552 also says, for good, that this recipient takes no message of this size (RFC 1870 section
    /// 6.4), or that the mailbox is full. The enhanced code tells which it is. Without one it is
    /// taken for temporary, since a message that is tried in vain is not lost; but not if no
    /// recipient of the transaction was accepted: one recipient is never too many.
    #[must_use]
    pub fn is_transient_to_rcpt(&self) -> bool {
        let unspecific = [Status::OTHER, Status::TOO_MANY_RECIPIENTS];
        let status = self.enhanced().and_then(EnhancedCode::status).unwrap_or(Status::OTHER);
        self.is_transient() || self.code == Code::EXCEEDED_STORAGE && unspecific.contains(&status)
    }

    /// 5yz: refused for good.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.class() == Class::Permanent
    }

    /// The line without its enhanced code and the white space behind that.
    fn without_enhanced<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        match EnhancedCode::parse_prefix(line) {
            Some((enhanced, text)) if enhanced.class() == self.class() => text.trim_ascii_start(),
            _ => line,
        }
    }
}

fn put_line(lines: &mut Vec<u8>, enhanced: Option<EnhancedCode>, text: &str) {
    if let Some(enhanced) = enhanced {
        lines.extend_from_slice(format!("{enhanced} ").as_bytes());
    }
    lines.extend_from_slice(text.as_bytes());
}

impl fmt::Display for Reply {
    /// The reply for a person, in one line: `550 5.1.1 no such user`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced() {
            write!(f, " {enhanced}")?;
        }
        match self.text() {
            text if text.is_empty() => Ok(()),
            text => write!(f, " {text}"),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.lines().map(String::from_utf8_lossy).collect();
        f.debug_tuple("Reply").field(&self.code).field(&lines).finish()
    }
}
