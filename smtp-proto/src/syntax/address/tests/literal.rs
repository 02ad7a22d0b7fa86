use super::super::{AddressErrorKind as Kind, AddressLiteral, Host};
use super::{controls, error, with_everywhere};
use alloc::{format, string::String, string::ToString, vec, vec::Vec};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;

#[test]
fn literals() {
    for (text, ip) in [
        ("[192.0.2.1]", Some("192.0.2.1")),
        ("[0.0.0.0]", Some("0.0.0.0")),
        ("[255.255.255.255]", Some("255.255.255.255")),
        ("[IPv6:::]", Some("::")),
        ("[IPv6:::1]", Some("::1")),
        ("[ipV6:1::]", Some("1::")),
        ("[IPv6:1:2:3:4:5:6:7:8]", Some("1:2:3:4:5:6:7:8")),
        ("[IPv6:0001:aBcD:0:0:0:0:0:0]", Some("1:abcd::")),
        ("[IPv6:1:2:3:4:5:6::]", Some("1:2:3:4:5:6::")),
        ("[IPv6:::3:4:5:6:7:8]", Some("::3:4:5:6:7:8")),
        ("[IPv6:1::4:5:6:7:8]", Some("1::4:5:6:7:8")),
        ("[IPv6:1:2:3:4:5:6:192.0.2.1]", Some("1:2:3:4:5:6:c000:201")),
        ("[IPv6:::192.0.2.1]", Some("::c000:201")),
        ("[IPv6:::ffff:192.0.2.1]", Some("::ffff:192.0.2.1")),
        ("[IPv6:1:2:3:4::192.0.2.1]", Some("1:2:3:4::c000:201")),
        ("[IPv6:1:2::3:4:192.0.2.1]", Some("1:2::3:4:c000:201")),
        ("[IPv4:192.0.2.1]", None),
        ("[x:!]", None),
        ("[-x-1:a:b:c@d\"e<>]", None),
    ] {
        let literal = AddressLiteral::parse(text).unwrap();
        assert_eq!(literal.to_string(), text);
        assert_eq!(literal.ip(), ip.map(|ip| ip.parse().unwrap()), "{text}");
        assert_eq!(Host::parse(text), Ok(Host::Literal(literal)));
        assert_eq!(text.parse::<AddressLiteral>().unwrap(), literal.into_owned());
    }
}

#[test]
fn not_literals() {
    for (text, kind, at) in [
        ("", Kind::LiteralUnclosed, 0),
        ("a", Kind::LiteralUnclosed, 0),
        ("[", Kind::LiteralUnclosed, 1),
        ("[]", Kind::Ipv4, 1),
        ("[1.2.3.4", Kind::LiteralUnclosed, 8),
        ("[1.2.3.4]a", Kind::Trailing, 9),
        ("[1.2.3.4]]", Kind::Trailing, 9),
        ("[[1.2.3.4]", Kind::LiteralUnclosed, 1),
        ("[1.2.3.4 ]", Kind::LiteralUnclosed, 8),
        ("[1.2.3]", Kind::Ipv4, 1),
        ("[1.2.3.4.5]", Kind::Ipv4, 1),
        ("[1.2.3.256]", Kind::Ipv4, 1),
        ("[1.2.3.0004]", Kind::Ipv4, 1),
        ("[1.2.3.04]", Kind::Ipv4, 1),
        ("[010.0.0.1]", Kind::Ipv4, 1),
        ("[1.2.3.00]", Kind::Ipv4, 1),
        ("[1.2.3.]", Kind::Ipv4, 1),
        ("[1.2.3.+4]", Kind::Ipv4, 1),
        ("[::1]", Kind::LiteralTag, 1),
        ("[example.org]", Kind::Ipv4, 1),
        ("[a_b:c]", Kind::LiteralTag, 2),
        ("[a-:c]", Kind::LiteralTag, 3),
        ("[x:]", Kind::LiteralEmpty, 3),
        ("[x:a\\b]", Kind::LiteralUnclosed, 4),
        ("[x:ü]", Kind::LiteralUnclosed, 3),
        ("[ü:x]", Kind::LiteralUnclosed, 1),
        ("[IPv6:]", Kind::Ipv6, 6),
        ("[IPv6:1]", Kind::Ipv6, 6),
        ("[IPv6:192.0.2.1]", Kind::Ipv6, 6),
        ("[IPv6:1:2:3:4:5:6:7]", Kind::Ipv6, 6),
        ("[IPv6:1:2:3:4:5:6:7:8:9]", Kind::Ipv6, 6),
        ("[IPv6:1:2:3:4:5:6:7::]", Kind::Ipv6, 6),
        ("[IPv6:::2:3:4:5:6:7:8]", Kind::Ipv6, 6),
        ("[IPv6:1::3:4:5:6:7:8]", Kind::Ipv6, 6),
        ("[IPv6:1:2:3:4:5::192.0.2.1]", Kind::Ipv6, 6),
        ("[IPv6:1:2:3:4:5:6:7:192.0.2.1]", Kind::Ipv6, 6),
        ("[IPv6:1::2::3]", Kind::Ipv6, 6),
        ("[IPv6::::]", Kind::Ipv6, 6),
        ("[IPv6:1:]", Kind::Ipv6, 6),
        ("[IPv6::1]", Kind::Ipv6, 6),
        ("[IPv6:12345::]", Kind::Ipv6, 6),
        ("[IPv6:g::]", Kind::Ipv6, 6),
        ("[IPv6:::1%eth0]", Kind::Ipv6, 6),
        ("[IPv6:::192.0.2.01]", Kind::Ipv6, 6),
        ("[IPv6:::192.0.2.1:1]", Kind::Ipv6, 6),
        ("[IPv6:example.org]", Kind::Ipv6, 6),
    ] {
        assert_eq!(AddressLiteral::parse(text), error(kind, at), "{text:?}");
    }
}

