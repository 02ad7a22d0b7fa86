use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Capabilities, Capability, Extension, SizeOffer, is_ehlo_line};
use crate::syntax::protocol::Protocol;
use crate::syntax::reply::Reply;

fn parse(line: &str) -> Capability<'_> {
    Capability::parse(line.as_bytes()).unwrap()
}

fn capabilities(reply: &str) -> Capabilities {
    Capabilities::from_reply(&Reply::parse(reply.replace('\n', "\r\n").as_bytes()).unwrap())
}

#[test]
fn keywords_in_any_case() {
    for extension in Extension::ALL {
        let keyword = extension.as_str();
        assert_eq!(parse(keyword).extension(), Some(extension));
        assert_eq!(parse(&keyword.to_ascii_lowercase()).extension(), Some(extension));
        assert_eq!(parse(keyword).to_string(), keyword);
        assert_eq!(Extension::parse(keyword), Some(extension));
    }
    assert_eq!(parse("sTaRtTlS").to_string(), "STARTTLS");
    for (at, extension) in Extension::ALL.into_iter().enumerate() {
        assert_eq!(extension as usize, at, "the row of {extension} is not in its place");
    }
}

/// Most are for anyone. RFC 4865 section 4.2 and RFC 4468 section 3.1 have theirs for submission only,
/// RFC 6409 section 7 keeps two out of it.
#[test]
fn what_an_extension_is_for() {
    let dialects = [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp];
    for extension in Extension::ALL {
        let expected = match extension.as_str() {
            "FUTURERELEASE" | "BURL" => [false, true, false],
            "ETRN" | "ATRN" => [true, false, false],
            _ => [true, true, true],
        };
        assert_eq!(dialects.map(|dialect| extension.is_for(dialect)), expected, "{extension}");
    }
}

#[test]
fn what_an_extension_needs() {
    for extension in Extension::ALL {
        let expected = match extension.as_str() {
            "SMTPUTF8" | "BURL" => Some("8BITMIME"), // RFC 6531 section 3.1, RFC 4468 section 4
            "BINARYMIME" => Some("CHUNKING"),        // RFC 3030 section 3
            "MTRK" => Some("DSN"),                   // RFC 3885 section 2
            "ATRN" => Some("AUTH"),                  // RFC 2645 section 5.1.1
            _ => None,
        };
        let needed = extension.needs();
        assert_eq!(needed.map(Extension::as_str), expected, "{extension}");
        // What is needed is there wherever it is needed, and needs nothing itself.
        for dialect in [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp] {
            assert!(needed.is_none_or(|needed| needed.is_for(dialect)), "{extension}");
        }
        assert_eq!(needed.and_then(Extension::needs), None, "{extension}");
    }
}

#[test]
fn sizes() {
    for (line, size) in [
        ("SIZE", None),
        ("SIZE ", None),
        ("SIZE 0", Some(0)),
        ("size 35882577", Some(35_882_577)),
        ("SIZE  7 ", Some(7)),
        ("SIZE 18446744073709551615", Some(u64::MAX)),
        ("SIZE 99999999999999999999", Some(u64::MAX)),
        ("SIZE many", None),
        ("SIZE -1", None),
        ("SIZE +1", None),
        ("SIZE 1 2", None),
    ] {
        assert_eq!(parse(line).extension(), Some(Extension::Size));
        assert_eq!(parse(line).offer(), size.map(SizeOffer), "{line}");
    }
    let size = |line: &str| {
        let capabilities = capabilities(&["250-host\n250 ", line, "\n"].concat());
        assert!(capabilities.has(Extension::Size));
        capabilities.size()
    };
    assert_eq!(size("SIZE"), None);
    assert_eq!(size("SIZE 0"), None);
    assert_eq!(size("SIZE garbage"), None);
    assert_eq!(size("SIZE 1000"), Some(1000));
}

#[test]
fn malformed_lines() {
    for line in [
        &b""[..],
        b" ",
        b" SIZE",
        b"-SIZE",
        b"SIZE=10",
        b"X_FOO",
        b"X.FOO bar",
        b"=LOGIN",
        b"XFOO b\tr",
        b"XFOO b\0r",
        b"XFOO b\x80r",
        "XFOO bär".as_bytes(),
        "Größe".as_bytes(),
    ] {
        assert_eq!(Capability::parse(line), None, "{line:?}");
    }
}

