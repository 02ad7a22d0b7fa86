//! Replies on their way out.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the longest enhanced code has nine octets, a line 512"
)]

use bytes::BytesMut;

use super::clean::put_clean;
use super::{Code, EnhancedCode, Reply};
use crate::syntax::words::has_control;

/// The most octets in a reply line, with code and CRLF (RFC 5321 section 4.5.3.1.5).
const LINE: usize = 512;

/// Writes a reply of one or more lines, with their CRLFs. Allocates nothing besides room in `out`.
///
/// `enhanced` goes in front of the text of each line (RFC 2034 section 4), unless its class is not
/// that of `code`. No lines at all are one line without text.
///
/// Text is folded, at spaces where there are any, so that no line is longer than 512 octets. What a
/// program reads line by line is not, since folding would change its meaning: 334, which carries a
/// SASL challenge, and what [`write_extensions`] writes.
///
/// A control character becomes a space, so `lines` need not be trusted; a [`Text`] never holds any.
///
/// [`Text`]: crate::syntax::text::Text
pub fn write_reply<'a>(
    out: &mut BytesMut,
    code: Code,
    enhanced: Option<EnhancedCode>,
    lines: impl IntoIterator<Item = &'a str>,
) {
    let enhanced = enhanced.filter(|enhanced| enhanced.class() == code.class());
    let lines = lines.into_iter().map(|line| (enhanced, line.as_bytes()));
    let fold = code != Code::CHALLENGE;
    write_lines(out, code, fold, lines, (enhanced, b""));
}

/// Writes a reply of one line, in words that are ours: short, and printable.
pub(crate) fn write_own(
    out: &mut BytesMut,
    code: Code,
    enhanced: Option<EnhancedCode>,
    text: &'static str,
) {
    debug_assert!(text.len() < LINE / 2 && !has_control(text.as_bytes()));
    let enhanced = enhanced.filter(|enhanced| enhanced.class() == code.class());
    let start = Start::new(code, enhanced);
    out.reserve(start.length + text.len() + "\r\n".len());
    out.extend_from_slice(start.as_slice());
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Writes the reply to EHLO: 250, with a line for each extension behind the first (RFC 5321 section
/// 4.1.1.1). The lines stay as they are, however long.
pub fn write_extensions<'a>(out: &mut BytesMut, lines: impl IntoIterator<Item = &'a str>) {
    let lines = lines.into_iter().map(|line| (None, line.as_bytes()));
    write_lines(out, Code::OK, false, lines, (None, b""));
}

impl Reply {
    /// Writes the reply with its CRLFs, folded as [`write_reply`] does it, unless it could be the
    /// reply to EHLO.
    pub fn write(&self, out: &mut BytesMut) {
        let lines = self.lines().map(|line| self.split_enhanced(line));
        let for_programs = self.code == Code::OK && self.enhanced().is_none();
        let fold = !for_programs && self.code != Code::CHALLENGE;
        write_lines(out, self.code, fold, lines, (None, b""));
    }

    /// The enhanced code of a line, if there is one and a space behind it, and the text after that.
    fn split_enhanced<'a>(&self, line: &'a [u8]) -> (Option<EnhancedCode>, &'a [u8]) {
        match EnhancedCode::parse_prefix(line) {
            Some((enhanced, [b' ', text @ ..])) if enhanced.class() == self.code.class() => {
                (Some(enhanced), text)
            }
            _ => (None, line),
        }
    }
}

type Content<'a> = (Option<EnhancedCode>, &'a [u8]);

fn write_lines<'a>(
    out: &mut BytesMut,
    code: Code,
    fold: bool,
    mut lines: impl Iterator<Item = Content<'a>>,
    otherwise: Content<'a>,
) {
    let mut line = lines.next().unwrap_or(otherwise);
    loop {
        let next = lines.next();
        write_folded(out, code, fold, line, next.is_none());
        match next {
            Some(next) => line = next,
            None => return,
        }
    }
}

/// Writes one line of the caller's as one or more lines.
fn write_folded(
    out: &mut BytesMut,
    code: Code,
    fold: bool,
    (enhanced, text): Content<'_>,
    last: bool,
) {
    let mut start = Start::new(code, enhanced);
    let room = if fold { LINE - "\r\n".len() - start.length } else { text.len() };
    let mut rest = text;
    loop {
        let (line, after) = split(rest, room);
        start.set_last(last && after.is_empty());
        out.reserve(start.length + line.len() + "\r\n".len());
        out.extend_from_slice(start.as_slice());
        put_clean(out, line);
        out.extend_from_slice(b"\r\n");
        if after.is_empty() {
            return;
        }
        rest = after;
    }
}

/// What stands in front of the text: `250-2.1.5 `.
struct Start {
    octets: [u8; 14],
    length: usize,
}

impl Start {
    fn new(code: Code, enhanced: Option<EnhancedCode>) -> Start {
        let mut octets = [b' '; 14];
        let (digits, rest) = octets.split_at_mut(3);
        digits.copy_from_slice(&code.digits());
        let left = match (enhanced, rest) {
            (Some(enhanced), [_, rest @ ..]) => enhanced.put(rest).len() - " ".len(),
            (_, rest) => rest.len() - " ".len(),
        };
        Start { length: octets.len() - left, octets }
    }

    fn set_last(&mut self, last: bool) {
        if let Some(separator) = self.octets.get_mut(3) {
            *separator = if last { b' ' } else { b'-' };
        }
    }

    fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }
}

/// Splits `text` so that the first part fits into `room` octets (at least 4): at the last space that
/// allows it, which is dropped, else between two characters.
fn split(text: &[u8], room: usize) -> (&[u8], &[u8]) {
    let Some((within, beyond)) = text.split_at_checked(room).filter(|(_, b)| !b.is_empty()) else {
        return (text, b"");
    };
    if let [b' ', rest @ ..] = beyond {
        return (within, rest);
    }
    if let Some(space) = memchr::memrchr(b' ', within).filter(|&space| space > 0) {
        let (line, rest) = text.split_at_checked(space).unwrap_or((text, b""));
        return (line, rest.strip_prefix(b" ").unwrap_or(rest));
    }
    // At most three octets that continue a UTF-8 character; more of them are not UTF-8.
    let continued = |at: usize| text.get(at).is_some_and(|octet| octet & 0xC0 == 0x80);
    let at = (room.saturating_sub(3)..=room).rev().find(|&at| !continued(at)).unwrap_or(room);
    text.split_at_checked(at).unwrap_or((text, b""))
}
