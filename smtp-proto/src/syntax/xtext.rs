//! The `xtext` encoding of parameter values (RFC 3461 section 4).

use super::class;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// Writes `text` as xtext: everything but `xchar` becomes `+` and two upper-case digits.
///
/// # Errors
/// Those of `out`.
pub fn encode(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let mut from = 0;
    loop {
        let end = class::run_end(text.as_bytes(), from, class::XCHAR);
        out.write_str(text.get(from..end).unwrap_or_default())?;
        let Some(character) = text.get(end..).and_then(|rest| rest.chars().next()) else {
            return Ok(());
        };
        for octet in character.encode_utf8(&mut [0; 4]).bytes() {
            write!(out, "+{octet:02X}")?;
        }
        from = end.saturating_add(character.len_utf8());
    }
}

/// Reads xtext; allocates only if something is encoded in it.
///
/// Hexadecimal digits are taken in either case. What comes out is UTF-8 without control
/// characters: RFC 3461 section 4.2 permits graphic characters and white space only.
pub fn decode(text: &str) -> Result<Cow<'_, str>, XtextError> {
    let octets = text.as_bytes();
    if class::run_end(octets, 0, class::XCHAR) == octets.len() {
        return Ok(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let [first, tail @ ..] = rest {
        let error = |kind| XtextError { kind, at: octets.len().saturating_sub(rest.len()) };
        if class::is(*first, class::XCHAR) {
            decoded.push(*first);
            rest = tail;
            continue;
        }
        if *first != b'+' {
            return Err(error(XtextErrorKind::Character));
        }
        let Some((octet, tail)) = hex_pair(tail) else {
            return Err(error(XtextErrorKind::Hex));
        };
        let is_c1 = (0x80..0xA0).contains(&octet) && decoded.last() == Some(&0xC2);
        if octet.is_ascii_control() || is_c1 {
            return Err(error(XtextErrorKind::Control));
        }
        decoded.push(octet);
        rest = tail;
    }
    match String::from_utf8(decoded) {
        Ok(decoded) => Ok(Cow::Owned(decoded)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(XtextError { kind: XtextErrorKind::Encoding, at })
        }
    }
}

fn hex_pair(octets: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], rest) = octets.split_first_chunk()?;
    let digit =
        |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? << 4 | digit(low)?, rest))
}

/// A text that is not xtext, or that stands for something no value may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {at}")]
pub struct XtextError {
    /// What is wrong.
    pub kind: XtextErrorKind,
    /// Where, in octets of the xtext; of the decoded text for [`XtextErrorKind::Encoding`].
    pub at: usize,
}

/// What can be wrong with xtext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XtextErrorKind {
    /// A character that has to be encoded stands for itself.
    #[error("xtext has a character that must be written as \"+\" and two hexadecimal digits")]
    Character,
    /// A `+` without two hexadecimal digits behind it.
    #[error("xtext has a \"+\" without two hexadecimal digits")]
    Hex,
    /// A control character is encoded.
    #[error("xtext encodes a control character")]
    Control,
    /// The encoded octets are not UTF-8.
    #[error("xtext encodes octets that are not UTF-8,")]
    Encoding,
}

#[cfg(test)]
mod tests {
    use super::*;
    use XtextErrorKind::{Character, Control, Encoding, Hex};
    use alloc::{format, string::ToString};
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        encode(text, &mut out).unwrap();
        out
    }

    #[test]
    fn examples() {
        for (text, xtext) in [
            ("", ""),
            ("e=mc2@example.com", "e+3Dmc2@example.com"), // RFC 4954 section 5
            ("a+b c", "a+2Bb+20c"),
            ("ü", "+C3+BC"),
            ("<>", "<>"),
        ] {
            assert_eq!(encoded(text), xtext);
            assert_eq!(decode(xtext).unwrap(), text);
        }
        assert_eq!(decode("+3d+3C").unwrap(), "=<");
        assert!(matches!(decode("plain"), Ok(Cow::Borrowed("plain"))));
    }

    #[test]
    fn refused() {
        for (xtext, kind, at) in [
            ("a=b", Character, 1),
            ("a b", Character, 1),
            ("ab\r\n", Character, 2),
            ("ab\0", Character, 2),
            ("ü", Character, 0),
            ("a+", Hex, 1),
            ("a+4", Hex, 1),
            ("a+4G", Hex, 1),
            ("++41", Hex, 0),
            ("a+é", Hex, 1),
            ("a+0D+0A", Control, 1),
            ("a+00", Control, 1),
            ("+7F", Control, 0),
            ("+C2+85", Control, 3),
            ("ab+FF", Encoding, 2),
            ("ab+C3", Encoding, 2),
        ] {
            assert_eq!(decode(xtext), Err(XtextError { kind, at }), "{xtext:?}");
        }
        assert_eq!(
            decode("a+0D").unwrap_err().to_string(),
            "xtext encodes a control character at offset 1"
        );
    }

    proptest! {
        #[test]
        fn round_trip(text in "\\PC*") {
            let xtext = encoded(&text);
            prop_assert!(xtext.bytes().all(|o| o.is_ascii_graphic() && o != b'='));
            prop_assert_eq!(decode(&xtext).unwrap(), text);
        }

        #[test]
        fn any_text_decodes_to_a_text_without_controls(text in any::<String>(), hex in "([!-~]|[+][0-9a-fA-F]{2}){0,9}") {
            for text in [text, hex] {
                if let Ok(decoded) = decode(&text) {
                    prop_assert!(!decoded.chars().any(char::is_control), "{}", format!("{decoded:?}"));
                }
            }
        }
    }
}
