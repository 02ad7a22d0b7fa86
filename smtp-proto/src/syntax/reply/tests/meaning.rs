use alloc::vec::Vec;

use super::super::meaning::MEANINGS;
use super::super::{Class, Code};

/// RFC 5321 section 4.2.3, and 521 and 556 of RFC 7504.
const SMTP: &[u16] = &[
    211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 521,
    550, 551, 552, 553, 554, 555, 556,
];

/// RFC 4954 section 6 and the challenge of section 4; RFC 1985 section 5.1; RFC 2645 section 7; RFC
/// 1845 section 3; what only RFC 5248 section 2.4 lists.
const EXTENSIONS: &[&[u16]] = &[
    &[235, 334, 432, 454, 530, 534, 535, 538],
    &[253, 458, 459],
    &[453],
    &[355],
    &[422, 430, 523, 524, 525, 533],
];

#[test]
fn every_code_of_the_rfcs_has_a_meaning_and_no_other() {
    let mut expected: Vec<u16> =
        SMTP.iter().chain(EXTENSIONS.iter().copied().flatten()).copied().collect();
    expected.sort_unstable();
    let listed: Vec<u16> = MEANINGS.iter().map(|(code, _)| code.as_u16()).collect();
    assert_eq!(listed, expected);
    let meant: Vec<u16> =
        (200..600).filter(|&code| Code::new(code).unwrap().meaning().is_some()).collect();
    assert_eq!(meant, expected);
}

#[test]
fn the_constants_are_what_their_documentation_says() {
    let mut documented = 0;
    let source = include_str!("../code.rs");
    let mut number = "";
    for line in source.lines().map(str::trim) {
        if let Some((first, _)) = line.strip_prefix("/// ").and_then(|doc| doc.split_once(": ")) {
            number = first;
        }
        let Some(constant) = line.strip_prefix("pub const ") else { continue };
        let Some((_, value)) = constant.split_once(": Code = Code(") else { continue };
        assert_eq!(value.strip_suffix(");"), Some(number), "{constant}");
        documented += 1;
    }
    assert_eq!(documented, MEANINGS.len());
}

#[test]
fn the_meaning_fits_the_class() {
    for (code, meaning) in MEANINGS {
        assert!(meaning.is_ascii() && meaning.len() < 60, "{code}: {meaning}");
        // Refusals that look alike differ in what is hoped for.
        assert!(code.class() == Class::Transient || !meaning.ends_with("for now"), "{code}");
    }
    assert_eq!(Code::MAILBOX_BUSY.meaning(), Some("mailbox not available for now"));
    assert_eq!(Code::new(571).unwrap().meaning(), None);
    assert_eq!(Code::new(571).unwrap().class(), Class::Permanent);
}
