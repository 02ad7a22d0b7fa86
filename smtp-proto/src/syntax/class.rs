//! One table that says which octets may stand where, so that a parser asks one question per octet.
//!
//! The classes that RFC 6531 extends with `UTF8-non-ascii` hold every octet from 0x80 up except
//! 0xC2, the first octet of U+0080 to U+00BF: half of those are the C1 controls, which no value
//! may hold. [`run_end`] looks at the octet behind it. That the octets are valid UTF-8 is known
//! already: they come from a `str`.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end; every octet of a command passes here"
)]

/// `atext` of an atom (RFC 5322 section 3.2.3, RFC 6531 section 3.3).
pub(crate) const ATEXT: u8 = 1;
/// `qtextSMTP`: what stands in a quoted string without a backslash.
pub(crate) const QTEXT: u8 = 1 << 1;
/// An octet of a domain label: letter, digit, hyphen, UTF-8.
pub(crate) const LABEL: u8 = 1 << 2;
/// Letter, digit, hyphen: parameter keywords and the tags of address literals.
pub(crate) const LDH: u8 = 1 << 3;
/// `dcontent` of an address literal.
pub(crate) const DCONTENT: u8 = 1 << 4;
/// `esmtp-value` (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
pub(crate) const VALUE: u8 = 1 << 5;
/// `xchar`: what stands for itself in xtext (RFC 3461 section 4).
pub(crate) const XCHAR: u8 = 1 << 6;
/// The text of a reply: HT, SP and everything printable.
pub(crate) const TEXT: u8 = 1 << 7;

const CLASSES: [u8; 256] = classes();

/// Whether `octet` belongs to one of `classes`.
pub(crate) fn is(octet: u8, classes: u8) -> bool {
    CLASSES.get(usize::from(octet)).is_some_and(|found| found & classes != 0)
}

/// Where the run of octets of `classes` that starts at `from` ends.
pub(crate) fn run_end(octets: &[u8], from: usize, classes: u8) -> usize {
    let mut at = from;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        at += rest.iter().position(|&octet| !is(octet, classes)).unwrap_or(rest.len());
        // Whoever takes 0xC3 takes UTF-8.
        if octets.get(at) != Some(&0xC2) || !is(0xC3, classes) || c1_follows(octets, at) {
            return at;
        }
        at += 2;
    }
}

/// Whether a control character starts at `at`: C0, DEL, or C1 in UTF-8.
pub(crate) fn is_control(octets: &[u8], at: usize) -> bool {
    match octets.get(at) {
        Some(0xC2) => c1_follows(octets, at),
        Some(octet) => octet.is_ascii_control(),
        None => false,
    }
}

fn c1_follows(octets: &[u8], at: usize) -> bool {
    octets.get(at + 1).is_none_or(|&second| second < 0xA0)
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        classes[octet] = classes_of(octet);
        octet += 1;
    }
    classes
}

#[expect(clippy::cast_possible_truncation, reason = "called with 0..256")]
const fn classes_of(octet: usize) -> u8 {
    const UTF8: u8 = ATEXT | QTEXT | LABEL | VALUE | TEXT;
    const GRAPHIC: u8 = QTEXT | DCONTENT | VALUE | XCHAR | TEXT;
    match octet as u8 {
        b'\t' => TEXT,
        b' ' => QTEXT | TEXT,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' => GRAPHIC | ATEXT | LABEL | LDH,
        b'+' => (GRAPHIC | ATEXT) & !XCHAR,
        b'=' => (GRAPHIC | ATEXT) & !XCHAR & !VALUE,
        b'!' | b'#'..=b'\'' | b'*' | b'/' | b'?' | b'^' | b'_' | b'`' | b'{'..=b'~' => {
            GRAPHIC | ATEXT
        }
        b'"' => GRAPHIC & !QTEXT,
        b'\\' => GRAPHIC & !QTEXT & !DCONTENT,
        b'[' | b']' => GRAPHIC & !DCONTENT,
        0x21..=0x7E => GRAPHIC,
        0xC2 | 0x00..=0x1F | 0x7F => 0,
        0x80.. => UTF8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn members(class: u8) -> String {
        (0x00..=0x7F).filter(|&octet| is(octet, class)).map(char::from).collect()
    }

    fn without(from: u8, to: u8, left_out: &str) -> String {
        (from..=to).map(char::from).filter(|c| !left_out.contains(*c)).collect()
    }

    #[test]
    fn the_ascii_half_is_the_printed_grammar() {
        let digits = without(b'0', b'9', "");
        let letters = without(b'A', b'Z', "") + &without(b'a', b'z', "");
        let mut atext = String::from("!#$%&'*+-/=?^_`{|}~") + &digits + &letters;
        let mut ldh = String::from("-") + &digits + &letters;
        for text in [&mut atext, &mut ldh] {
            let mut octets = text.clone().into_bytes();
            octets.sort_unstable();
            *text = String::from_utf8(octets).unwrap();
        }
        assert_eq!(members(ATEXT), atext);
        assert_eq!(members(LABEL), ldh);
        assert_eq!(members(LDH), ldh);
        assert_eq!(members(QTEXT), without(32, 126, "\"\\"));
        assert_eq!(members(DCONTENT), without(33, 126, "[\\]"));
        assert_eq!(members(VALUE), without(33, 126, "="));
        assert_eq!(members(XCHAR), without(33, 126, "+="));
        assert_eq!(members(TEXT), String::from("\t") + &without(32, 126, ""));
    }

    #[test]
    fn runs_take_utf8_but_no_c1_controls() {
        for (text, end) in [("aé中😀 ", 10), ("\u{A0}\u{BF}", 4), ("a\u{80}", 1), ("a\u{9F}b", 1)]
        {
            assert_eq!(run_end(text.as_bytes(), 0, ATEXT), end, "{text:?}");
        }
        assert_eq!(run_end("é".as_bytes(), 0, LDH | DCONTENT | XCHAR), 0);
        assert_eq!(run_end("\u{A0}".as_bytes(), 0, LDH | DCONTENT | XCHAR), 0);
        assert_eq!(run_end(b"ab", 7, ATEXT), 7);
    }

    #[test]
    fn controls_are_c0_del_and_c1() {
        for c in '\0'..='\u{17F}' {
            let mut buffer = [0; 4];
            let text = c.encode_utf8(&mut buffer);
            assert_eq!(is_control(text.as_bytes(), 0), c.is_control(), "{c:?}");
        }
        assert!(!is_control(b"", 0));
    }
}
