//! The `utf-8` addresses of delivery status notifications (RFC 6533 section 3).
//!
//! In them `\x{FC}` stands for a character by its number: for a space, `\`, `+` or `=`, and for
//! what is beyond US-ASCII where only that may be.

use super::class;
use alloc::{borrow::Cow, string::String};
use core::fmt;

/// Writes `text` as `utf-8-addr-unitext`: what is beyond US-ASCII stays as it is, for a server with
/// SMTPUTF8 or a message in UTF-8.
///
/// # Errors
/// Those of `out`.
pub fn encode(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    write(text, out, |c| !c.is_ascii() || is_plain(c))
}

/// Writes `text` as `utf-8-addr-xtext`: in US-ASCII, for anyone.
///
/// # Errors
/// Those of `out`.
pub fn encode_ascii(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    write(text, out, is_plain)
}

fn write(text: &str, out: &mut impl fmt::Write, stays: impl Fn(char) -> bool) -> fmt::Result {
    for c in text.chars() {
        if stays(c) {
            out.write_char(c)?;
        } else {
            write!(out, "\\x{{{:02X}}}", u32::from(c))?;
        }
    }
    Ok(())
}

/// Reads either form, or an address that is not encoded. `None` if it is none of them: such an
/// address is to be passed on as it is (RFC 6533 section 3).
///
/// Stands a control character for itself or by its number, then it is refused.
#[must_use]
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    let octets = text.as_bytes();
    if class::run_end(octets, 0, class::VALUE) < octets.len() || octets.contains(&b'+') {
        return None;
    }
    let Some((plain, mut rest)) = text.split_once('\\') else {
        return Some(Cow::Borrowed(text));
    };
    let mut decoded = String::from(plain);
    loop {
        let (number, behind) = rest.strip_prefix("x{")?.split_once('}')?;
        decoded.push(character(number)?);
        let Some((plain, next)) = behind.split_once('\\') else {
            decoded.push_str(behind);
            return Some(Cow::Owned(decoded));
        };
        decoded.push_str(plain);
        rest = next;
    }
}

/// `QCHAR`: stands for itself.
fn is_plain(c: char) -> bool {
    u8::try_from(c).is_ok_and(|octet| class::is(octet, class::XCHAR) && octet != b'\\')
}

/// `HEXPOINT`: no more digits than needed, and nothing that could stand for itself.
fn character(number: &str) -> Option<char> {
    let digits = number.bytes().all(|octet| octet.is_ascii_hexdigit());
    if !digits || !matches!(number.len(), 2..=6) || number.starts_with('0') {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
    (!c.is_control() && !is_plain(c)).then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> (String, String) {
        let (mut utf8, mut ascii) = (String::new(), String::new());
        encode(text, &mut utf8).unwrap();
        encode_ascii(text, &mut ascii).unwrap();
        (utf8, ascii)
    }

    #[test]
    fn both_forms() {
        for (text, utf8, ascii) in [
            ("", "", ""),
            ("a@b", "a@b", "a@b"),
            ("a+b=c\\ d", r"a\x{2B}b\x{3D}c\x{5C}\x{20}d", r"a\x{2B}b\x{3D}c\x{5C}\x{20}d"),
            ("jürgen@例.example", "jürgen@例.example", r"j\x{FC}rgen@\x{4F8B}.example"),
            ("😀\u{A0}", "😀\u{A0}", r"\x{1F600}\x{A0}"),
            ("\u{10FFFF}{}", "\u{10FFFF}{}", r"\x{10FFFF}{}"),
        ] {
            assert_eq!(encoded(text), (utf8.into(), ascii.into()));
            assert_eq!(decode(utf8).as_deref(), Some(text));
            assert_eq!(decode(ascii).as_deref(), Some(text));
        }
        assert_eq!(decode(r"\x{fc}\x{5c}").as_deref(), Some(r"ü\"));
        assert!(matches!(decode("ü"), Some(Cow::Borrowed("ü"))));
    }

    #[test]
    fn refused() {
        for text in [
            "a b",
            "a+b",
            "a=b",
            "a\\",
            "\\\\",
            r"\x",
            r"\x{",
            r"\x{}",
            r"\x{FC",
            r"\xFC",
            r"\X{FC}",
            r"\u{FC}",
            r"\x{ FC}",
            r"\x{+FC}",
            r"\x{G0}",
            r"\x{9}",
            r"\x{09}",
            r"\x{0D}",
            r"\x{10}",
            r"\x{7F}",
            r"\x{85}",
            r"\x{0FC}",
            r"\x{00FC}",
            r"\x{41}",
            r"\x{7E}",
            r"\x{D800}",
            r"\x{DFFF}",
            r"\x{110000}",
            r"\x{1000000}",
            r"\x{FC}\y",
            "\r\n",
            "a\u{85}",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(text in "\\PC*") {
            let (utf8, ascii) = encoded(&text);
            prop_assert!(ascii.bytes().all(|o| o.is_ascii_graphic() && o != b'=' && o != b'+'));
            for form in [utf8, ascii] {
                prop_assert_eq!(decode(&form).unwrap(), text.as_str());
            }
        }

        #[test]
        fn no_controls(any in any::<String>(), near in r"([a\\x{}0-9A-F]|\\x[{][0-9A-Fa-f]{1,7}[}]){0,9}") {
            for text in [any, near] {
                if let Some(decoded) = decode(&text) {
                    prop_assert!(!decoded.chars().any(char::is_control));
                }
            }
        }
    }
}
