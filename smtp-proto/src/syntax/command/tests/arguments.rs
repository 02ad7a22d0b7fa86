//! The arguments of each verb.

use alloc::format;
use alloc::string::ToString;

use super::super::{
    AtrnDomains, AtrnError, AttributeError, AttributeName, AttributeValue, Attributes, Command,
    CommandErrorKind as Kind, EtrnError, EtrnNode, InitialResponse, Mechanism, Query, Url,
    UrlError,
};
use super::{parse, refused};
use crate::syntax::address::{AddressErrorKind, ForwardPath, ReversePath};
use crate::syntax::params::ParamErrorKind;

fn bdat(line: &str) -> (u64, bool) {
    match parse(line) {
        Command::Bdat { size, last } => (size, last),
        other => panic!("{other:?}"),
    }
}

fn auth(line: &str) -> (Mechanism<&str>, Option<InitialResponse<'_>>) {
    match parse(line) {
        Command::Auth { mechanism, initial } => (mechanism, initial),
        other => panic!("{other:?}"),
    }
}

#[test]
fn hello() {
    for name in ["client.example.org", "[192.0.2.1]", "[IPv6:::1]", "under_score", "!", "localhost"]
    {
        let line = format!("EHLO {name}");
        let Command::Ehlo(found) = parse(&line) else { panic!("{name}") };
        assert_eq!(found.as_str(), name);
    }
    // RFC 5321 section 4.1.1.1: words behind an address literal, as RFC 2821 had them.
    for literal in ["[192.0.2.1]", "[IPv6:::1]"] {
        for words in [" a host of ours", "  (spam)"] {
            let line = format!("EHLO {literal}{words}");
            let Command::Ehlo(found) = parse(&line) else { panic!("{line}") };
            assert_eq!(found.as_str(), literal);
        }
    }
    assert!(matches!(parse("HELO a"), Command::Helo(name) if name.as_str() == "a"));
    assert!(matches!(parse("LHLO a"), Command::Lhlo(name) if name.as_str() == "a"));
    for verb in ["EHLO", "HELO", "LHLO"] {
        assert_eq!(refused(verb), Kind::MissingArgument);
        assert_eq!(refused(format!("{verb} ")), Kind::MissingArgument);
        for name in ["a b", "a [192.0.2.1]", "[192.0.2.256] b", "[192.0.2.1 b"] {
            assert_eq!(refused(format!("{verb} {name}")), Kind::HelloName, "{name}");
        }
        assert_eq!(refused(format!("{verb} {}", "x".repeat(256))), Kind::HelloName);
    }
}

#[test]
fn mail() {
    assert!(matches!(parse("MAIL FROM:<>"), Command::Mail { from: ReversePath::Null, params }
        if params.is_empty()));
    let line = "MAIL FROM:<a@example.org> SIZE=10 BODY=8BITMIME";
    let Command::Mail { from, params } = parse(line) else { panic!() };
    assert_eq!(from.mailbox().unwrap().as_str(), "a@example.org");
    assert_eq!(params.to_string(), "SIZE=10 BODY=8BITMIME");
    assert_eq!(parse("MAIL From:<@a,@b:c@d>"), parse("MAIL FROM:<c@d>"));
    assert_eq!(parse("MAIL FROM:<\"a> b\"@c> X=1"), parse("MAIL FROM:<\"a> b\"@c> X=1"));

    assert_eq!(refused("MAIL"), Kind::MissingArgument);
    for line in ["MAIL FROM", "MAIL <a@b>", "MAIL TO:<a@b>", "MAIL FRÖM:<>", "MAIL FROM<a@b>"] {
        assert_eq!(refused(line), Kind::Syntax("MAIL FROM:<address> [parameters]"), "{line}");
    }
    for (line, kind, at) in [
        ("MAIL FROM:", AddressErrorKind::MissingOpen, 10),
        ("MAIL FROM:a@b", AddressErrorKind::MissingOpen, 10),
        ("MAIL FROM:   a@b", AddressErrorKind::MissingOpen, 13),
        ("MAIL  FROM:<a@b", AddressErrorKind::MissingClose, 15),
        ("MAIL FROM:<a>", AddressErrorKind::MissingDomain, 12),
        ("MAIL FROM:<Postmaster>", AddressErrorKind::MissingDomain, 21),
    ] {
        assert!(
            matches!(refused(line), Kind::Sender(error) if (error.kind, error.at) == (kind, at)),
            "{line}: {:?}",
            refused(line)
        );
    }
    for (line, kind, at) in [
        ("MAIL FROM:<> SIZE=1 SIZE=2", ParamErrorKind::Duplicate, 20),
        ("MAIL FROM:<>   -=1", ParamErrorKind::Keyword, 15),
        ("MAIL FROM:<> A=", ParamErrorKind::ValueEmpty, 15),
        ("MAIL FROM:<> A=B=C", ParamErrorKind::ValueCharacter, 16),
    ] {
        assert!(
            matches!(refused(line), Kind::Param(error) if (error.kind, error.at) == (kind, at)),
            "{line}: {:?}",
            refused(line)
        );
    }
}

