//! What hostile servers try on `send`, by name.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::fake::{Answer, serve, serve_octets};
use crate::ADAPTER;
use crate::processes::process::Finished;
use crate::processes::send::Send;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

/// What the server heard.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server, what it hears, and `send` to it.
fn hostile(behaviour: fn(&str) -> Option<Answer>) -> (Heard, Send) {
    let heard = Heard::default();
    let hear = Arc::clone(&heard);
    let address = serve(move |line| {
        hear.lock().unwrap().push(line.into());
        behaviour(line)
    });
    (heard, ADAPTER.send(address).args(["--timeout", "2"]))
}

fn assert_not_sent(finished: &Finished, what: &str) {
    assert!([69, 75, 76, 77].contains(&finished.status), "{what}: {finished:?}");
    assert!(finished.stdout.contains("0 accepted"), "{what}: {finished:?}");
}

fn greeting(heard: &str, reply: &'static str) -> Option<Answer> {
    heard.is_empty().then_some(Answer::Say(reply))
}

fn hello(heard: &str, reply: &'static str) -> Option<Answer> {
    heard.starts_with("EHLO").then_some(Answer::Say(reply))
}

/// Who says more than was asked has said nothing that counts.
#[test]
fn more_replies_than_commands() {
    type Case = fn(&str) -> Option<Answer>;

    let cases: [Case; 6] = [
        |heard| greeting(heard, "220 a\r\n220 b\r\n220 c\r\n"),
        |heard| hello(heard, "250 a\r\n354 forged\r\n"),
        |heard| heard.starts_with("MAIL").then_some(Answer::Say("250 a\r\n250 b\r\n250 c\r\n")),
        |heard| heard.starts_with("DATA").then_some(Answer::Say("250 a\r\n250 b\r\n")),
        |heard| heard.starts_with("RCPT").then_some(Answer::Say("354 a\r\n")),
        |heard| (heard == ".").then_some(Answer::Say("354 a\r\n250 b\r\n")),
    ];
    for (index, behaviour) in cases.into_iter().enumerate() {
        let (_, send) = hostile(behaviour);
        let finished = send.message(MESSAGE);
        assert_not_sent(&finished, &index.to_string());
        assert_eq!(finished.status, 76, "{index}: {finished:?}");
    }
    // Behind the last reply nobody listens.
    let (_, send) =
        hostile(|heard| heard.starts_with("QUIT").then_some(Answer::Say("221 a\r\n250 b\r\n")));
    assert_eq!(send.message(MESSAGE).status, 0);
}

