//! RET, ENVID, NOTIFY and ORCPT.

use super::super::*;
use super::{refused, taken};
use crate::syntax::address::{ForwardPath, Mailbox};
use alloc::{format, string::ToString};
use proptest::prelude::*;

fn path(text: &str) -> ForwardPath {
    text.parse().unwrap()
}

#[test]
fn ret() {
    for (text, ret) in [("FULL", Ret::Full), ("full", Ret::Full), ("Hdrs", Ret::Hdrs)] {
        assert_eq!(taken::<Ret>(text), ret);
    }
    assert_eq!([Ret::Full, Ret::Hdrs].map(|ret| ret.to_string()), ["FULL", "HDRS"]);
    refused::<Ret>(&["", "HDR", "FULLX", "FULL,HDRS", "HDRS ", "NEVER"]);
}

#[test]
fn envid() {
    // RFC 3461 section 10.1, and what has to be encoded.
    for (text, xtext) in [
        ("QQ314159", "QQ314159"),
        ("a+b=c d", "a+2Bb+3Dc+20d"),
        ("local@host.example", "local@host.example"), // RFC 3885 section 3.2
    ] {
        assert_eq!(taken::<EnvId>(xtext).text(), text);
        assert_eq!(EnvId::new(text), Some(taken(xtext)));
        assert_eq!(taken::<EnvId>(xtext).to_string(), xtext);
    }
    // Whoever relays it does not change it.
    assert_eq!(taken::<EnvId>("+41+3d").to_string(), "+41+3d");
    assert_eq!(taken::<EnvId>(&"x".repeat(100)).text().len(), 100);
    let (long, encoded) = ("x".repeat(101), "+20".repeat(34));
    refused::<EnvId>(&["", &long, &encoded, "a+", "a+4", "a+0D+0A", "+C3+BC", "ü", "+00", "a+09b"]);
    for text in ["", &long, &" ".repeat(34), "a\r\nb", "ü", "a\0", "a\tb"] {
        assert_eq!(EnvId::new(text), None, "{text:?}");
    }
}

#[test]
fn notify() {
    let notify = |success, failure, delay| Notify { success, failure, delay };
    for (text, expected, written) in [
        ("NEVER", Notify::NEVER, "NEVER"),
        ("never", Notify::NEVER, "NEVER"),
        ("SUCCESS", notify(true, false, false), "SUCCESS"),
        ("Failure", notify(false, true, false), "FAILURE"),
        ("DELAY", notify(false, false, true), "DELAY"),
        ("DELAY,SUCCESS", notify(true, false, true), "SUCCESS,DELAY"),
        ("SUCCESS,FAILURE,DELAY", notify(true, true, true), "SUCCESS,FAILURE,DELAY"),
        // As RFC 822 section 2.7 has lists.
        ("FAILURE,FAILURE", notify(false, true, false), "FAILURE"),
        (",SUCCESS,,DELAY,", notify(true, false, true), "SUCCESS,DELAY"),
    ] {
        let found: Notify = taken(text);
        assert_eq!((found, found.to_string().as_str()), (expected, written));
        assert_eq!(found.is_never(), written == "NEVER");
    }
    refused::<Notify>(&[
        "",
        ",",
        "NEVER,NEVER",
        "NEVER,",
        "NEVER,SUCCESS",
        "SUCCESS,NEVER",
        "SUCCES",
        "SUCCESS;DELAY",
        "RELAY",
        "SUCCESS, DELAY",
    ]);
}

