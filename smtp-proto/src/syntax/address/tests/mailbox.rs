use super::super::{AddressErrorKind as Kind, Domain, Host, Mailbox};
use super::{controls, domain_of, error, with_everywhere};
use alloc::{borrow::Cow, format, string::ToString};

#[test]
fn mailboxes() {
    for (text, local, unquoted, domain) in [
        ("a@b", "a", "a", "b"),
        ("John.Doe@Example.ORG", "John.Doe", "John.Doe", "Example.ORG"),
        ("!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~", "!#$%&'*+-/=?^_`{|}~", "x"),
        ("a.b.c@x", "a.b.c", "a.b.c", "x"),
        ("-a-@x", "-a-", "-a-", "x"),
        ("\"a\"@x", "\"a\"", "a", "x"),
        ("\" \"@x", "\" \"", " ", "x"),
        ("\"two words\"@x.y", "\"two words\"", "two words", "x.y"),
        ("\"..\"@x", "\"..\"", "..", "x"),
        ("\"a@b\"@x", "\"a@b\"", "a@b", "x"),
        ("\"<a>@b,:\"@x", "\"<a>@b,:\"", "<a>@b,:", "x"),
        (r#""a\"b\\c"@x"#, r#""a\"b\\c""#, r#"a"b\c"#, "x"),
        (r#""\a\ \~"@x"#, r#""\a\ \~""#, "a ~", "x"),
        ("a@[192.0.2.1]", "a", "a", "[192.0.2.1]"),
        ("a@[IPv6:::1]", "a", "a", "[IPv6:::1]"),
        ("a@[x:@]", "a", "a", "[x:@]"),
        ("用户@例子.广告", "用户", "用户", "例子.广告"),
        ("\"ü ü\"@x", "\"ü ü\"", "ü ü", "x"),
        ("ü.é@x", "ü.é", "ü.é", "x"),
    ] {
        let mailbox = Mailbox::parse(text).unwrap();
        assert_eq!(mailbox.as_str(), text);
        assert_eq!(mailbox.local_part(), local);
        assert_eq!(mailbox.unquoted(), unquoted);
        assert_eq!(mailbox.domain().as_str(), domain);
        assert_eq!(mailbox.domain(), Host::parse(domain).unwrap());
        assert_eq!(mailbox.is_ascii(), text.is_ascii());
        let owned: Mailbox = text.parse().unwrap();
        assert_eq!((owned.to_string().as_str(), owned.borrowed()), (text, mailbox));
    }
    assert!(matches!(Mailbox::parse("\"a b\"@x").unwrap().unquoted(), Cow::Borrowed("a b")));
}

#[test]
fn not_mailboxes() {
    for (text, kind, at) in [
        ("", Kind::LocalPartEmpty, 0),
        ("@x", Kind::LocalPartEmpty, 0),
        ("a", Kind::MissingDomain, 1),
        ("\"a\"", Kind::MissingDomain, 3),
        ("\"a\"b@x", Kind::MissingDomain, 3),
        ("\"a\".b@x", Kind::MissingDomain, 3),
        ("a.\"b\"@x", Kind::LocalPartCharacter, 2),
        ("a\"b\"@x", Kind::LocalPartCharacter, 1),
        ("a@", Kind::DomainEmpty, 2),
        (".a@x", Kind::LocalPartDot, 0),
        ("a.@x", Kind::LocalPartDot, 2),
        ("a..b@x", Kind::LocalPartDot, 2),
        ("a.", Kind::LocalPartDot, 2),
        ("a b@x", Kind::LocalPartCharacter, 1),
        (" a@x", Kind::LocalPartCharacter, 0),
        ("a(comment)@x", Kind::LocalPartCharacter, 1),
        ("a,b@x", Kind::LocalPartCharacter, 1),
        ("<a@x>", Kind::LocalPartCharacter, 0),
        ("a\\b@x", Kind::LocalPartCharacter, 1),
        ("\"\"@x", Kind::QuotedEmpty, 0),
        ("\"a@x", Kind::QuotedUnclosed, 0),
        ("\"", Kind::QuotedUnclosed, 0),
        ("\"a\\", Kind::QuotedUnclosed, 0),
        ("\"a\\\"", Kind::QuotedUnclosed, 0),
        ("\"\\ü\"@x", Kind::QuotedCharacter, 2),
        ("\"\\\r\"@x", Kind::Control, 2),
        ("\"\t\"@x", Kind::Control, 1),
        ("a@b@c", Kind::DomainCharacter, 3),
        ("a@b c", Kind::DomainCharacter, 3),
        ("a@b_c", Kind::DomainCharacter, 3),
        ("a@_b", Kind::DomainCharacter, 2),
        ("a@b.", Kind::LabelEmpty, 4),
        ("a@b..c", Kind::LabelEmpty, 4),
        ("a@-b", Kind::LabelHyphen, 2),
        ("a@b>", Kind::DomainCharacter, 3),
        ("a@[1.2.3.4", Kind::LiteralUnclosed, 10),
        ("a@[1.2.3.4]x", Kind::Trailing, 11),
        ("a@[1.2.3.4]\n", Kind::Control, 11),
        ("a@1.2.3.4]", Kind::DomainCharacter, 9),
    ] {
        assert_eq!(Mailbox::parse(text), error(kind, at), "{text:?}");
        assert_eq!(text.parse::<Mailbox>(), error(kind, at));
    }
}

#[test]
fn controls_are_refused_everywhere() {
    for control in controls() {
        for mailbox in ["a.b@c.d", "\"a b\"@c", r#""\a"@c"#, "a@[1.2.3.4]", "ü@ü"] {
            for (_, text) in with_everywhere(mailbox, control) {
                assert!(Mailbox::parse(&text).is_err(), "{text:?}");
            }
        }
        let (local, domain) = (format!("a{control}b"), format!("x{control}y"));
        assert_eq!(Mailbox::from_parts(&local, "x"), error(Kind::Control, 1));
        assert_eq!(Mailbox::from_parts("a", &domain), error(Kind::Control, 1));
    }
}

#[test]
fn lengths() {
    let of = |local: usize, domain: usize| format!("{}@{}", "l".repeat(local), domain_of(domain));
    assert!(Mailbox::parse(&of(64, 1)).is_ok());
    assert_eq!(Mailbox::parse(&of(65, 1)), error(Kind::LocalPartTooLong, 64));
    // As written: quotes count, and UTF-8 counts in octets.
    let quoted = |len: usize| format!("\"{}\"@x", "a".repeat(len - 2));
    assert!(Mailbox::parse(&quoted(64)).is_ok());
    assert_eq!(Mailbox::parse(&quoted(65)), error(Kind::LocalPartTooLong, 64));
    assert!(Mailbox::parse(&("ü".repeat(32) + "@x")).is_ok());
    assert_eq!(Mailbox::parse(&("ü".repeat(33) + "@x")), error(Kind::LocalPartTooLong, 64));
    // 254 octets fit a path of 256.
    for (local, domain) in [(64, 189), (1, 252)] {
        assert_eq!(of(local, domain).len(), 254);
        assert!(Mailbox::parse(&of(local, domain)).is_ok());
    }
    assert_eq!(Mailbox::parse(&of(64, 190)), error(Kind::PathTooLong, 254));
    assert_eq!(Mailbox::parse(&of(2, 256)), error(Kind::DomainTooLong, 258));
}

#[test]
fn parts_are_quoted_only_if_they_have_to_be() {
    for (local, text) in [
        ("a", "a@x"),
        ("a.b", "a.b@x"),
        ("ü", "ü@x"),
        ("a b", "\"a b\"@x"),
        (".a", "\".a\"@x"),
        ("a..b", "\"a..b\"@x"),
        ("a.", "\"a.\"@x"),
        ("a@b", "\"a@b\"@x"),
        ("<>", "\"<>\"@x"),
        ("ü ü", "\"ü ü\"@x"),
        (r#"a"b\c"#, r#""a\"b\\c"@x"#),
        ("\"a\"", r#""\"a\""@x"#),
    ] {
        let mailbox = Mailbox::from_parts(local, "x").unwrap();
        assert_eq!(mailbox.as_str(), text);
        assert_eq!(mailbox.unquoted(), local);
        assert_eq!(Mailbox::parse(text), Ok(mailbox.borrowed()));
    }
    let literal = Mailbox::from_parts("a", "[192.0.2.1]").unwrap();
    assert!(matches!(literal.domain(), Host::Literal(_)));
}

#[test]
fn parts_that_do_not_make_a_mailbox() {
    for (local, domain, kind, at) in [
        ("", "x", Kind::LocalPartEmpty, 0),
        ("a", "", Kind::DomainEmpty, 0),
        ("a", "x>", Kind::DomainCharacter, 1),
        ("a", "x ", Kind::DomainCharacter, 1),
        ("a\"\\\r\nRCPT", "x", Kind::Control, 3),
        ("a", "[1.2.3.4]>", Kind::Trailing, 9),
        (&"a".repeat(65), "x", Kind::LocalPartTooLong, 64),
        (&" ".repeat(63), "x", Kind::LocalPartTooLong, 63),
        ("a", &domain_of(253), Kind::PathTooLong, 252),
    ] {
        assert_eq!(Mailbox::from_parts(local, domain), error(kind, at), "{local:?} {domain:?}");
    }
    assert!(Mailbox::from_parts(&" ".repeat(62), "x").is_ok());
    assert!(Mailbox::from_parts("a", &domain_of(252)).is_ok());
}

#[test]
fn the_same_mailbox() {
    let same = |a, b| Mailbox::parse(a).unwrap().same_as(&Mailbox::parse(b).unwrap());
    for (a, b) in [
        ("a@x", "a@x"),
        ("a@X.example", "a@x.EXAMPLE"),
        ("\"a\"@x", "a@x"),
        (r#""a\b"@x"#, "\"ab\"@x"),
        (r#""\a\b"@x"#, "ab@x"),
        ("a@[IPv6:::1]", "a@[ipv6:0:0:0:0:0:0:0:1]"),
        ("a@[IPv6:::ABCD]", "a@[IPv6:::abcd]"),
    ] {
        assert!(same(a, b) && same(b, a), "{a} {b}");
    }
    for (a, b) in [
        ("a@x", "A@x"),
        ("a@x", "a@y"),
        ("a@x", "aa@x"),
        (r#""a\\b"@x"#, "\"ab\"@x"),
        ("a@[192.0.2.1]", "a@[192.0.2.2]"),
        ("a@[x:1]", "a@[x:2]"),
        ("a@[192.0.2.1]", "a@192.0.2.1"),
    ] {
        assert!(!same(a, b) && !same(b, a), "{a} {b}");
    }
    // Equality is that of what was written.
    assert_ne!(Mailbox::parse("\"a\"@x"), Mailbox::parse("a@x"));
    assert_ne!(Domain::parse("x"), Domain::parse("X"));
}
