use super::super::{AddressErrorKind as Kind, AsciiDomain, Domain, HelloName, Host};
use super::{controls, error, with_everywhere};
use alloc::{format, string::ToString, vec};

#[test]
fn domains() {
    for text in [
        "a",
        "1",
        "example.org",
        "EXAMPLE.Org",
        "a-b.c--d.xn--bcher-kva.example",
        "3com.com",
        "1.2.3.4",
        "bücher.example",
        "例え.テスト",
        "xn--a.ü",
    ] {
        assert_eq!(Domain::parse(text).unwrap().as_str(), text);
        assert_eq!(text.parse::<Domain>().unwrap().to_string(), text);
        assert_eq!(Host::parse(text).unwrap(), Host::Domain(Domain::parse(text).unwrap()));
        assert_eq!(Domain::parse(text).unwrap().is_ascii(), text.is_ascii());
    }
}

#[test]
fn not_domains() {
    for (text, kind, at) in [
        ("", Kind::DomainEmpty, 0),
        (".", Kind::LabelEmpty, 0),
        (".a", Kind::LabelEmpty, 0),
        ("a.", Kind::LabelEmpty, 2),
        ("a..b", Kind::LabelEmpty, 2),
        ("-a", Kind::LabelHyphen, 0),
        ("a.-b", Kind::LabelHyphen, 2),
        ("a-", Kind::LabelHyphen, 1),
        ("a-.b", Kind::LabelHyphen, 1),
        ("ü-", Kind::LabelHyphen, 2),
        ("-", Kind::LabelHyphen, 0),
        ("a_b", Kind::DomainCharacter, 1),
        ("_dmarc.a", Kind::DomainCharacter, 0),
        ("a._b", Kind::DomainCharacter, 2),
        ("a b", Kind::DomainCharacter, 1),
        ("a b.", Kind::DomainCharacter, 1),
        (" a", Kind::DomainCharacter, 0),
        ("a@b", Kind::DomainCharacter, 1),
        ("[1.2.3.4]", Kind::DomainCharacter, 0),
        ("a\u{7F}", Kind::Control, 1),
        ("\r", Kind::Control, 0),
    ] {
        assert_eq!(Domain::parse(text), error(kind, at), "{text:?}");
    }
}

/// RFC 6531 section 3.7.1
#[test]
fn a_servers_name_has_no_u_labels() {
    for text in ["a", "mx.example", "xn--bcher-kva.example"] {
        let domain: AsciiDomain = text.parse().unwrap();
        assert_eq!(domain.as_str(), text);
        assert_eq!(Domain::from(domain), text.parse().unwrap());
    }
    for (text, kind, at) in [
        ("bücher.example", Kind::DomainNotAscii, 1),
        ("a.例え.example", Kind::DomainNotAscii, 2),
        ("a_b", Kind::DomainCharacter, 1),
        ("[192.0.2.1]", Kind::DomainCharacter, 0),
        ("", Kind::DomainEmpty, 0),
    ] {
        assert_eq!(text.parse::<AsciiDomain>(), error(kind, at), "{text:?}");
    }
}

#[test]
fn controls_are_refused_everywhere() {
    for control in controls() {
        for (at, text) in with_everywhere("ab.cü", control) {
            let found = Domain::parse(&text).unwrap_err();
            assert!(found.kind == Kind::Control && found.at == at || at == 3, "{text:?}: {found}");
            assert_eq!(found.kind, Kind::Control);
            assert_eq!(Host::parse(&text), Err(found));
        }
        for (at, text) in with_everywhere("my_host", control) {
            assert_eq!(HelloName::parse(&text), error(Kind::Control, at));
            assert!(text.parse::<HelloName>().is_err());
        }
    }
}

#[test]
fn lengths() {
    let label = "a".repeat(63);
    assert!(Domain::parse(&label).is_ok());
    assert_eq!(Domain::parse(&format!("b.{label}a.c")), error(Kind::LabelTooLong, 65));
    // What a label in UTF-8 becomes as an A-label is not known here.
    assert!(Domain::parse(&"ü".repeat(40)).is_ok());

    let longest = vec![label; 4].join(".");
    assert_eq!(longest.len(), 255);
    assert!(Domain::parse(&longest).is_ok());
    let short_last = format!("{}.b", &longest[..longest.len() - 1]);
    assert_eq!(short_last.len(), 256);
    assert_eq!(Domain::parse(&short_last), error(Kind::DomainTooLong, 255));
    let u_labels = "ü".repeat(127) + "a";
    assert!(Domain::parse(&u_labels).is_ok());
    assert_eq!(Domain::parse(&(u_labels + "b")), error(Kind::DomainTooLong, 255));
}

#[test]
fn hello_names_are_lenient() {
    for text in ["a", "my_host", "host.", "[1.2.3.4", "192.0.2.1", "<>", "~!", "[IPv6:::1]"] {
        assert_eq!(HelloName::parse(text).unwrap().to_string(), text);
        assert_eq!(text.parse::<HelloName>().unwrap().as_str(), text);
    }
    assert!(HelloName::parse(&"a".repeat(255)).is_ok());
    for (text, kind, at) in [
        ("", Kind::HelloEmpty, 0),
        ("a b", Kind::HelloCharacter, 1),
        ("bücher", Kind::HelloCharacter, 1),
        (&*"a".repeat(256), Kind::HelloTooLong, 255),
    ] {
        assert_eq!(HelloName::parse(text), error(kind, at));
    }
}

#[test]
fn hello_names_may_be_hosts() {
    let host = |text| HelloName::parse(text).unwrap().host().map(|host| host.to_string());
    for text in ["example.org", "[192.0.2.1]", "[IPv6:::1]"] {
        assert_eq!(host(text).as_deref(), Some(text));
    }
    for text in ["my_host", "host.", "[192.0.2.256]", "(spam)"] {
        assert_eq!(host(text), None);
    }
}

#[test]
fn messages_tell_what_and_where() {
    let message = |text| Domain::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("my_host.example"),
        "domain has a character other than letters, digits, hyphens and dots at offset 2"
    );
    assert_eq!(message(&"a".repeat(64)), "domain label is longer than 63 octets at offset 63");
}
