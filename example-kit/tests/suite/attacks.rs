//! What hostile clients try on `receive`, by name. `security` and `policy` have more.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;

const ENVELOPE: &str = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";

/// Says all that at once, and no more; the codes of the replies, the greeting's not among them.
fn codes(server: &Receive, said: &[u8]) -> Vec<String> {
    codes_of(server, &[said])
}

/// The same, with a pause between each piece and the next.
fn codes_of(server: &Receive, pieces: &[&[u8]]) -> Vec<String> {
    let mut stream = server.connect();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            thread::sleep(Duration::from_millis(30));
        }
        // The server may have had enough.
        let _ = stream.write_all(piece);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    let heard = String::from_utf8(heard).expect("replies in ASCII");
    assert!(heard.ends_with("\r\n"), "{heard:?}");
    let lines = heard.split_terminator("\r\n").inspect(|line| {
        assert!(line.len() <= 510 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    });
    let last = lines.filter(|line| line.as_bytes().get(3) == Some(&b' '));
    last.skip(1).map(|line| line[..3].into()).collect()
}

/// Whether mail can still be had from others.
fn assert_well(server: &Receive) {
    let said = format!("EHLO a\r\n{ENVELOPE}DATA\r\nSubject: all is well\r\n\r\n.\r\nQUIT\r\n");
    assert_eq!(codes(server, said.as_bytes()), ["250", "250", "250", "354", "250", "221"]);
    let stored = server.take_one().expect("one message");
    assert_eq!(stored.content, b"Subject: all is well\r\n\r\n");
}

/// What is not CR LF dot CR LF does not end a message, whatever others take it for.
#[test]
fn smuggling_by_a_false_end_of_data() {
    const ENDS: [&str; 18] = [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\n.\r",
        "\r.\n",
        "\r\r\n.\r\n",
        "\r\n.\r\r\n",
        "\n\r\n.\r\n\n",
        "\r\n\0.\r\n",
        "\r\n.\0\r\n",
        "\r\n.\r\0\n",
        "\r\n..\r\n",
        "\r\n. \r\n",
        "\r\n \r\n.\r\n.",
        "\r\n\u{2024}\r\n",
    ];
    let server = ADAPTER.receive::<&str>([]);
    for end in ENDS {
        let begin = format!("EHLO a\r\n{ENVELOPE}DATA\r\nSubject: one\r\n\r\ntext");
        let inner = "MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nsmuggled";
        let last = "\r\n.\r\nQUIT\r\n";
        // Some have a true end in them, and what follows it is a command of the sender's own.
        let true_end = end.find("\r\n.\r\n");
        let whole = format!("{begin}{end}{inner}{last}");
        let (end_1, end_2) = end.as_bytes().split_at(end.len() / 2);
        let cut = [begin.as_bytes(), end_1, end_2, inner.as_bytes(), last.as_bytes()];
        for pieces in [&[whole.as_bytes()][..], &cut] {
            let heard = codes_of(&server, pieces);
            let stored = server.take();
            if true_end.is_none() {
                assert_eq!(heard[..4], ["250", "250", "250", "354"], "{end:?}");
                assert!(heard.len() == 6 && heard[5] == "221", "{end:?}: {heard:?}");
                assert_eq!(stored.len(), usize::from(heard[4] == "250"), "{end:?}");
            }
            for message in stored.iter().filter(|_| true_end.is_none()) {
                assert_eq!(message.envelope["from"], "a@example.org", "{end:?}");
            }
        }
    }
    assert_well(&server);
}

