use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::{
    Class, Code, EnhancedCode, Reply, ReplyError, ReplyLimits, ReplyLine, ReplyParser,
};

fn line(line: &[u8]) -> (u16, bool, &[u8]) {
    let line = ReplyLine::parse(line).unwrap();
    (line.code.as_u16(), line.last, line.text)
}

fn refused(octets: &[u8]) -> ReplyError {
    Reply::parse(octets).unwrap_err()
}

#[test]
fn lines() {
    assert_eq!(line(b"250"), (250, true, &b""[..]));
    assert_eq!(line(b"250 "), (250, true, &b""[..]));
    assert_eq!(line(b"250-"), (250, false, &b""[..]));
    assert_eq!(line(b"250-x"), (250, false, &b"x"[..]));
    assert_eq!(line(b"250-234 text"), (250, false, &b"234 text"[..]));
    assert_eq!(line(b"250  two"), (250, true, &b" two"[..]));
    assert_eq!(line(b"571 5.7.1 no"), (571, true, &b"5.7.1 no"[..]));
    assert_eq!(line(b"299 x").0, 299);
    assert_eq!(line(b"599").0, 599);
    assert_eq!(line(b"220 gr\xFC\xDFe\0\r\n"), (220, true, &b"gr\xFC\xDFe\0\r\n"[..]));
}

#[test]
fn not_lines() {
    for text in [&b"199 x"[..], b"600 x", b"25x", b"25", b"", b" 250", b"2\x005 ", b"SSH-2.0"] {
        assert!(matches!(ReplyLine::parse(text), Err(ReplyError::Code { .. })), "{text:?}");
    }
    for text in [&b"250x"[..], b"2500", b"250\t", b"250\r", b"250\0", b"250_x", b"250\xFF"] {
        assert!(matches!(ReplyLine::parse(text), Err(ReplyError::Separator { .. })), "{text:?}");
    }
}

#[test]
fn errors_are_sentences() {
    let message = |octets| refused(octets).to_string();
    assert_eq!(
        message(b"SSH-2.0\r\n"),
        "a reply begins with \"SSH\", expected a code from 200 to 599"
    );
    assert_eq!(message(b"1\r\n"), "a reply begins with \"1\", expected a code from 200 to 599");
    assert_eq!(
        message(b"250\x07\r\n"),
        "the code 250 of a reply is followed by \"\\x07\", expected a space or a hyphen"
    );
    assert_eq!(
        message(b"250-a\r\n550 b\r\n"),
        "a reply begins with code 250 and goes on with 550, expected the same code"
    );
}

#[test]
fn replies() {
    let reply = Reply::parse(b"250-one\r\n250-\r\n250 three\r\n").unwrap();
    assert_eq!(reply.code(), Code::OK);
    assert_eq!(reply.lines().collect::<Vec<_>>(), [&b"one"[..], b"", b"three"]);
    assert_eq!(reply.enhanced(), None);
    assert!(reply.is_positive() && !reply.is_permanent());

    for short in [&b"250\r\n"[..], b"250 \r\n"] {
        let reply = Reply::parse(short).unwrap();
        assert_eq!(reply.lines().collect::<Vec<_>>(), [b""]);
        assert_eq!((&*reply.text(), &*reply.to_string()), ("", "250"));
    }
    assert_eq!(
        refused(b"250-a\r\n550 b\r\n"),
        ReplyError::CodeChanged { first: Code::OK, then: Code::MAILBOX_UNAVAILABLE }
    );
}

#[test]
fn a_complete_reply_and_no_more() {
    for part in [&b""[..], b"250 x", b"250 x\n", b"250 x\r", b"250-x\r\n", b"250-x\r\n250 "] {
        assert_eq!(refused(part), ReplyError::Incomplete, "{part:?}");
    }
    assert_eq!(refused(b"250 x\r\n250 y\r\n"), ReplyError::Trailing { at: 7 });
    assert_eq!(refused(b"250 x\r\n\0"), ReplyError::Trailing { at: 7 });
}

#[test]
fn texts_in_other_character_sets_are_kept() {
    let reply = Reply::parse("550 größer als erlaubt\r\n".as_bytes()).unwrap();
    assert_eq!(reply.text(), "größer als erlaubt");
    let reply = Reply::parse(b"550 gr\xF6\xDFer\r\n").unwrap();
    assert_eq!(reply.lines().next().unwrap(), b"gr\xF6\xDFer");
    assert_eq!(reply.text(), "gr\u{FFFD}\u{FFFD}er");
}

#[test]
fn control_characters_become_spaces() {
    let reply = Reply::parse(b"250-a\0b\tc\x7Fd\r\n250 \rx\ny\x1B[0m\r\n").unwrap();
    assert_eq!(reply.lines().collect::<Vec<_>>(), [&b"a b\tc d"[..], b" x y [0m"]);
    let reply = Reply::parse(b"250 one\ntwo\r\n").unwrap();
    assert_eq!(reply.lines().collect::<Vec<_>>(), [b"one two"]);
}

