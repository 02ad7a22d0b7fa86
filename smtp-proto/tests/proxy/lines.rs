//! Version 1.

use smtp_proto::proxy::{Command, Endpoint, ProxyError, Transport, Version};

use crate::{error, header, malformed, read};

/// Section 2.1: the longest lines, and the shortest.
#[test]
fn the_lines_of_the_specification() {
    let v4 = header(b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n");
    let most = Endpoint::Ip("255.255.255.255:65535".parse().unwrap());
    assert_eq!((v4.source(), v4.destination()), (Some(&most), Some(&most)));
    assert_eq!((v4.version(), v4.command()), (Version::V1, Command::Proxy));
    assert_eq!(v4.transport(), Some(Transport::Stream));
    let ip = ["ffff"; 8].join(":");
    let v6 = header(format!("PROXY TCP6 {ip} {ip} 65535 65535\r\n").as_bytes());
    let most = Endpoint::Ip(format!("[{ip}]:65535").parse().unwrap());
    assert_eq!((v6.source(), v6.destination()), (Some(&most), Some(&most)));
    let worst = format!("PROXY UNKNOWN {ip} {ip} 65535 65535\r\n");
    assert_eq!(worst.len(), 107);
    for line in [worst.as_str(), "PROXY UNKNOWN\r\n"] {
        let unknown = header(line.as_bytes());
        assert_eq!((unknown.command(), unknown.transport()), (Command::Proxy, None));
        assert_eq!((unknown.source(), unknown.destination()), (None, None));
    }
}

#[test]
fn what_is_ignored_behind_unknown() {
    for ignored in [" ", "  ", " TCP4", " \0\u{7F}é", " PROXY UNKNOWN"] {
        assert_eq!(header(format!("PROXY UNKNOWN{ignored}\r\n").as_bytes()).source(), None);
    }
    for other in ["X", "\t", "1", "S ", "\0"] {
        malformed(format!("PROXY UNKNOWN{other}\r\n").as_bytes());
    }
}

#[test]
fn which_is_which() {
    let header = header(b"PROXY TCP6 2001:db8::a ::ffff:192.0.2.7 0 587\r\n");
    let socket_addr = |end: Option<&Endpoint>| end.and_then(Endpoint::socket_addr).unwrap();
    assert_eq!(socket_addr(header.source()).to_string(), "[2001:db8::a]:0");
    assert_eq!(socket_addr(header.destination()).to_string(), "[::ffff:192.0.2.7]:587");
}

#[test]
fn nothing_but_the_form_of_the_specification() {
    for fields in [
        "TCP4",
        "TCP4 ",
        "TCP4  192.0.2.1 192.0.2.2 1 2",
        "TCP4 192.0.2.1  192.0.2.2 1 2",
        "TCP4 192.0.2.1 192.0.2.2 1  2",
        "TCP4 192.0.2.1 192.0.2.2 1 2 ",
        "TCP4 192.0.2.1 192.0.2.2 1 2 3",
        "TCP4 192.0.2.1 192.0.2.2 1",
        "TCP4 192.0.2.1\t192.0.2.2 1 2",
        "TCP4 192.0.2.01 192.0.2.2 1 2",
        "TCP4 192.0.2.256 192.0.2.2 1 2",
        "TCP4 192.0.2 192.0.2.2 1 2",
        "TCP4 192.0.2.1.1 192.0.2.2 1 2",
        "TCP4 0xC0.0.2.1 192.0.2.2 1 2",
        "TCP4 +1.0.2.1 192.0.2.2 1 2",
        "TCP4 ::1 ::2 1 2",
        "TCP4 192.0.2.1 192.0.2.2 01 2",
        "TCP4 192.0.2.1 192.0.2.2 00 2",
        "TCP4 192.0.2.1 192.0.2.2 1 65536",
        "TCP4 192.0.2.1 192.0.2.2 +1 2",
        "TCP4 192.0.2.1 192.0.2.2 -1 2",
        "TCP4 192.0.2.1 192.0.2.2 0x1 2",
        "TCP4 192.0.2.1 192.0.2.2 1 ٣",
        "TCP4 192.0.2.1 192.0.2.2 1 2\0",
        "TCP6 192.0.2.1 192.0.2.2 1 2",
        "TCP6 ::1 192.0.2.2 1 2",
        "TCP6 [::1] [::2] 1 2",
        "TCP6 fe80::1%eth0 ::2 1 2",
        "TCP6 1::2::3 ::2 1 2",
        "TCP6 1:2:3:4:5:6:7:8:9 ::2 1 2",
        "TCP6 12345::1 ::2 1 2",
        "TCP6 1:2:3:4:5:6:7 ::2 1 2",
        "TCP6 ::g ::2 1 2",
        "UDP4 192.0.2.1 192.0.2.2 1 2",
        "TCP5 192.0.2.1 192.0.2.2 1 2",
        "tcp4 192.0.2.1 192.0.2.2 1 2",
        "unknown",
        " TCP4 192.0.2.1 192.0.2.2 1 2",
        "",
    ] {
        malformed(format!("PROXY {fields}\r\n").as_bytes());
    }
    for not_utf8 in [&b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\xFF\r\n"[..], b"PROXY TCP4 \xFF\r\n"] {
        malformed(not_utf8);
    }
}

#[test]
fn a_line_ends_with_crlf() {
    for end in ["\n", "\r", "\r\r\n", "\n\r\n", "\r \r\n", "\0\n"] {
        for line in ["PROXY TCP4 192.0.2.1 192.0.2.2 1 2", "PROXY UNKNOWN", "PROXY UNKNOWN x"] {
            malformed(format!("{line}{end}EHLO x\r\n").as_bytes());
        }
    }
}

#[test]
fn the_longest_line() {
    let line = |octets: usize| format!("PROXY UNKNOWN {}\r\n", "x".repeat(octets - 16));
    assert_eq!(header(line(107).as_bytes()).source(), None);
    for longer in [108, 109, 300] {
        let outcome = read(line(longer).as_bytes());
        assert_eq!(outcome.result, Some(Err(ProxyError::LineTooLong)));
        assert_eq!(outcome.taken, 107);
    }
    // As refused where its fields could never be valid.
    let spaces = format!("PROXY TCP4 {}", " ".repeat(200));
    assert_eq!(error(spaces.as_bytes()), ProxyError::LineTooLong);
}

#[test]
fn other_protocols_are_refused_at_the_first_octet_that_differs() {
    let first = |text: &str| {
        (1..=text.len()).map(|n| read(&text.as_bytes()[..n])).find(|o| o.result.is_some())
    };
    for (text, at) in [
        ("EHLO client.example\r\n", 1),
        ("\x16\x03\x01\x02\0\x01\0", 1),
        ("PRI * HTTP/2.0\r\n", 3),
        ("PROPFIND / HTTP/1.1\r\n", 4),
        ("PROXY\r\n", 6),
        ("proxy UNKNOWN\r\n", 1),
        ("\r\nHELO x\r\n", 3),
        ("\n", 1),
        (" PROXY UNKNOWN\r\n", 1),
    ] {
        let outcome = first(text).unwrap();
        assert_eq!(outcome.result, Some(Err(ProxyError::NotProxy)), "{text:?}");
        assert_eq!(outcome.taken, at, "{text:?}");
    }
}