#[test]
fn smuggling_by_chunks() {
    let server = ADAPTER.receive::<&str>([]);
    let refused = "MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n\r\n.\r\n";
    let length = refused.len();
    // Octets of a chunk that was refused are not commands.
    let said = format!("EHLO a\r\nBDAT {length} LAST\r\n{refused}NOOP\r\nQUIT\r\n");
    assert_eq!(codes(&server, said.as_bytes()), ["250", "503", "250", "221"]);
    let said =
        format!("EHLO a\r\n{ENVELOPE}BDAT 1\r\n\0BDAT {length}\r\n{refused}NOOP\r\nQUIT\r\n");
    let heard = codes(&server, said.as_bytes());
    assert_eq!(heard.len(), 7, "{heard:?}");
    // The end of data means nothing in a chunk, nor DATA behind one.
    let said = format!("EHLO a\r\n{ENVELOPE}BDAT 5\r\n\r\n.\r\nDATA\r\nBDAT 0 LAST\r\nQUIT\r\n");
    let heard = codes(&server, said.as_bytes());
    assert_eq!(heard, ["250", "250", "250", "250", "503", "250", "221"]);
    assert_eq!(server.take_one().expect("one").content, b"\r\n.\r\n");
    // A size that can't be read, or that nobody will ever send: no command is found behind it.
    for size in
        ["x", "-1", "+1", "0x10", "1 FIRST", "", "18446744073709551616", "99999999999999999999"]
    {
        let said = format!("EHLO a\r\n{ENVELOPE}BDAT {size}\r\n{refused}QUIT\r\n");
        let heard = codes(&server, said.as_bytes());
        assert_eq!(heard[..3], ["250", "250", "250"], "{size:?}");
        assert_eq!(heard.last().map(String::as_str), Some("421"), "{size:?}: {heard:?}");
    }
    for size in ["18446744073709551615", "18446744073709551615 LAST", "4294967296"] {
        let said = format!("EHLO a\r\n{ENVELOPE}BDAT {size}\r\n{refused}QUIT\r\n");
        let heard = codes(&server, said.as_bytes());
        assert_eq!(heard[3..], ["552", "421"], "{size:?}");
    }
    assert!(server.take().is_empty());
    assert_well(&server);
}

#[test]
fn commands_injected_before_tls() {
    let certificates = Certificates::local();
    let files = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
    let files = files.into_iter().chain(["--tls-key".as_ref(), certificates.key.as_os_str()]);
    let server = ADAPTER.receive(files);
    let said = format!("EHLO a\r\nSTARTTLS\r\nEHLO evil\r\n{ENVELOPE}DATA\r\n\r\n.\r\n");
    assert_eq!(codes(&server, said.as_bytes()), ["250", "220"]);
    // A handshake that is none, or does not come.
    for noise in [&b"EHLO evil\r\n"[..], &[0x16, 3, 1, 0xff, 0xff, 1], &[0; 600], b""] {
        let mut raw = Raw::new(server.connect());
        raw.say_all(&["EHLO a", "STARTTLS"]);
        raw.write(noise);
        raw.hang_up();
        let rest = raw.rest();
        assert!(!rest.windows(4).any(|octets| octets == b"250 "), "{rest:?}");
    }
    server.wait_for_log("octets in the clear behind STARTTLS");
    assert_well(&server);
}

#[test]
fn addresses_and_names_that_hold_what_they_must_not() {
    let server = ADAPTER.receive::<&str>([]);
    let forbidden: [&[u8]; 7] = [b"\r", b"\0", b"\x01", b"\x7f", b"\xff", b"\xc3(", b"\x1b[2J"];
    for octets in forbidden {
        for (begin, end) in [
            ("EHLO a", "b"),
            ("MAIL FROM:<a", "@example.org>"),
            ("MAIL FROM:<\"a", "\"@example.org>"),
            ("MAIL FROM:<a@exa", "mple.org>"),
            ("MAIL FROM:<a@example.org> AUTH=a", "b"),
            ("MAIL FROM:<a@example.org> ", "=1"),
            ("RCPT TO:<b", "@example.net>"),
            ("VRFY a", "b"),
            ("WH", "AT"),
        ] {
            let said = [b"EHLO a\r\n", begin.as_bytes(), octets, end.as_bytes(), b"\r\nQUIT\r\n"];
            let heard = codes(&server, &said.concat());
            assert_eq!(heard.len(), 3, "{begin}{octets:?}{end}: {heard:?}");
            assert!(
                heard[1].starts_with("50") || heard[1] == "550",
                "{begin}{octets:?}{end}: {heard:?}"
            );
            assert_eq!(heard[2], "221");
        }
        // A bare LF ends no line, so there is one command less.
        let heard = codes(&server, b"EHLO a\r\nMAIL FROM:<a@\nRSET\r\nQUIT\r\n");
        assert_eq!(heard, ["250", "500", "221"]);
    }
    assert_well(&server);
}

#[test]
fn lines_without_an_end() {
    let server = ADAPTER.receive::<&str>([]);
    let long = "x".repeat(1 << 20);
    let heard = codes(&server, format!("EHLO a\r\n{long}\r\nNOOP\r\nQUIT\r\n").as_bytes());
    assert_eq!(heard, ["250", "500", "250", "221"]);
    let heard =
        codes(&server, format!("EHLO a\r\n{ENVELOPE}DATA\r\n{long}\r\n.\r\nQUIT\r\n").as_bytes());
    assert_eq!(heard, ["250", "250", "250", "354", "554", "221"]);
    // Never an end: one reply, and no end of it either.
    assert_eq!(codes(&server, long.as_bytes()), ["500"]);
    assert_well(&server);
}