#[test]
fn replies_that_are_none() {
    let cases: [&[u8]; 16] = [
        b"220",
        b"220\n",
        b"220 a\n",
        b"220 a\r",
        b"220 a\rb\r\n",
        b"220 a\0b\r\n",
        b"22 a\r\n",
        b"2200 a\r\n",
        b"020 a\r\n",
        b"620 a\r\n",
        b"220+a\r\n",
        b" 220 a\r\n",
        b"\r\n220 a\r\n",
        b"220-a\r\n250 b\r\n",
        b"\xef\xbb\xbf220 a\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ];
    for octets in cases {
        let send = ADAPTER.send(serve_octets(octets.to_vec())).args(["--timeout", "1"]);
        let what = String::from_utf8_lossy(octets);
        assert_not_sent(&send.message(MESSAGE), &what);
    }
    // Text may be in any encoding, and there need not be any.
    for octets in [&b"220 \xff\xfe\r\n"[..], b"220\r\n", b"220-\r\n220 \r\n"] {
        let send = ADAPTER.send(serve_octets(octets.to_vec())).args(["--timeout", "1"]);
        let finished = send.message(MESSAGE);
        assert!(finished.stderr.contains("EHLO"), "{octets:?}: {finished:?}");
    }
}

/// Whatever has no end is ended by a limit, before time is up.
#[test]
fn replies_without_an_end() {
    let line = [b"220 ".to_vec(), b"x".repeat(1 << 20)].concat();
    let lines = b"220-more\r\n".repeat(100_000);
    let challenge = [&b"220-"[..], &[b'x'; 12_000], b"\r\n"].concat().repeat(100);
    for octets in [line, lines, challenge] {
        let began = Instant::now();
        let finished = ADAPTER.send(serve_octets(octets)).message(MESSAGE);
        assert_not_sent(&finished, "");
        assert!(finished.stderr.contains("protocol"), "{finished:?}");
        assert!(began.elapsed().as_secs() < 10);
    }
}

/// Who asks for encryption gets it, or nothing is said.
#[test]
fn encryption_that_is_stripped() {
    type Case = fn(&str) -> Option<Answer>;

    let cases: [Case; 7] = [
        |heard| hello(heard, "250 fake.example\r\n"),
        |heard| hello(heard, "250-fake.example\r\n250 XXXXXXXA\r\n"),
        |heard| hello(heard, "502 what?\r\n"),
        |heard| starttls(heard, "454 not now\r\n"),
        |heard| starttls(heard, "250 never\r\n"),
        // What comes in the clear behind the 220 was said by anybody.
        |heard| starttls(heard, "220 go on\r\n250-forged\r\n250 AUTH PLAIN\r\n"),
        |heard| starttls(heard, "220 go on\r\n"),
    ];
    for (index, behaviour) in cases.into_iter().enumerate() {
        let (heard, send) = hostile(behaviour);
        let args = ["--starttls", "required", "--insecure", "--auth", "tim:secret"];
        let finished = send.args(args).message(MESSAGE);
        assert_not_sent(&finished, &index.to_string());
        let heard = heard.lock().unwrap().join("\n");
        assert!(!heard.contains("MAIL") && !heard.contains("AUTH"), "{index}: {heard}");
    }
}

fn starttls(heard: &str, reply: &'static str) -> Option<Answer> {
    match heard.get(..4)? {
        "EHLO" => Some(Answer::Say("250-fake.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")),
        "STAR" => Some(Answer::Say(reply)),
        _ => None,
    }
}

#[test]
fn challenges_without_an_end() {
    let (_, send) = hostile(|heard| match heard.get(..4) {
        Some("EHLO") => Some(Answer::Say("250-fake.example\r\n250 AUTH PLAIN LOGIN\r\n")),
        Some("MAIL") => Some(Answer::Say("530 5.7.0 log in\r\n")),
        _ if heard.is_empty() => None,
        _ => Some(Answer::Say("334 \r\n")),
    });
    for mechanism in ["PLAIN", "LOGIN"] {
        let args = ["--auth", "tim:secret", "--starttls", "off", "--auth-mechanism", mechanism];
        assert_not_sent(&send.clone().args(args).message(MESSAGE), mechanism);
    }
}

/// What is in a message or an address never becomes a command, whoever reads it.
#[test]
fn commands_in_a_message() {
    let (heard, send) = hostile(|_| None);
    for end in ["\n.\n", "\r\n.\r\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\r\n.\r\n", "\r.\n"] {
        let inner = "MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nx";
        let message = format!("Subject: test\r\n\r\ntext{end}{inner}{end}");
        let finished = send.clone().message(message.as_bytes());
        let heard = std::mem::take(&mut *heard.lock().unwrap());
        assert!(
            !heard.iter().any(|line| line.contains("evil")),
            "{end:?}: {heard:?}, {finished:?}"
        );
        assert!(heard.iter().filter(|line| *line == ".").count() <= 1, "{end:?}: {heard:?}");
    }
    for address in ["a@b>\r\nRSET\r\n<", "a\n@b", "a\rb@c", "a b@c", "<a@b> X=Y", ""] {
        let finished = send.clone().to(address).message(MESSAGE);
        assert!([64, 69].contains(&finished.status) || finished.status == 2, "{finished:?}");
        let heard = heard.lock().unwrap();
        assert!(!heard.iter().any(|line| line.starts_with("RSET")), "{address:?}: {heard:?}");
    }
}

/// A server that is gone at any point has accepted nothing that it has not said so of.
#[test]
fn servers_that_hang_up() {
    for verb in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        for answer in
            [Answer::Close, Answer::Say("2"), Answer::Say("250-x\r\n"), Answer::Say("421 x\r\n")]
        {
            let address = serve(move |heard| {
                let is_it =
                    heard.get(..verb.len()) == Some(verb) && heard.is_empty() == verb.is_empty();
                is_it.then(|| answer.clone())
            });
            let finished = ADAPTER.send(address).args(["--timeout", "1"]).message(MESSAGE);
            assert_not_sent(&finished, verb);
        }
    }
}