#[test]
fn others() {
    let xclient = parse("XClient NAME ADDR");
    assert_eq!((xclient.keyword(), xclient.arguments()), ("XCLIENT", "NAME ADDR"));
    assert_eq!(xclient.extension(), Some(Extension::XClient));
    assert_eq!(xclient.to_string(), "XCLIENT NAME ADDR");
    assert_eq!(parse("X-FOO").extension(), None);
    assert_eq!(parse("X-FOO").to_string(), "X-FOO");
    assert_eq!(parse("auth  PLAIN  LOGIN ").to_string(), "AUTH PLAIN  LOGIN");
    assert_eq!(parse("SIZE 10").to_string(), "SIZE 10");
}

#[test]
fn from_a_reply() {
    let capabilities = capabilities(
        "250-SIZE 99\n250-PIPELINING\n250-size 1000\n250-SIZE 2000\n250-AUTH PLAIN scram-sha-256\n\
         250-AUTH=LOGIN PLAIN\n250-b?d\n250-LIMITS RCPTMAX=100\n250 8BITMIME\n",
    );
    assert_eq!(capabilities.size(), Some(1000));
    assert!(capabilities.has(Extension::Pipelining) && capabilities.has(Extension::EightBitMime));
    assert!(!capabilities.has(Extension::StartTls) && !capabilities.has(Extension::Chunking));
    assert_eq!(
        capabilities.auth().collect::<Vec<_>>(),
        ["PLAIN", "scram-sha-256", "LOGIN", "PLAIN"]
    );
    assert!(capabilities.supports_auth("Login") && capabilities.supports_auth("SCRAM-SHA-256"));
    assert!(!capabilities.supports_auth("SCRAM") && !capabilities.supports_auth(""));
    assert_eq!(capabilities.get("limits"), Some("RCPTMAX=100"));
    assert_eq!(capabilities.get("8bitmime"), Some(""));
    assert_eq!(capabilities.get("auth"), Some("PLAIN scram-sha-256"));
    assert_eq!(capabilities.get("XCLIENT"), None);
    assert_eq!(capabilities.iter().count(), 7);
}

#[test]
fn the_greeting_is_not_a_capability() {
    assert_eq!(capabilities("250 STARTTLS\n"), Capabilities::none());
    assert_eq!(
        capabilities("250-STARTTLS\n250 HELP\n").iter().collect::<Vec<_>>(),
        [parse("HELP")]
    );
}

#[test]
fn nothing_is_offered_by_a_refusal_or_by_default() {
    let refusal = capabilities("502-no\n502 STARTTLS\n");
    assert_eq!(refusal, Capabilities::none());
    assert!(Extension::ALL.into_iter().all(|extension| !refusal.has(extension)));
    assert_eq!((refusal.size(), refusal.auth().count()), (None, 0));
}

proptest! {
    #[test]
    fn any_octets(line in any::<Vec<u8>>()) {
        if let Some(capability) = Capability::parse(&line) {
            let written = capability.to_string();
            prop_assert_eq!(Capability::parse(written.as_bytes()), Some(capability));
        }
    }

    #[test]
    fn any_lines(lines in proptest::collection::vec("[ -~]{0,30}|AUTH[ =][A-Z ]*|SIZE [0-9]*", 0..9)) {
        let mut reply = alloc::string::String::from("250-host\r\n");
        for line in &lines {
            reply += &["250-", line, "\r\n"].concat();
        }
        reply += "250 HELP\r\n";
        let capabilities = Capabilities::from_reply(&Reply::parse(reply.as_bytes()).unwrap());
        prop_assert!(capabilities.has(Extension::Help));
        for capability in capabilities.iter() {
            prop_assert!(capabilities.get(capability.keyword()).is_some());
            prop_assert!(capability.extension().is_none_or(|known| capabilities.has(known)));
        }
    }
}

#[test]
fn lines_that_a_server_may_send() {
    for line in ["X", "8BITMIME", "X-a 1", "NO-SOLICITING net.example:ADV", "X =;\"~ 2"] {
        assert!(is_ehlo_line(line), "{line}");
    }
    for line in
        ["", " X", "X ", "X  1", "-X", "X_Y", "X=1", "X\t1", "X 1\t2", "Ü", "X ü", "X \u{85}"]
    {
        assert!(!is_ehlo_line(line), "{line:?}");
    }
}