#[test]
fn rcpt() {
    let Command::Rcpt { to, params } = parse("RCPT TO:<a@example.org> NOTIFY=NEVER") else {
        panic!()
    };
    assert_eq!(to.mailbox().unwrap().as_str(), "a@example.org");
    assert_eq!(params.to_string(), "NOTIFY=NEVER");
    for line in ["RCPT TO:<Postmaster>", "RCPT to: <POSTMASTER>"] {
        assert!(matches!(parse(line), Command::Rcpt { to: ForwardPath::Postmaster, .. }));
    }
    assert_eq!(refused("RCPT"), Kind::MissingArgument);
    assert_eq!(refused("RCPT FROM:<a@b>"), Kind::Syntax("RCPT TO:<address> [parameters]"));
    for line in ["RCPT TO:<>", "RCPT TO:", "RCPT TO:a@b", "RCPT TO:<a>", "RCPT TO:<a@b"] {
        assert!(matches!(refused(line), Kind::Recipient(_)), "{line}");
    }
    assert!(matches!(refused("RCPT TO:<a@b> X X"), Kind::Param(_)));
}

#[test]
fn bare_verbs() {
    for verb in ["DATA", "RSET", "QUIT", "STARTTLS"] {
        assert_eq!(refused(format!("{verb} x")), Kind::UnexpectedArgument);
        assert_eq!(refused(format!("{verb}\tx")), Kind::UnexpectedArgument);
    }
}

#[test]
fn bdat_sizes() {
    assert_eq!(bdat("BDAT 0"), (0, false));
    assert_eq!(bdat("BDAT 0 LAST"), (0, true));
    assert_eq!(bdat("BDAT 5 LAST"), (5, true));
    assert_eq!(bdat("BDAT 007"), (7, false));
    assert_eq!(bdat("BDAT 18446744073709551615"), (u64::MAX, false));
    assert_eq!(bdat("BDAT 18446744073709551616"), (u64::MAX, false));
    assert_eq!(bdat("BDAT 99999999999999999999 last"), (u64::MAX, true));
    assert_eq!(bdat(&format!("BDAT {}", "9".repeat(400))), (u64::MAX, false));
    assert_eq!(bdat(&format!("BDAT {}1", "0".repeat(400))), (1, false));

    assert_eq!(refused("BDAT"), Kind::MissingArgument);
    for size in ["-1", "+1", "LAST", "0x10", "1.0", "5LAST", "1,000"] {
        assert_eq!(refused(format!("BDAT {size}")), Kind::ChunkSize, "{size}");
    }
    assert_eq!(refused("BDAT 5 LAST x"), Kind::UnexpectedArgument);
    assert_eq!(refused("BDAT 5 x"), Kind::Syntax("BDAT octets [LAST]"));
    assert_eq!(refused("BDAT 5 6"), Kind::Syntax("BDAT octets [LAST]"));
    assert_eq!(refused("BDAT 5 LASTLY"), Kind::Syntax("BDAT octets [LAST]"));
}

#[test]
fn auth_forms() {
    assert_eq!(auth("AUTH PLAIN"), (Mechanism::parse("PLAIN").unwrap(), None));
    let (mechanism, initial) = auth("AUTH plain dGVzdA==");
    assert_eq!((mechanism.as_str(), mechanism.is("PLAIN")), ("plain", true));
    assert_eq!(initial.unwrap().as_str(), "dGVzdA==");
    assert_eq!(initial.unwrap().decode().unwrap(), b"test");
    let (_, initial) = auth("AUTH EXTERNAL =");
    assert_eq!(initial, Some(InitialResponse::EMPTY));
    assert_eq!(initial.unwrap().decode().unwrap(), b"");
    assert_eq!(auth("AUTH PLAIN  dGVzdA=="), auth("AUTH PLAIN dGVzdA=="));
    assert_eq!(auth("AUTH SCRAM-SHA-256_X").0.as_str(), "SCRAM-SHA-256_X");

    assert_eq!(refused("AUTH"), Kind::MissingArgument);
    for name in ["PL@IN", "=", "A.B", "PLAIN:", "ABCDEFGHIJKLMNOPQRSTU"] {
        assert_eq!(refused(format!("AUTH {name}")), Kind::Mechanism, "{name}");
    }
    for initial in [
        "*",
        "==",
        "===",
        "====",
        "a",
        "ab",
        "abc",
        "abcde",
        "a===",
        "ab=c",
        "=abc",
        "abc=defg",
        "ab==cd==",
        "abc_",
        "ab c",
        "dGVzdA== x",
        "= =",
        "dGVzdA",
        "abc\\",
    ] {
        assert_eq!(refused(format!("AUTH PLAIN {initial}")), Kind::InitialResponse, "{initial}");
    }
    // Well formed, but with bits left over: known only when it is decoded.
    assert!(auth("AUTH PLAIN dGVzdB==").1.unwrap().decode().is_err());
}

