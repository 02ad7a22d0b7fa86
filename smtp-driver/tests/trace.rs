//! What a connection tells: spans, verbs, replies; never a secret or a word of a message.
#![cfg(feature = "tracing")]

mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use smtp_proto::client::{Client, Envelope};
use smtp_proto::server::{Config, Event, Server};
use smtp_proto::{Machine, client};
use tracing_subscriber::fmt::MakeWriter;

use support::{Fake, Peer};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What is told while `work` runs, on all levels.
fn log_of(work: impl FnOnce()) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    let octets = log.0.lock().unwrap().clone();
    String::from_utf8(octets).unwrap()
}

const PASSWORD: &str = "tanstaaftanstaaf";
/// `NUL xerxes NUL tanstaaftanstaaf` in base64.
const RESPONSE: &str = "AHhlcnhlcwB0YW5zdGFhZnRhbnN0YWFm";
const CONTENT: &str = "the secret of the sphinx";

fn assert_discreet(log: &str) {
    for secret in [PASSWORD, RESPONSE, CONTENT, "xerxes"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn a_server_tells_verbs_and_replies() {
    let mut config = Config::new("mx.example.org".parse().unwrap());
    config.mechanisms = vec!["PLAIN".parse().unwrap()];
    config.auth_without_tls = true;
    let log = log_of(|| {
        let fake = Fake::new([
            Peer::Says("EHLO c.example.net\r\nAUTH PLAIN AHhlcnhlcwB0YW5zdGFhZnRhbnN0YWFm\r\n"),
            Peer::Says("NOOP\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\n"),
            Peer::Says("DATA\r\nthe secret of the sphinx\r\n.\r\nWHAT\r\nQUIT\r\n"),
        ]);
        let mut task = fake.connect(Server::new(config));
        while let Some(event) = task.next().unwrap() {
            if event.is_question() {
                task.conn.accept().unwrap();
            }
        }
    });
    assert_discreet(&log);
    for told in [
        "smtp{role=\"server\"}: smtp_driver::trace",
        "EHLO detail=c.example.net",
        "AUTH detail=PLAIN",
        "reply code=\"235\" enhanced=\"2.7.0\"",
        "smtp{role=\"server\"}:transaction{number=0}: smtp_driver::trace::spans: MAIL",
        "MAIL detail=<a@example.net>",
        "RCPT detail=<b@example.org>",
        "reply code=\"354\"",
        "fault detail=unknown command",
        "reply code=\"221\" enhanced=\"2.0.0\"",
        "closed detail=QUIT",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[test]
fn a_client_tells_replies() {
    let log = log_of(|| {
        let fake = Fake::new([
            Peer::Says("220 mx\r\n"),
            Peer::Awaits("\r\n"),
            Peer::Says("250-mx\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"),
            Peer::Awaits("AHhlcnhlcwB0YW5zdGFhZnRhbnN0YWFm\r\n"),
            Peer::Says("235 2.7.0 Fine\r\n"),
            Peer::Awaits("DATA\r\n"),
            Peer::Says("250 Sender\r\n250 Recipient\r\n354 Go\r\n"),
            Peer::Awaits("QUIT\r\n"),
            Peer::Says("250 2.0.0 Queued\r\n221 Bye\r\n"),
        ]);
        let mut config = client::Config::new("c.example.net".parse().unwrap());
        config.auth_without_tls = true;
        let mut task = fake.connect(Client::new(config));
        let mut requests = 0;
        while let Some(event) = task.next().unwrap() {
            match event {
                client::Event::Ready => {
                    requests += 1;
                    match requests {
                        1 => task
                            .conn
                            .authenticate("PLAIN", Some(b"\0xerxes\0tanstaaftanstaaf"))
                            .unwrap(),
                        2 => {
                            let to = ["b@example.org".parse().unwrap()];
                            let from = "a@example.net".parse().unwrap();
                            task.conn.send(Envelope::new(from, to)).unwrap();
                        }
                        _ => task.conn.quit().unwrap(),
                    }
                }
                client::Event::Body { .. } if requests == 2 => {
                    requests += 1;
                    task.conn.body(format!("{CONTENT}\r\n").into()).unwrap();
                }
                client::Event::Body { .. } => task.conn.finish().unwrap(),
                _ => {}
            }
        }
    });
    assert_discreet(&log);
    for told in [
        "smtp{role=\"client\"}: smtp_driver::trace::spans: greeting detail=220 mx",
        "AUTH detail=235 2.7.0 Fine",
        "transaction{number=0}: smtp_driver::trace::spans: MAIL detail=250 Sender",
        "RCPT detail=250 Recipient",
        "message detail=250 2.0.0 Queued",
        "closed detail=",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

/// The names of the roles are part of what is told.
#[test]
fn roles_have_names() {
    assert_eq!((Server::ROLE, Client::ROLE), ("server", "client"));
    let event = Event::Connected;
    assert_eq!(Server::outline(&event).name, "connected");
}