#[test]
fn floods() {
    let server = ADAPTER.receive::<&str>([]);
    for (command, most) in
        [("NOOP", 100), ("RSET", 100), ("VRFY x", 100), ("HELP", 100), ("WHAT", 20), ("\0", 20)]
    {
        let flood = format!("{command}\r\n").repeat(5000);
        let heard = codes(&server, format!("EHLO a\r\n{flood}").as_bytes());
        assert!(heard.len() <= most + 2, "{command}: {}", heard.len());
        assert_eq!(heard.last().map(String::as_str), Some("421"), "{command}");
    }
    // A thousand recipients are in order, one more is for another time.
    let recipients = (0..1001).map(|n| format!("RCPT TO:<b{n}@example.net>\r\n"));
    let recipients = recipients.collect::<Vec<_>>().concat();
    let said = format!("EHLO a\r\nMAIL FROM:<>\r\n{recipients}DATA\r\n\r\n.\r\nQUIT\r\n");
    let heard = codes(&server, said.as_bytes());
    assert_eq!(heard[2..1002], ["250"; 1000]);
    assert_eq!(heard[1002..], ["452", "354", "250", "221"]);
    let stored = server.take_one().expect("one message");
    assert_eq!(stored.envelope["to"].as_array().map(Vec::len), Some(1000));
    assert_well(&server);
}

#[test]
fn replies_that_nobody_reads() {
    let server = ADAPTER.receive(["--timeout", "1"]);
    let mut silent = server.connect();
    silent.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout");
    let help = "EHLO a\r\n".repeat(1000);
    while silent.write_all(help.as_bytes()).is_ok() {}
    assert_well(&server);
}

#[test]
fn silence_and_drops_of_a_message() {
    let server = ADAPTER.receive(["--timeout", "1"]);
    let began = Instant::now();
    let mut silent = Raw::new(server.connect());
    assert!(silent.reply().starts_with("421 4.4.2 "));
    let mut dripping = server.connect();
    let mut listening = Raw::new(dripping.try_clone().expect("a socket"));
    let reply = thread::spawn(move || listening.reply());
    for octet in b"EHLO client.example" {
        // The server hangs up at some point.
        let _ = dripping.write(&[*octet]);
        thread::sleep(Duration::from_millis(100));
    }
    assert!(reply.join().expect("a reply").starts_with("421 4.4.2 "));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_well(&server);
}

/// Half a message is none, wherever the sender ends.
#[test]
fn half_a_message() {
    let server = ADAPTER.receive::<&str>([]);
    let whole = format!("EHLO a\r\n{ENVELOPE}DATA\r\nSubject: half\r\n\r\n..\r\n.\r\n");
    for end in 0..whole.len() {
        codes(&server, &whole.as_bytes()[..end]);
    }
    let chunk = format!("EHLO a\r\n{ENVELOPE}BDAT 3\r\nabcBDAT 4 LAST\r\nefgh");
    for end in 0..chunk.len() {
        codes(&server, &chunk.as_bytes()[..end]);
    }
    assert!(server.files().is_empty(), "{:?}", server.files());
    assert_well(&server);
}

#[test]
fn logins_out_of_order() {
    let server = ADAPTER.receive(["--auth", "tim:x", "--auth-without-tls"]);
    let said = format!("EHLO a\r\n{ENVELOPE}AUTH PLAIN AHRpbQB4\r\nQUIT\r\n");
    assert_eq!(codes(&server, said.as_bytes())[3..], ["503", "221"]);
    let said = "EHLO a\r\nAUTH PLAIN AHRpbQB4\r\nAUTH PLAIN AHRpbQB4\r\nQUIT\r\n";
    assert_eq!(codes(&server, said.as_bytes())[1..], ["235", "503", "221"]);
    // Again and again, and a response without an end.
    let said = format!("EHLO a\r\n{}", "AUTH PLAIN AHRpbQB5\r\n".repeat(100));
    assert_eq!(codes(&server, said.as_bytes())[1..], ["535", "535", "535", "535", "535", "421"]);
    let said = format!("EHLO a\r\nAUTH PLAIN\r\n{}\r\nQUIT\r\n", "A".repeat(1 << 20));
    assert_eq!(codes(&server, said.as_bytes())[1..], ["334", "500", "221"]);
    let said = "EHLO a\r\nAUTH PLAIN\r\nMAIL FROM:<>\r\nQUIT\r\n";
    assert_eq!(codes(&server, said.as_bytes())[1..], ["334", "501", "221"]);
    assert_well(&server);
}
