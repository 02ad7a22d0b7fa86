//! The numbers and names of RFC 5321. Objects of the sizes of section 4.5.3 go through a server as it is
//! configured if nobody asks for anything else, and nobody waits for less time than it says.

use std::time::Duration;

#[allow(dead_code)] // most of it is for the dialogues
mod rig;

use rig::{Next, Rig, Writes};
use smtp_proto::Server;
use smtp_proto::limits::{ClientLimits, ServerLimits};
use smtp_proto::server::{Config, Event};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::timeouts::{ClientTimeouts, ServerTimeouts};

/// Says all of it to a server that says yes to everything; the codes of its replies, and the content
/// that has come through.
fn converse(input: &[u8]) -> (Vec<String>, Vec<u8>) {
    let server = Server::new(Config::new("mx.example".parse().unwrap()));
    let mut rig = Rig::new(server, Writes::All, 1);
    let (mut rest, mut content) = (input, Vec::new());
    loop {
        match rig.next().unwrap() {
            Next::Event(event) if event.is_question() => rig.machine.accept().unwrap(),
            Next::Event(Event::Body(piece)) => content.extend_from_slice(&piece),
            Next::Event(Event::Fault(fault)) => panic!("{fault}"),
            Next::Event(_) => {}
            Next::Idle(_) if rest.is_empty() => break,
            Next::Idle(_) => rest = &rest[rig.feed(rest)..],
            end => panic!("{end:?}"),
        }
    }
    let output = String::from_utf8(rig.output).unwrap();
    let last = output.lines().filter(|line| line.as_bytes()[3] == b' ');
    (last.map(|line| line[..3].to_owned()).collect(), content)
}

fn transaction(mail: &str, rcpt: &str, content: &str) -> Vec<u8> {
    format!("EHLO client.example\r\n{mail}\r\n{rcpt}\r\nDATA\r\n{content}.\r\n").into_bytes()
}

fn delivered(codes: &[String]) -> bool {
    codes == ["220", "250", "250", "250", "354", "250"]
}

/// A domain of so many octets, in labels as long as they may be.
fn domain(octets: usize) -> String {
    let labels = "d".repeat(63) + ".";
    let domain: String = labels.chars().cycle().take(octets).collect();
    assert!(!domain.ends_with('.'), "{octets}");
    domain
}

/// Sections 4.5.3.1.1 to 4.5.3.1.3.
#[test]
fn paths() {
    let local = "l".repeat(64);
    let paths = [
        format!("<{local}@{}>", domain(256 - 67)),
        format!("<u@{}>", domain(256 - 4)),
        "<>".into(),
    ];
    assert!(paths[..2].iter().all(|path| path.len() == 256));
    for mail in &paths {
        for rcpt in &paths[..2] {
            let (mail, rcpt) = (format!("MAIL FROM:{mail}"), format!("RCPT TO:{rcpt}"));
            assert!(delivered(&converse(&transaction(&mail, &rcpt, "x\r\n")).0), "{mail}, {rcpt}");
        }
    }
    // A domain of 255 octets has no place in a path of 256, but in EHLO.
    let (codes, _) = converse(format!("EHLO {}\r\n", domain(255)).as_bytes());
    assert_eq!(codes, ["220", "250"]);
}

/// Section 4.5.3.1.4, and what RFC 3461 section 5.4 adds to it.
#[test]
fn command_lines() {
    for octets in [512, 1036] {
        let line = "NOOP ".to_owned() + &"x".repeat(octets - "NOOP \r\n".len()) + "\r\n";
        assert_eq!(line.len(), octets);
        assert_eq!(converse(line.as_bytes()).0, ["220", "250"]);
    }
}

/// Section 4.5.3.1.6: 1000 octets with the CRLF, the dot that was added not counted.
#[test]
fn text_lines() {
    for text in ["x".repeat(998), ".".repeat(998)] {
        let sent =
            if text.starts_with('.') { format!(".{text}\r\n") } else { format!("{text}\r\n") };
        let (codes, content) =
            converse(&transaction("MAIL FROM:<a@example>", "RCPT TO:<b@example>", &sent));
        assert!(delivered(&codes), "{codes:?}");
        assert_eq!(content, (text + "\r\n").into_bytes());
    }
}

/// Section 4.5.3.1.7.
#[test]
fn content() {
    let text = "0123456789abcde\r\n".repeat(64 * 1024 / 16);
    let (codes, content) =
        converse(&transaction("MAIL FROM:<a@example>", "RCPT TO:<b@example>", &text));
    assert!(delivered(&codes), "{codes:?}");
    assert_eq!(content, text.into_bytes());
}

/// Section 4.5.3.1.8.
#[test]
fn recipients() {
    let rcpt: Vec<String> = (0..100).map(|n| format!("RCPT TO:<u{n}@example>")).collect();
    let (codes, _) = converse(&transaction("MAIL FROM:<a@example>", &rcpt.join("\r\n"), "x\r\n"));
    assert_eq!(codes.len(), 105);
    assert!(delivered(&[&codes[..3], &codes[102..]].concat()), "{codes:?}");
    assert!(codes[3..102].iter().all(|code| code == "250"), "{codes:?}");
}

/// Sections 4.5.3.1.5 and 4.5.3.1.10: what a client has to take, and the limits by their numbers.
#[test]
fn limits_by_default() {
    let server = ServerLimits::default();
    assert!(server.command_line >= 512 && server.body_line >= 1000);
    assert!(server.message >= 64 << 10 && server.recipients >= 100);
    assert!(server.auth_line >= 12_288 && server.auth_attempts >= 3, "RFC 4954");
    let client = ClientLimits::default();
    assert!(client.reply_line >= 512 && client.reply >= client.reply_line);
}

/// Section 4.5.3.2.
#[test]
fn timeouts_by_default() {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let client = ClientTimeouts::default();
    for (timeout, least) in [
        (client.greeting, 5),
        (client.mail, 5),
        (client.rcpt, 5),
        (client.data, 2),
        (client.data_block, 3),
        (client.content, 10),
    ] {
        assert!(timeout >= minutes(least), "{timeout:?}, and not {least} minutes");
    }
    let server = ServerTimeouts::default();
    for timeout in [server.command, server.command_line, server.data_block, server.auth_response] {
        assert!(timeout >= minutes(5), "{timeout:?}");
    }
}

/// Section 2.2.2: a keyword is in IANA's registry of SMTP service extensions, or it begins with X.
#[test]
fn keywords_are_registered() {
    const REGISTERED: &[&str] = &[
        "8BITMIME",
        "ATRN",
        "AUTH",
        "BINARYMIME",
        "BURL",
        "CHECKPOINT",
        "CHUNKING",
        "CONNEG",
        "CONPERM",
        "DELIVERBY",
        "DSN",
        "ENHANCEDSTATUSCODES",
        "ETRN",
        "EXPN",
        "FUTURERELEASE",
        "HELP",
        "LIMITS",
        "MT-PRIORITY",
        "MTRK",
        "NO-SOLICITING",
        "PIPELINING",
        "REQUIRETLS",
        "RRVS",
        "SIZE",
        "SMTPUTF8",
        "STARTTLS",
        "SUBMITTER",
        "VRFY",
    ];
    for extension in Extension::ALL {
        let keyword = extension.as_str();
        assert!(REGISTERED.contains(&keyword) || keyword.starts_with('X'), "{keyword}");
    }
}
