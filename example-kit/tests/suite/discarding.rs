//! What `receive --discard` does: everything, but for keeping what it gets.

use crate::ADAPTER;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;

fn discarding(args: &[&str]) -> Receive {
    Receive::discarding(&ADAPTER.program("receive"), args)
}

#[test]
fn messages_are_accepted_and_thrown_away() {
    let server = discarding(&[]);
    server.wait_for_log("thrown away");
    let send = ADAPTER.send(server.address()).args(["--repeat", "300", "--connections", "3"]);
    let finished = send.to("b@example.net").message(&b"Subject: test\r\n\r\nHello.\r\n"[..]);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert!(finished.stdout.starts_with("300 messages; recipients: 300 accepted"), "{finished:?}");
    assert!(finished.stdout.trim_end().ends_with("messages per second"), "{finished:?}");
    assert!(server.files().is_empty(), "{:?}", server.files());
    // The whole log: nothing of each message, or connection.
    assert_eq!(server.log().lines().count(), 1, "{}", server.log());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_is_wrong_is_refused_all_the_same() {
    let server = discarding(&["--max-size", "1000", "--auth", "a:b", "--auth-without-tls"]);
    let mut raw = Raw::new(server.connect());
    let begin =
        ["EHLO client.example", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"];
    assert!(raw.say(begin[3]).starts_with("503 "), "out of sequence");
    raw.say_all(&begin);
    assert!(raw.say(&format!("{}.", "0123456789\r\n".repeat(200))).starts_with("552 5.3.4"));
    raw.say_all(&begin[1..]);
    raw.write(b"bare\nLF\r\n.\r\n");
    assert!(raw.reply().starts_with("550 5.6.0"));
    // And who logs in is asked for the right password.
    assert!(raw.say("AUTH PLAIN AGEAYw==").starts_with("535 "), "a, c");
    assert!(raw.say("AUTH PLAIN AGEAYg==").starts_with("235 "), "a, b");
    raw.say_all(&begin[1..]);
    raw.say_all(&["."]);
}
