//! Enhanced mail system status codes (RFC 3463), as replies carry them (RFC 2034).

#![expect(clippy::arithmetic_side_effects, reason = "three digits at most to a number")]

use core::fmt;

use super::Class;

/// An enhanced status code: class, subject and detail, like `5.1.1`.
///
/// The class is [`Class::Positive`], [`Class::Transient`] or [`Class::Permanent`]; there is none for
/// intermediate replies (RFC 2034 section 4). Subject and detail are at most 999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedCode {
    class: Class,
    subject: u16,
    detail: u16,
}

impl EnhancedCode {
    /// Any code, or `None` where there is no such: an intermediate class, a number above 999.
    #[must_use]
    pub const fn new(class: Class, subject: u16, detail: u16) -> Option<EnhancedCode> {
        if matches!(class, Class::Intermediate) || subject > 999 || detail > 999 {
            return None;
        }
        Some(EnhancedCode { class, subject, detail })
    }

    /// `2.subject.detail`
    #[must_use]
    pub const fn positive(subject: u8, detail: u8) -> EnhancedCode {
        EnhancedCode { class: Class::Positive, subject: subject as u16, detail: detail as u16 }
    }

    /// `4.subject.detail`
    #[must_use]
    pub const fn transient(subject: u8, detail: u8) -> EnhancedCode {
        EnhancedCode { class: Class::Transient, subject: subject as u16, detail: detail as u16 }
    }

    /// `5.subject.detail`
    #[must_use]
    pub const fn permanent(subject: u8, detail: u8) -> EnhancedCode {
        EnhancedCode { class: Class::Permanent, subject: subject as u16, detail: detail as u16 }
    }

    /// Positive, transient or permanent.
    #[must_use]
    pub const fn class(self) -> Class {
        self.class
    }

    /// What it is about: 1 addressing, 2 mailbox, 3 mail system, 4 network, 5 protocol,
    /// 6 content, 7 policy (RFC 3463 section 3).
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// What exactly, within the subject.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// Reads a code that is the whole of `octets`.
    ///
    /// Numbers have no leading zeros (RFC 3463 section 2).
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<EnhancedCode> {
        match EnhancedCode::parse_prefix(octets)? {
            (code, []) => Some(code),
            _ => None,
        }
    }

    /// Reads a code at the beginning of a reply's text; the rest begins with a space or is empty.
    pub(super) fn parse_prefix(text: &[u8]) -> Option<(EnhancedCode, &[u8])> {
        let (class, rest) = match text {
            [b'2', b'.', rest @ ..] => (Class::Positive, rest),
            [b'4', b'.', rest @ ..] => (Class::Transient, rest),
            [b'5', b'.', rest @ ..] => (Class::Permanent, rest),
            _ => return None,
        };
        let (subject, rest) = number(rest)?;
        let (detail, rest) = number(rest.strip_prefix(b".")?)?;
        match rest {
            [] | [b' ', ..] => Some((EnhancedCode { class, subject, detail }, rest)),
            _ => None,
        }
    }

    /// Writes it into the room, and returns what is left of that: it takes 5 to 9 octets.
    pub(super) fn put(self, room: &mut [u8]) -> &mut [u8] {
        let room = put_digit(room, self.class.digit().into());
        let room = put_number(put_octet(room, b'.'), self.subject);
        put_number(put_octet(room, b'.'), self.detail)
    }
}

/// Up to three digits without a leading zero.
fn put_number(mut room: &mut [u8], number: u16) -> &mut [u8] {
    if number >= 100 {
        room = put_digit(room, number / 100);
    }
    if number >= 10 {
        room = put_digit(room, number / 10 % 10);
    }
    put_digit(room, number % 10)
}

fn put_digit(room: &mut [u8], digit: u16) -> &mut [u8] {
    put_octet(room, b'0' + u8::try_from(digit).unwrap_or_default())
}

fn put_octet(room: &mut [u8], octet: u8) -> &mut [u8] {
    match room {
        [first, rest @ ..] => {
            *first = octet;
            rest
        }
        [] => room,
    }
}

/// One to three digits without a leading zero, and what follows them.
fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let length = text.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    match digits {
        [] | [b'0', _, ..] | [_, _, _, _, ..] => None,
        _ => Some((digits.iter().fold(0, |n, digit| n * 10 + u16::from(digit - b'0')), rest)),
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class.digit(), self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