#[test]
fn control_characters_beyond_ascii_become_spaces() {
    // U+009B begins what ESC [ begins; half of it, or an octet of another character, is none.
    for (text, clean) in [
        (&b"a\xC2\x9B2Jb"[..], &b"a  2Jb"[..]),
        (b"\xC2\xC2\x85", b"\xC2  "),
        (b"\xC2\x85\x85", b"  \x85"),
        (b"\xC2\xA0 \xC3\x84 \x9B \xC2", b"\xC2\xA0 \xC3\x84 \x9B \xC2"),
    ] {
        let reply = Reply::parse(&[b"550 ", text, b"\r\n"].concat()).unwrap();
        assert_eq!(reply.lines().collect::<Vec<_>>(), [clean]);
        assert!(!reply.to_string().contains(char::is_control));
    }
}

#[test]
fn enhanced_codes() {
    let enhanced = |text: &str| {
        let reply = Reply::parse(format!("{text}\r\n").as_bytes()).unwrap();
        reply.enhanced().map(|code| code.to_string())
    };
    assert_eq!(enhanced("550 5.1.1 no such user").as_deref(), Some("5.1.1"));
    assert_eq!(enhanced("550 5.7.30").as_deref(), Some("5.7.30"));
    assert_eq!(enhanced("250 2.0.0  ok").as_deref(), Some("2.0.0"));
    assert_eq!(enhanced("450 4.999.999 x").as_deref(), Some("4.999.999"));
    for none in [
        "550 4.1.1 the wrong class",
        "354 3.0.0 none",
        "354 2.0.0 none",
        "550 5.1 x",
        "550 5.1.1x",
        "550 5.1.1.2 x",
        "550 5.1000.1 x",
        "550 5.01.1 x",
        "550 5..1 x",
        "550  5.1.1 x",
        "550 x 5.1.1",
    ] {
        assert_eq!(enhanced(none), None, "{none}");
    }
    assert_eq!(EnhancedCode::parse(b"5.1.1"), Some(EnhancedCode::permanent(1, 1)));
    assert_eq!(EnhancedCode::parse(b"5.1.1 "), None);
    assert_eq!(EnhancedCode::new(Class::Intermediate, 0, 0), None);
    assert_eq!(EnhancedCode::new(Class::Positive, 0, 1000), None);
    assert_eq!(EnhancedCode::new(Class::Transient, 4, 2), Some(EnhancedCode::transient(4, 2)));
}

#[test]
fn text_for_people() {
    let reply = Reply::parse(b"550-5.1.1 no such user\r\n550 5.1.1 here\r\n").unwrap();
    assert_eq!(reply.text(), "no such user here");
    assert_eq!(reply.to_string(), "550 5.1.1 no such user here");
    assert_eq!(format!("{reply:?}"), r#"Reply(550, ["5.1.1 no such user", "5.1.1 here"])"#);
}

#[test]
fn limits() {
    let mut parser = ReplyParser::new(ReplyLimits { lines: 2, octets: 5 });
    assert_eq!(parser.push(b"250-ab"), Ok(None));
    assert!(parser.is_within_reply());
    assert!(parser.push(b"250 cde").unwrap().is_some());
    assert!(!parser.is_within_reply());
    // Starts afresh after a reply and after an error.
    assert!(parser.push(b"250 abcde").unwrap().is_some());
    assert_eq!(parser.push(b"250 abcdef"), Err(ReplyError::TooLong { limit: 5 }));
    assert_eq!(parser.push(b"250-ab"), Ok(None));
    assert_eq!(parser.push(b"250 cdef"), Err(ReplyError::TooLong { limit: 5 }));
    assert_eq!(parser.push(b"250-"), Ok(None));
    assert_eq!(parser.push(b"250-"), Ok(None));
    assert_eq!(parser.push(b"250 "), Err(ReplyError::TooManyLines { limit: 2 }));
    assert!(!parser.is_within_reply());
    assert!(parser.push(b"550 b").unwrap().is_some());
}

#[test]
fn codes() {
    assert_eq!(Code::new(199), None);
    assert_eq!(Code::new(600), None);
    for (code, class) in [
        (200, Class::Positive),
        (299, Class::Positive),
        (300, Class::Intermediate),
        (400, Class::Transient),
        (500, Class::Permanent),
        (599, Class::Permanent),
    ] {
        let code = Code::new(code).unwrap();
        assert_eq!(code.class(), class);
        assert_eq!(code.digits(), code.to_string().as_bytes());
        assert_eq!(Code::from_digits(code.digits()), Some(code));
    }
}

proptest! {
    #[test]
    fn any_octets(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ReplyLine::parse(&octets);
        let _ = Reply::parse(&octets);
        let _ = EnhancedCode::parse(&octets);
    }

    #[test]
    fn any_text(
        lines in proptest::collection::vec((any::<bool>(), "[25]50[- ]", any::<Vec<u8>>()), 1..8),
    ) {
        let mut parser = ReplyParser::default();
        for (_, prefix, text) in lines {
            let line = [prefix.as_bytes(), &text].concat();
            if let Ok(Some(reply)) = parser.push(&line) {
                let control = |octet: &u8| octet.is_ascii_control() && *octet != b'\t';
                prop_assert!(reply.lines().flatten().all(|octet| !control(octet)));
                let _ = (reply.text(), reply.enhanced(), reply.to_string());
            }
        }
    }
}
