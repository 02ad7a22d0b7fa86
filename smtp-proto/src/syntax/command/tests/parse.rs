//! Verbs, white space, forbidden octets: what all commands have in common.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::{Command, CommandErrorKind as Kind};
use super::{parse, refused};
use crate::syntax::verb::Verb;

/// One line for each verb, in the shortest form.
const LINES: [&str; 16] = [
    "EHLO client.example.org",
    "HELO client",
    "LHLO [192.0.2.1]",
    "MAIL FROM:<>",
    "RCPT TO:<a@example.org>",
    "DATA",
    "BDAT 0",
    "RSET",
    "NOOP",
    "QUIT",
    "VRFY smith",
    "EXPN staff",
    "HELP",
    "STARTTLS",
    "AUTH PLAIN",
    "ETRN example.org",
];

fn word(line: &str) -> &str {
    line.split(' ').next().unwrap()
}

#[test]
fn every_verb_in_any_case() {
    for line in LINES {
        let command = parse(line);
        assert_eq!(command.verb(), Verb::parse(word(line).as_bytes()), "{line}");
        assert!(command.verb().is_some());
        let (verb, arguments) = line.split_at(word(line).len());
        assert_eq!(parse(&(verb.to_ascii_lowercase() + arguments)), command);
        let mixed = verb.get(..2).unwrap().to_ascii_lowercase() + verb.get(2..).unwrap();
        assert_eq!(parse(&(mixed + arguments)), command);
    }
    assert_eq!(parse("mail from:<>"), parse("MAIL FROM:<>"));
    assert_eq!(parse("rcpt to:<a@example.org>"), parse("RCPT TO:<a@example.org>"));
    assert_eq!(parse("bdat 7 last"), Command::Bdat { size: 7, last: true });
}

#[test]
fn white_space_that_is_put_up_with() {
    for line in LINES {
        for end in [" ", "\t", "   ", " \t "] {
            assert_eq!(parse(&format!("{line}{end}")), parse(line), "{line}");
        }
        let (verb, arguments) = line.split_at(word(line).len());
        for between in ["  ", "\t", " \t ", "\t\t"] {
            assert_eq!(parse(&format!("{verb}{between}{}", arguments.trim_start())), parse(line));
        }
    }
    assert_eq!(parse("MAIL FROM: <>"), parse("MAIL FROM:<>"));
    assert_eq!(parse("MAIL FROM:<>   SIZE=1"), parse("MAIL FROM:<> SIZE=1"));
    assert_eq!(parse("RCPT TO:  <a@example.org>"), parse("RCPT TO:<a@example.org>"));
    assert_eq!(parse("BDAT 5   LAST"), parse("BDAT 5 LAST"));
}

#[test]
fn white_space_that_is_not() {
    assert_eq!(refused(" NOOP"), Kind::Syntax("a verb at the beginning of the line"));
    assert_eq!(refused("\tNOOP"), Kind::Syntax("a verb at the beginning of the line"));
    assert!(matches!(refused("MAIL FROM :<>"), Kind::Syntax(_)));
    assert!(matches!(refused("MAIL FROM:<>SIZE=1"), Kind::Syntax(_)));
    assert_eq!(refused("MAIL FROM:\t<>"), Kind::Control { octet: 9, at: 10 });
    assert_eq!(refused("MAIL\tFROM:<>\tSIZE=1"), Kind::Control { octet: 9, at: 12 });
    assert_eq!(refused("NOOP a\tb"), Kind::Control { octet: 9, at: 6 });
}

#[test]
fn empty_lines() {
    for line in ["", " ", "\t", "  \t"] {
        assert_eq!(refused(line), Kind::Empty);
    }
}

/// Of each line, each place, each octet that must not be there.
#[test]
fn controls_and_8_bit_in_every_position() {
    for line in LINES.into_iter().chain(["XYZZY plugh", "AUTH PLAIN dGVzdA==", "BDAT 5 LAST"]) {
        for at in 0..=line.len() {
            for octet in (0..=0x1F).chain([0x7F]).filter(|octet| *octet != b'\t') {
                let mut bad = Vec::from(line);
                bad.insert(at, octet);
                assert_eq!(refused(&bad), Kind::Control { octet, at }, "{line}");
            }
            for octet in 0x80..=0xFF {
                let mut bad = Vec::from(line);
                bad.insert(at, octet);
                assert_eq!(refused(&bad), Kind::Encoding { at }, "{line}");
            }
        }
        for end in ["\r", "\n", "\r\n", "\0"] {
            assert!(matches!(refused(format!("{line}{end}")), Kind::Control { .. }));
        }
    }
}

