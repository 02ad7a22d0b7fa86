//! What `send` sends, says and ends with.

use std::fs;
use std::io::Write;

use serde_json::json;

use super::fake::{Answer, serve};
use crate::ADAPTER;
use crate::processes::corpus;
use crate::processes::process::Finished;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

fn assert_status(finished: &Finished, status: i32) {
    assert_eq!(finished.status, status, "{finished:?}");
}

#[test]
fn whatever_is_sent_is_stored() {
    let server = ADAPTER.receive::<&str>([]);
    let file = tempfile::NamedTempFile::new().expect("a file");
    for options in [&[][..], &["--no-chunking"], &["--no-pipelining"]] {
        for sample in corpus::all() {
            fs::write(file.path(), sample.with_lf()).expect("a file");
            let send = ADAPTER.send(server.address()).args(options).file(file.path());
            assert_status(&send.message(b""), 0);
            let stored = server.take_one().unwrap();
            // BDAT can leave the last line without an end, DATA can't.
            let exact = !options.contains(&"--no-chunking");
            let expected = if exact { sample.content.clone() } else { sample.in_lines() };
            assert!(stored.content == expected, "{} {options:?}", sample.name);
        }
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_envelope_is_stored() {
    let server = ADAPTER.receive(["--hostname", "mx.example.net"]);
    let send = ADAPTER
        .send(server.address())
        .args(["--helo", "client.example.org"])
        .to("b@example.net")
        .to("postmaster")
        .to("\"two words\"@example.net");
    let finished = send.message(MESSAGE);
    assert_status(&finished, 0);
    assert!(finished.stdout.contains("1 message; recipients: 3 accepted, 0 refused"));
    let stored = server.take_one().unwrap();
    let envelope = &stored.envelope;
    assert_eq!(stored.content, MESSAGE);
    assert_eq!(envelope["from"], "a@example.org");
    let to = json!(["b@example.net", "Postmaster", "\"two words\"@example.net"]);
    assert_eq!(envelope["to"], to);
    assert_eq!(envelope["parameters"]["mail"], json!({"SIZE": MESSAGE.len().to_string()}));
    assert_eq!(envelope["client"]["hello"], "client.example.org");
    assert_eq!(envelope["client"]["protocol"], "ESMTP");
    assert_eq!(envelope["tls"], json!(null));
    assert_eq!(envelope["user"], json!(null));
    assert_eq!(envelope["size"], MESSAGE.len());
    let time = envelope["time"].as_str().expect("a time");
    assert!(humantime::parse_rfc3339(time).is_ok(), "{time}");
}

#[test]
fn the_null_sender_and_utf8() {
    let server = ADAPTER.receive::<&str>([]);
    let send = ADAPTER.send_from_nobody(server.address());
    assert_status(&send.message(MESSAGE), 0);
    assert_eq!(server.take_one().unwrap().envelope["from"], "");

    let send = ADAPTER.send(server.address()).arg("--smtputf8").to("b\u{fc}@example.net");
    assert_status(&send.message("Subject: \u{fc}\r\n\r\n".as_bytes()), 0);
    let envelope = server.take_one().unwrap().envelope;
    assert_eq!(envelope["to"], json!(["b\u{fc}@example.net"]));
    assert_eq!(envelope["parameters"]["mail"]["SMTPUTF8"], true);
    assert_eq!(envelope["parameters"]["mail"]["BODY"], "8BITMIME");
    assert_eq!(envelope["client"]["protocol"], "UTF8SMTP");
}

#[test]
fn many_messages_over_several_connections() {
    let server = ADAPTER.receive::<&str>([]);
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(MESSAGE).expect("a file");
    let send = ADAPTER
        .send(server.address())
        .args(["--repeat", "20", "--connections", "3", "--no-pipelining"])
        .file("-")
        .file(file.path());
    let finished = send.message(b"from standard input\n");
    assert_status(&finished, 0);
    assert!(finished.stdout.contains("40 messages; recipients: 40 accepted"), "{finished:?}");
    let stored = server.take();
    assert_eq!(stored.len(), 40);
    assert_eq!(stored.iter().filter(|stored| stored.content == MESSAGE).count(), 20);
    let clients: std::collections::BTreeSet<_> =
        stored.iter().map(|stored| stored.envelope["client"]["address"].to_string()).collect();
    assert!(clients.len() > 1, "{clients:?}");
}

#[test]
fn binary_content_arrives_as_it_is() {
    let server = ADAPTER.receive::<&str>([]);
    let content = b"a\nb\0c\rd\r\n\x80";
    assert_status(&ADAPTER.send(server.address()).message(content), 0);
    let stored = server.take_one().unwrap();
    assert_eq!(stored.content, content);
    assert_eq!(stored.envelope["parameters"]["mail"]["BODY"], "BINARYMIME");

    let finished = ADAPTER.send(server.address()).arg("--no-chunking").message(content);
    assert_status(&finished, 69);
    assert!(finished.stderr.contains("CHUNKING"), "{finished:?}");
}

#[test]
fn a_file_that_is_not_there() {
    let nobody = "127.0.0.1:9".parse().unwrap();
    let finished = ADAPTER.send(nobody).file("/nonexistent/letter.eml").message(b"");
    assert_status(&finished, 66);
    assert!(finished.stderr.contains("/nonexistent/letter.eml"), "{finished:?}");
    assert_status(&ADAPTER.send(nobody).file("/").message(b""), 66);
}

#[test]
fn nobody_listens() {
    // Bound once, so that nobody else has it, and closed again.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let finished = ADAPTER.send(address).message(MESSAGE);
    assert_status(&finished, 75);
    assert!(finished.stderr.contains("refused"), "{finished:?}");
}

/// Sends one message to `b` and `c`; `c` is not `b`'s.
fn send_to(behaviour: fn(&str) -> Option<Answer>) -> Finished {
    let send = ADAPTER.send(serve(behaviour)).to("b@example.net").to("c@example.net");
    send.args(["--timeout", "1"]).message(MESSAGE)
}

#[test]
fn a_refused_recipient_harms_nobody_else() {
    let finished = send_to(|heard| {
        heard.contains("c@example").then_some(Answer::Say("550-5.1.1 Never\r\n550 5.1.1 heard\r\n"))
    });
    assert_status(&finished, 69);
    let line = "<c@example.net> refused: 550 5.1.1 Never heard";
    assert!(finished.stderr.contains(line), "{finished:?}");
    assert!(finished.stdout.contains("1 accepted, 1 refused"), "{finished:?}");

    let finished =
        send_to(|heard| heard.contains("c@example").then_some(Answer::Say("450 not now\r\n")));
    assert_status(&finished, 75);
    assert!(finished.stderr.contains("<c@example.net> refused: 450 not now"), "{finished:?}");

    // RFC 5321 section 4.5.3.1.10
    let finished =
        send_to(|heard| heard.contains("c@example").then_some(Answer::Say("552 too many\r\n")));
    assert_status(&finished, 75);
}

#[test]
fn each_refusal_has_its_status() {
    type Case = (fn(&str) -> Option<Answer>, i32, &'static str);

    let cases: [Case; 14] = [
        (|heard| heard.is_empty().then_some(Answer::Say("554 no\r\n")), 69, "554 no"),
        (|heard| heard.is_empty().then_some(Answer::Say("421 busy\r\n")), 75, "421 busy"),
        (|heard| heard.is_empty().then_some(Answer::Close), 75, "closed"),
        (|heard| heard.is_empty().then_some(Answer::Say("what?\r\n")), 76, "protocol"),
        (|heard| heard.starts_with("EHLO").then_some(Answer::Say("421 bye\r\n")), 75, "421 bye"),
        (|heard| heard.starts_with("MAIL").then_some(Answer::Say("550 spam\r\n")), 69, "550 spam"),
        (|heard| heard.starts_with("MAIL").then_some(Answer::Say("451 hm\r\n")), 75, "451 hm"),
        (|heard| heard.starts_with("MAIL").then_some(Answer::Close), 75, "closed"),
        (|heard| heard.starts_with("DATA").then_some(Answer::Say("554 no\r\n")), 69, "554 no"),
        (|heard| (heard == ".").then_some(Answer::Say("552 too much\r\n")), 69, "552 too much"),
        (|heard| (heard == ".").then_some(Answer::Say("452 full\r\n")), 75, "452 full"),
        (|heard| (heard == ".").then_some(Answer::Close), 75, "may have it or not"),
        (|heard| (heard == ".").then_some(Answer::Nothing), 75, "timed out"),
        (
            |heard| heard.starts_with("RCPT").then_some(Answer::Say("250-a\r\n550 b\r\n")),
            76,
            "protocol",
        ),
    ];
    for (index, (behaviour, status, words)) in cases.into_iter().enumerate() {
        let finished = send_to(behaviour);
        assert_eq!(finished.status, status, "case {index}: {finished:?}");
        assert!(finished.stderr.contains(words), "case {index}: {finished:?}");
    }
}

#[test]
fn a_reply_that_drips_is_given_up() {
    let began = std::time::Instant::now();
    let finished = send_to(|heard| {
        heard.starts_with("EHLO").then_some(Answer::Drip("250-x.example\r\n250-X\r\n"))
    });
    assert_status(&finished, 75);
    assert!(finished.stderr.contains("timed out"), "{finished:?}");
    assert!(began.elapsed().as_secs() < 10);
}

#[test]
fn a_server_that_knows_only_helo() {
    let finished =
        send_to(|heard| heard.starts_with("EHLO").then_some(Answer::Say("502 what?\r\n")));
    assert_status(&finished, 0);
}

#[test]
fn what_the_server_cannot_take_is_not_begun() {
    let server = serve(|heard| {
        heard.starts_with("EHLO").then_some(Answer::Say("250-fake.example\r\n250 SIZE 20\r\n"))
    });
    for (send, words) in
        [(ADAPTER.send(server), "20"), (ADAPTER.send(server).arg("--smtputf8"), "SMTPUTF8")]
    {
        let finished = send.message(MESSAGE);
        assert_status(&finished, 69);
        assert!(finished.stderr.contains(words), "{finished:?}");
    }
    let finished = ADAPTER.send(server).message(b"\xfc\n");
    assert_status(&finished, 69);
    assert!(finished.stderr.contains("8BITMIME"), "{finished:?}");
}

#[test]
fn what_a_lost_connection_leaves_is_told() {
    let address = serve(|heard| (heard == ".").then_some(Answer::Close));
    let send = ADAPTER.send(address).args(["--repeat", "3", "--no-pipelining"]);
    let finished = send.message(MESSAGE);
    assert_status(&finished, 75);
    assert!(finished.stderr.contains("not sent: 2 messages"), "{finished:?}");
    assert!(finished.stdout.contains("3 not sent"), "{finished:?}");
}