#[test]
fn orcpt() {
    for (value, addr_type, address) in [
        // RFC 3461 sections 10.1 and 10.2
        ("rfc822;Bob@Example.COM", "rfc822", "Bob@Example.COM"),
        ("rfc822;Bob@Big-Bucks.Example.COM", "rfc822", "Bob@Big-Bucks.Example.COM"),
        ("rfc822;a+2Bb+3Dc+20d@x", "rfc822", "a+b=c d@x"),
        ("RFC822;+41@x", "RFC822", "A@x"),
        ("x400;/C=US", "", ""),
        ("x400;/C+3DUS/A+3D+20/", "x400", "/C=US/A= /"),
        ("!#$%&'*+-/?^_`{|}~;;", "!#$%&'*+-/?^_`{|}~", ";"),
        ("rfc822;", "rfc822", ""),
        ("rfc822;any thing", "", ""),
        ("rfc822;any+20thing", "rfc822", "any thing"),
        // RFC 6533 section 3: encoded or not, and what is no address of that type.
        ("utf-8;jürgen@bücher.example", "utf-8", "jürgen@bücher.example"),
        (r"UTF-8;j\x{FC}rgen@example", "UTF-8", "jürgen@example"),
        (r"utf-8;jür\x{20}gen@example", "utf-8", "jür gen@example"),
        ("utf-8;a+2Bb@x", "utf-8", "a+b@x"),
        (r"utf-8;a\x{41}b", "utf-8", r"a\x{41}b"),
        // Not as RFC 3461 section 4.2 has it, but as Postfix does.
        ("rfc822;b+C3+BC@x", "rfc822", "bü@x"),
        ("utf-8;b+C3+BC@x", "utf-8", "bü@x"),
    ] {
        if addr_type.is_empty() {
            assert_eq!(Orcpt::parse(Some(value)), None);
            continue;
        }
        let found: Orcpt = taken(value);
        assert_eq!((found.addr_type(), &*found.address()), (addr_type, address));
        assert_eq!(found.to_string(), value);
    }
    let longest = format!("rfc822;{}", "x".repeat(493));
    assert_eq!(taken::<Orcpt>(&longest).address().len(), 493);
    refused::<Orcpt>(&[
        "",
        ";a@b",
        "rfc822",
        "rfc822:a@b",
        "rfc 822;a@b",
        "rfc.822;a@b",
        "ü;a@b",
        "\"a\";b",
        "a@b;c",
        "a=b;c",
        "a\0;c",
        "rfc822;a+b",
        "rfc822;a+",
        "rfc822;a+0D+0A",
        "rfc822;ü@x",
        "rfc822;+FC@x",
        "utf-8;+C2+85@x",
        r"utf-8;ü\x",
        "utf-8;ü+20",
        "utf-8;a\u{85}",
        &(longest + "x"),
    ]);
}

#[test]
fn orcpt_of_a_recipient() {
    for (recipient, smtputf8, value) in [
        ("<Bob@Example.COM>", false, "rfc822;Bob@Example.COM"),
        ("<Bob@Example.COM>", true, "rfc822;Bob@Example.COM"),
        ("<e=mc2@example.com>", true, "rfc822;e+3Dmc2@example.com"),
        ("<\"a b\"@x>", false, "rfc822;\"a+20b\"@x"),
        ("<postmaster>", false, "rfc822;Postmaster"),
        ("<jürgen+x@x>", true, r"utf-8;jürgen\x{2B}x@x"),
        ("<jürgen+x@x>", false, r"utf-8;j\x{FC}rgen\x{2B}x@x"),
    ] {
        let recipient = path(recipient);
        let found = Orcpt::of(&recipient, smtputf8).unwrap();
        assert_eq!(found.to_string(), value);
        assert_eq!(found.recipient(), Some(recipient));
        assert_eq!(taken::<Orcpt>(value), found);
    }
    let long = path(&format!("<\"{}\"@{}example>", " ".repeat(62), "ü.".repeat(60)));
    assert_eq!((Orcpt::of(&long, false), Orcpt::of(&long, true)), (None, None));
    assert_eq!(taken::<Orcpt>("x400;a@b").recipient(), None);
    assert_eq!(taken::<Orcpt>("rfc822;@").recipient(), None);
}

#[test]
fn orcpt_of_any_type() {
    for (addr_type, address, value) in [
        ("x400", "/C=US/A= /", Some("x400;/C+3DUS/A+3D+20/")),
        ("rfc822", "ü@x", None),
        ("utf-8", "ü @x", Some(r"utf-8;\x{FC}\x{20}@x")),
        ("utf-8", "a\r\n", None),
        ("rfc822", "a\r\n", None),
        ("", "a", None),
        ("a;b", "c", None),
        ("a b", "c", None),
        ("a=b", "c", None),
    ] {
        let found = Orcpt::new(addr_type, address);
        assert_eq!(found.map(|orcpt| orcpt.to_string()).as_deref(), value, "{addr_type} {address}");
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(text in "[ -~]{0,150}", addr_type in "[a-z0-9]{1,5}") {
        if let Some(envid) = EnvId::new(&text) {
            prop_assert_eq!(&envid.text(), &text);
            prop_assert_eq!(taken::<EnvId>(&envid.to_string()), envid);
        } else {
            prop_assert!(text.is_empty() || text.len() > 33);
        }
        if let Some(orcpt) = Orcpt::new(&addr_type, &text) {
            prop_assert_eq!((orcpt.addr_type(), &*orcpt.address()), (&*addr_type, &*text));
            prop_assert_eq!(taken::<Orcpt>(&orcpt.to_string()), orcpt);
        } else {
            prop_assert!(text.len() > 160);
        }
    }

    #[test]
    fn recipients_come_back(local in "[ -~é中]{1,20}", smtputf8: bool) {
        let recipient = Mailbox::from_parts(&local, "bücher.example").map(ForwardPath::from);
        let recipient = recipient.unwrap();
        let orcpt = Orcpt::of(&recipient, smtputf8).unwrap();
        prop_assert_eq!(taken::<Orcpt>(&orcpt.to_string()).recipient(), Some(recipient));
        prop_assert!(smtputf8 || orcpt.to_string().is_ascii());
    }
}