#[test]
fn utf8_only_where_rfc_6531_has_it() {
    for line in LINES.into_iter().chain(["XYZZY"]) {
        let longer = format!("{line}ü");
        match parse(line).verb() {
            Some(Verb::Vrfy | Verb::Expn) => assert!(Command::parse(longer.as_bytes()).is_ok()),
            // Allowed in the address, but not behind it.
            Some(Verb::Mail | Verb::Rcpt) => assert!(matches!(refused(longer), Kind::Syntax(_))),
            _ => assert_eq!(refused(longer), Kind::Encoding { at: line.len() }),
        }
    }
}

#[test]
fn utf8_where_rfc_6531_has_it() {
    assert!(matches!(parse("MAIL FROM:<jürgen@bücher.example> SMTPUTF8"), Command::Mail { .. }));
    assert!(matches!(parse("RCPT TO:<用户@例子.example>"), Command::Rcpt { .. }));
    assert!(matches!(parse("VRFY jürgen SMTPUTF8"), Command::Vrfy(_)));
    assert!(matches!(parse("EXPN jürgen"), Command::Expn(_)));
    // The control characters beyond US-ASCII, in two octets.
    assert_eq!(refused("VRFY a\u{85}b"), Kind::Control { octet: 0x85, at: 6 });
    assert_eq!(refused("MAIL FROM:<a\u{9F}@b>"), Kind::Control { octet: 0x9F, at: 12 });
    // Too long for its character, and half of a surrogate pair.
    assert_eq!(refused(b"VRFY \xC0\xAF"), Kind::Encoding { at: 5 });
    assert_eq!(refused(b"VRFY \xED\xA0\x80"), Kind::Encoding { at: 5 });
}

#[test]
fn unknown_verbs() {
    for (line, verb, argument) in [
        ("XYZZY", "XYZZY", ""),
        ("GET / HTTP/1.1", "GET", "/ HTTP/1.1"),
        ("turn", "turn", ""),
        ("MAI", "MAI", ""),
        ("MAILX  FROM:<> ", "MAILX", "FROM:<>"),
        ("MAIL: a", "MAIL:", "a"),
        ("DATA.", "DATA.", ""),
        ("STARTTL", "STARTTL", ""),
        ("STAR", "STAR", ""),
        ("STARTTLSX", "STARTTLSX", ""),
        (".", ".", ""),
        ("250 ok", "250", "ok"),
    ] {
        assert_eq!(parse(line), Command::Unknown { verb, argument });
        assert_eq!(parse(line).verb(), None);
    }
}

#[test]
fn errors_are_sentences() {
    let message = |line: &[u8]| Command::parse(line).unwrap_err().to_string();
    for (line, expected) in [
        (&b""[..], "an empty line, expected a command"),
        (b"EHLO", "EHLO: the argument is missing, expected \"EHLO host\""),
        (b"data now", "DATA: there is an argument too many, expected \"DATA\""),
        (b"MAIL TO:<>", "MAIL: bad syntax, expected \"MAIL FROM:<address> [parameters]\""),
        (
            b"MAIL FROM:a@example.org",
            "MAIL: bad sender: path doesn't start with \"<\" at offset 10",
        ),
        (
            b"RCPT TO:<a@example.org",
            "RCPT: bad recipient: path has no \">\" where it should end at offset 22",
        ),
        (
            b"NOOP a\0b",
            "NOOP: control character U+0000 at offset 6, expected printable characters only",
        ),
        (b"\xFF", "the octet at offset 0 is neither US-ASCII nor, where that is allowed, UTF-8"),
        (b"BDAT -1", "BDAT: the size of the chunk is not a number"),
        (b"AUTH PLAIN =a", "AUTH: the initial response is neither base64 nor \"=\""),
    ] {
        assert_eq!(message(line), expected);
    }
}

proptest! {
    #[test]
    fn any_octets(line in any::<Vec<u8>>()) {
        let _ = Command::parse(&line);
    }

    #[test]
    fn verb_and_any_octets(
        verb in proptest::sample::select(&LINES[..]),
        rest in any::<Vec<u8>>(),
    ) {
        let line = [verb.as_bytes(), &rest].concat();
        match Command::parse(&line) {
            Ok(_) => {
                prop_assert!(str::from_utf8(&line).is_ok());
                prop_assert!(!line.iter().any(|octet| b"\r\n\0".contains(octet)));
            }
            Err(error) => {
                let _ = error.to_string();
                if let Kind::Control { at, .. } | Kind::Encoding { at } = error.kind() {
                    prop_assert!(*at < line.len());
                }
            }
        }
    }
}
