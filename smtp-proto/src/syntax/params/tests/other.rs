//! The parameters of the remaining extensions.

use super::super::*;
use super::{refused, taken};
use alloc::{format, string::ToString, vec::Vec};
use proptest::prelude::*;

#[test]
fn without_a_value() {
    fn alone<P: Parameter + PartialEq + core::fmt::Debug>(parameter: P) {
        assert_eq!(parameter.value(), None);
        let mut params = Params::none();
        params.set(&parameter).unwrap();
        assert_eq!(params.as_str(), P::KEYWORD);
        assert_eq!(params.value(), Ok(Some(parameter)));
        refused::<P>(&["", "1", "YES"]);
    }
    alone(SmtpUtf8);
    alone(RequireTls);
    alone(ConPerm);
    alone(ConNeg);
}

#[test]
fn mtrk() {
    // The hash of "abc" (RFC 3174), whose padded base64 is qZk+NkcGgWq6PiVxeFDCbJzQ2J0=.
    let hash = [
        0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E, 0x25, 0x71, 0x78, 0x50, 0xC2,
        0x6C, 0x9C, 0xD0, 0xD8, 0x9D,
    ];
    for (text, timeout) in [
        ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0", None),
        ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0:0", Some(0)),
        ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0:86400", Some(86_400)),
        ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0:999999999", Some(999_999_999)),
    ] {
        let found: Mtrk = taken(text);
        assert_eq!((found.certifier(), found.timeout()), (&hash, timeout));
        assert_eq!(Mtrk::new(hash, timeout), Some(found));
        assert_eq!(found.to_string(), text);
    }
    refused::<Mtrk>(&[
        "",
        ":1",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0:",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0:1000000000",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0:-1",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0:1:1",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0;1",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J1",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0A",
        "qZk+NkcGgWq6PiVxeFDCbJzQ2J0AAAA",
        "qZk-NkcGgWq6PiVxeFDCbJzQ2J0",
    ]);
    assert_eq!(Mtrk::new(hash, Some(1_000_000_000)), None);
}

#[test]
fn solicit() {
    // RFC 3865 section 2.3
    for text in ["org.example:ADV:ADLT", "net.example:ADV,org.example:ADV:ADLT", "a", "A.-_:9"] {
        let found: Solicit = taken(text);
        assert_eq!(found.words().collect::<Vec<_>>(), text.split(',').collect::<Vec<_>>());
        assert_eq!((found.as_str(), found.to_string().as_str()), (text, text));
        assert_eq!(Solicit::new(text), Some(found));
    }
    let longest = format!("a,{}", "b".repeat(998));
    assert_eq!(taken::<Solicit>(&longest).words().count(), 2);
    let long = longest + "b";
    refused::<Solicit>(&[
        "", ",", "a,", ",a", "a,,b", "1a", ".a", ":a", "a b", "a, b", "a;b", "a/b", "a=b", "ü",
        "a,1", "a\r\n", &long,
    ]);
}

#[test]
fn transid() {
    let longest = format!("<{}@b>", "a".repeat(76));
    for text in ["<12345@claremont.edu>", "<a.b@c>", "<a+!#$%&'*^_`{|}~-@c.d>", &longest] {
        let found: TransId = taken(text);
        assert_eq!((found.as_str(), found.to_string().as_str()), (text, text));
        assert_eq!(TransId::new(text), Some(found));
    }
    assert_ne!(taken::<TransId>("<a@b>"), taken("<A@b>"));
    let long = format!("<{}@b>", "a".repeat(77));
    refused::<TransId>(&[
        "",
        "<>",
        "<@>",
        "a@b",
        "<a@b",
        "a@b>",
        "<a>",
        "<a@>",
        "<@b>",
        "<.a@b>",
        "<a.@b>",
        "<a..b@c>",
        "<a@b.>",
        "<a@b@c>",
        "<<a@b>>",
        "<a b@c>",
        "<\"a\"@b>",
        "<a@[1.2.3.4]>",
        "<a/b@c>",
        "<a?@b>",
        "<a=b@c>",
        "<a;b@c>",
        "<ü@b>",
        "<a\0@b>",
        &long,
    ]);
}

#[test]
fn xverp() {
    let mut params = Params::none();
    params.set(&Xverp::DEFAULT).unwrap();
    assert_eq!(params.as_str(), "XVERP");
    assert_eq!(params.value(), Ok(Some(Xverp::DEFAULT)));
    for (text, before_local, before_domain) in
        [("+=", '+', '='), ("-=", '-', '='), ("==", '=', '='), ("--", '-', '-'), ("#~", '#', '~')]
    {
        let found: Xverp = taken(text);
        assert_eq!(found.delimiters(), Some((before_local, before_domain)));
        assert_eq!(Xverp::new(before_local, before_domain), Some(found));
        assert_eq!(found.value().as_deref(), Some(text));
    }
    refused::<Xverp>(&[
        "", "+", "=", "+-+", "+==", "+a", "1-", "+%", "!-", "+.", "+@", "+\"", "+é", "+ ", "+\r",
    ]);
    // The documentation of Postfix has it that way; no other parameter can.
    let params = Params::parse("SIZE=1 xverp=+= RET=FULL").unwrap();
    assert_eq!(params.value(), Ok(Xverp::new('+', '=')));
    assert!(Params::parse("XVERP==").is_ok(), "it is for its type to refuse");
    for text in ["XVERP=", "XVERP= A", "XVERP=+=\r", "XVERP=+=\0", "AVERP=+=", "RET=+="] {
        assert!(Params::parse(text).is_err(), "{text:?}");
    }
    for (before_local, before_domain) in [('é', '+'), ('\n', '+'), ('a', '='), ('=', '1')] {
        assert_eq!(Xverp::new(before_local, before_domain), None);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(certifier: [u8; 20], timeout: Option<u32>, text in "[!-~]{0,4}@?[!-~]{0,4}") {
        if let Some(mtrk) = Mtrk::new(certifier, timeout) {
            prop_assert_eq!(taken::<Mtrk>(&mtrk.to_string()), mtrk);
        } else {
            prop_assert!(timeout.is_some_and(|seconds| seconds > 999_999_999));
        }
        if let Some(transid) = TransId::new(&format!("<{text}>")) {
            prop_assert_eq!(taken::<TransId>(&transid.to_string()), transid);
        }
        if let Some(solicit) = Solicit::new(&text) {
            prop_assert_eq!(taken::<Solicit>(&solicit.to_string()), solicit);
        }
    }
}