#[test]
fn an_initial_response_is_not_shown() {
    let shown = format!("{:?}", parse("AUTH PLAIN AHRpbQB0YW5zdGFhZg=="));
    assert!(!shown.contains("AHRp"), "{shown}");
    assert!(!format!("{:?}", refused("AUTH PLAIN AHRpbQB0YW5zdGFhZg=")).contains("AHRp"));
}

#[test]
fn mechanisms_compare_in_any_case() {
    use core::hash::BuildHasher;
    let [upper, lower] = ["SCRAM-SHA-1", "scram-sha-1"].map(|name| Mechanism::parse(name).unwrap());
    assert_eq!(upper, lower);
    assert_eq!(upper.into_owned(), lower);
    assert_ne!(upper, Mechanism::parse("SCRAM-SHA-256").unwrap());
    assert_eq!(lower.into_owned().borrowed().to_string(), "scram-sha-1");
    let hasher = std::hash::RandomState::new();
    assert_eq!(hasher.hash_one(upper), hasher.hash_one(lower));
    assert!(Mechanism::parse("").is_none());
}

#[test]
fn queries() {
    for (line, text, smtputf8) in [
        ("VRFY smith", "smith", false),
        ("VRFY smith@example.org", "smith@example.org", false),
        ("VRFY <smith@example.org>", "<smith@example.org>", false),
        ("VRFY John Q. Smith", "John Q. Smith", false),
        ("VRFY smith SMTPUTF8", "smith", true),
        ("VRFY smith  smtputf8", "smith", true),
        ("VRFY smith xSMTPUTF8", "smith xSMTPUTF8", false),
        ("VRFY SMTPUTF8", "SMTPUTF8", false),
    ] {
        assert_eq!(parse(line), Command::Vrfy(Query { text, smtputf8 }));
        let expn = line.replace("VRFY", "EXPN");
        assert_eq!(parse(&expn), Command::Expn(Query { text, smtputf8 }));
    }
    assert_eq!(refused("VRFY"), Kind::MissingArgument);
    assert_eq!(refused("EXPN "), Kind::MissingArgument);
}

#[test]
fn texts() {
    assert_eq!(parse("NOOP"), Command::Noop(None));
    assert_eq!(parse("NOOP  hello,  world "), Command::Noop(Some("hello,  world")));
    assert_eq!(parse("HELP"), Command::Help(None));
    assert_eq!(parse("HELP MAIL"), Command::Help(Some("MAIL")));
}

#[test]
fn burl() {
    let url = Url::parse("imap://harry@gryffindor.example.com/outbox;uid=25").unwrap();
    for (line, last) in [
        ("BURL imap://harry@gryffindor.example.com/outbox;uid=25", false),
        ("burl  imap://harry@gryffindor.example.com/outbox;uid=25  last ", true),
    ] {
        assert_eq!(parse(line), Command::Burl { url, last });
    }
    assert_eq!(refused("BURL"), Kind::MissingArgument);
    assert_eq!(refused("BURL LAST"), Kind::Url(UrlError));
    assert_eq!(refused("BURL imap:x LAST LAST"), Kind::UnexpectedArgument);
    assert_eq!(refused("BURL imap:x FIRST"), Kind::Syntax("BURL url [LAST]"));
}

#[test]
fn atrn() {
    assert_eq!(parse("ATRN"), Command::Atrn(AtrnDomains::parse("").unwrap()));
    let domains = AtrnDomains::parse("example.org,example.com").unwrap();
    assert_eq!(parse("atrn example.org,example.com "), Command::Atrn(domains));
    assert_eq!(refused("ATRN example.org, example.com"), Kind::Atrn(AtrnError));
    assert_eq!(refused("ATRN localhost"), Kind::Atrn(AtrnError));
}