#[test]
fn grammatical_without_being_an_address() {
    // `Standardized-tag = Ldh-str`: "2001" is a tag that nobody has registered.
    let literal = AddressLiteral::parse("[2001:db8::1]").unwrap();
    assert_eq!(literal.ip(), None);
}

#[test]
fn controls_are_refused_everywhere() {
    for control in controls() {
        for literal in ["[1.2.3.4]", "[IPv6:::1]", "[x:y]"] {
            for (at, text) in with_everywhere(literal, control) {
                assert_eq!(AddressLiteral::parse(&text), error(Kind::Control, at), "{text:?}");
            }
        }
    }
}

#[test]
fn lengths() {
    let literal = |len: usize| format!("[x:{}]", "y".repeat(len - 4));
    assert!(AddressLiteral::parse(&literal(255)).is_ok());
    assert_eq!(AddressLiteral::parse(&literal(256)), error(Kind::DomainTooLong, 255));
}

/// `IPv6-addr` as printed, alternative by alternative.
fn is_ipv6_addr(text: &str) -> bool {
    let is_hex = |group: &&str| {
        (1..=4).contains(&group.len()) && group.bytes().all(|octet| octet.is_ascii_hexdigit())
    };
    let is_v4 = |text: &str| {
        let snums: Vec<&str> = text.split('.').collect();
        let snum = |snum: &&str| {
            let digits = snum.bytes().all(|octet| octet.is_ascii_digit());
            let leading_zero = snum.len() > 1 && snum.starts_with('0');
            digits && !leading_zero && snum.parse::<u8>().is_ok()
        };
        snums.len() == 4 && snums.iter().all(snum)
    };
    let groups = |text: &str| -> Option<usize> {
        let groups: Vec<&str> = if text.is_empty() { vec![] } else { text.split(':').collect() };
        groups.iter().all(is_hex).then_some(groups.len())
    };
    let full = groups(text) == Some(8);
    let comp = text.split_once("::").and_then(|(a, b)| Some(groups(a)? + groups(b)?));
    // Behind the last colon an IPv4 address; of a "::" in front of it both colons stay.
    let mixed = text.rfind(':').filter(|&colon| is_v4(&text[colon + 1..]));
    let v4_full = mixed.and_then(|colon| groups(&text[..colon])) == Some(6);
    let v4_comp = mixed.and_then(|colon| {
        let (a, b) = text[..=colon].split_once("::")?;
        let b = if b.is_empty() { b } else { b.strip_suffix(':').filter(|b| !b.is_empty())? };
        Some(groups(a)? + groups(b)?)
    });
    full || comp.is_some_and(|n| n <= 6) || v4_full || v4_comp.is_some_and(|n| n <= 4)
}

proptest! {
    #[test]
    fn ipv6_is_the_printed_grammar(
        text in "((0|1f|ABCD|00001|g)?:{1,2}){0,9}(0|1f|192[.]0[.]2[.]1|1[.]2[.]3|1[.]2[.]3[.]04)?"
    ) {
        let literal = format!("[IPv6:{text}]");
        prop_assert_eq!(AddressLiteral::parse(&literal).is_ok(), is_ipv6_addr(&text));
    }

    #[test]
    fn snums(octets in prop::collection::vec(0_u16..300, 3..=5)) {
        let text: Vec<String> = octets.iter().map(ToString::to_string).collect();
        let valid = octets.len() == 4 && octets.iter().all(|&octet| octet < 256);
        let literal = format!("[{}]", text.join("."));
        prop_assert_eq!(AddressLiteral::parse(&literal).is_ok(), valid);
    }

    #[test]
    fn every_ip_has_a_literal(
        v4: u32,
        v6 in prop_oneof![
            any::<u128>(),
            prop::array::uniform8(0_u16..2).prop_map(|groups| Ipv6Addr::from(groups).into()),
            any::<u32>().prop_map(|v4| Ipv4Addr::from(v4).to_ipv6_mapped().into()),
        ],
    ) {
        for ip in [IpAddr::V4(v4.into()), IpAddr::V6(v6.into())] {
            let literal = AddressLiteral::from(ip);
            prop_assert_eq!(literal.ip(), Some(ip));
            prop_assert_eq!(AddressLiteral::parse(literal.as_str()), Ok(literal.borrowed()));
        }
    }
}