#[test]
fn attributes() {
    // From Postfix' own documentation of XCLIENT.
    let Command::XClient(attributes) =
        parse("XCLIENT NAME=spike.porcupine.org ADDR=168.100.189.2 helo=[UNAVAILABLE]")
    else {
        panic!("not XCLIENT")
    };
    let text = |name| attributes.text(name);
    assert_eq!(text(AttributeName::Name).as_deref(), Some("spike.porcupine.org"));
    assert_eq!(attributes.addr(), Some("168.100.189.2".parse().unwrap()));
    assert_eq!(attributes.get(AttributeName::Helo), Some(AttributeValue::Unavailable));
    assert_eq!((attributes.port(), attributes.login()), (None, None));
    let Command::XForward(attributes) =
        parse("XFORWARD ADDR=IPV6:2001:db8::1  PORT=25 SOURCE=remote IDENT=a+2Bb")
    else {
        panic!("not XFORWARD")
    };
    assert_eq!(attributes.addr(), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(attributes.port(), Some(25));
    assert_eq!(attributes.text(AttributeName::Ident).as_deref(), Some("a+b"));
    assert_eq!(refused("XCLIENT"), Kind::MissingArgument);
    for (line, error) in [
        ("XCLIENT NAME", AttributeError::Syntax),
        ("XCLIENT FOO=bar", AttributeError::Name),
        ("XCLIENT IDENT=x", AttributeError::Name),
        ("XFORWARD LOGIN=x", AttributeError::Name),
        ("XCLIENT NAME=a name=b", AttributeError::Duplicate(AttributeName::Name)),
        ("XCLIENT NAME=", AttributeError::Value(AttributeName::Name)),
        ("XCLIENT NAME=a+0D+0AQUIT", AttributeError::Value(AttributeName::Name)),
        ("XCLIENT NAME=a+C2+85", AttributeError::Value(AttributeName::Name)),
        ("XCLIENT NAME=a+FF", AttributeError::Value(AttributeName::Name)),
        ("XCLIENT NAME=a+", AttributeError::Value(AttributeName::Name)),
        ("XCLIENT ADDR=2001:db8::1", AttributeError::Value(AttributeName::Addr)),
        ("XCLIENT ADDR=IPV6:192.0.2.1", AttributeError::Value(AttributeName::Addr)),
        ("XCLIENT PORT=65536", AttributeError::Value(AttributeName::Port)),
        ("XCLIENT PORT=+25", AttributeError::Value(AttributeName::Port)),
        ("XFORWARD SOURCE=MARS", AttributeError::Value(AttributeName::Source)),
    ] {
        assert_eq!(refused(line), Kind::Attribute(error), "{line}");
    }
    let long = format!("XCLIENT NAME={}", "x".repeat(256));
    let error = AttributeError::Value(AttributeName::Name);
    assert_eq!(refused(&long), Kind::Attribute(error));
}

/// However it is encoded, and however many spaces there are.
#[test]
fn attributes_mean_the_same() {
    let Command::XClient(attributes) = parse("XCLIENT LOGIN=+5BUNAVAILABLE] NAME=a+2Db") else {
        panic!("not XCLIENT")
    };
    assert_eq!(attributes.login(), Some(None));
    assert_eq!(attributes.text(AttributeName::Name).as_deref(), Some("a-b"));
    assert_eq!(parse("XCLIENT NAME=a  PORT=1"), parse("XCLIENT NAME=a PORT=1"));
    assert_ne!(parse("XCLIENT NAME=a PORT=1"), parse("XCLIENT PORT=1 NAME=a"));
}

#[test]
fn attributes_are_built_as_they_are_parsed() {
    let mut attributes = Attributes::none();
    attributes.push(AttributeName::Name, &AttributeValue::TempUnavailable).unwrap();
    attributes.push_address(AttributeName::Addr, "2001:db8::1".parse().unwrap()).unwrap();
    attributes.push(AttributeName::Login, &AttributeValue::Text("a b+c".into())).unwrap();
    let line = "XCLIENT NAME=[TEMPUNAVAIL] ADDR=IPV6:2001:db8::1 LOGIN=a+20b+2Bc";
    assert_eq!(parse(line), Command::XClient(attributes.borrowed()));
    assert_eq!(attributes.login().flatten().as_deref(), Some("a b+c"));
    for (name, value, error) in [
        (AttributeName::Name, "x", AttributeError::Duplicate(AttributeName::Name)),
        (AttributeName::Helo, "[unavailable]", AttributeError::Value(AttributeName::Helo)),
        (AttributeName::Helo, "", AttributeError::Value(AttributeName::Helo)),
        (AttributeName::Helo, "a\r\nQUIT", AttributeError::Value(AttributeName::Helo)),
        (AttributeName::DestAddr, "localhost", AttributeError::Value(AttributeName::DestAddr)),
    ] {
        assert_eq!(attributes.push(name, &AttributeValue::Text(value.into())), Err(error));
    }
}

#[test]
fn etrn() {
    for name in ["example.org", "@example.org", "#queue"] {
        let node = EtrnNode::parse(name).unwrap();
        assert_eq!(parse(&format!("ETRN {name}")), Command::Etrn(node));
    }
    assert_eq!(refused("ETRN foo_bar"), Kind::Etrn(EtrnError));
    assert_eq!(refused("ETRN"), Kind::MissingArgument);
    assert_eq!(refused("ETRN a b"), Kind::UnexpectedArgument);
}
