//! A server in memory, and what a client says that does not wait.

use std::hint::black_box;
use std::sync::Arc;

use smtp_proto::server::Server;

use crate::corpora::{bodies, dialogues, sessions};
use crate::machines::{Received, say, tell};
use crate::work::{Unit, Work};

const MAILS: usize = 10;
const ROUNDS: usize = 20;

/// Whole sessions, from the greeting to QUIT.
#[must_use]
pub fn server() -> Vec<Work> {
    let mails = [
        ("mails-2k/bdat", 2 << 10, true),
        ("mails-2k/data", 2 << 10, false),
        ("mails-100k/bdat", 100 << 10, true),
        ("mails-100k/data", 100 << 10, false),
    ];
    let mails = mails.into_iter().map(|(name, octets, chunking)| {
        let content = bodies::text(octets);
        let said = dialogues::mails(MAILS, 1, &content, chunking);
        session(name, (MAILS, Unit::Message), said, MAILS * content.len())
    });
    let commands = session("verbs", (ROUNDS * 5, Unit::Line), dialogues::commands(ROUNDS), 0);
    mails.chain([commands]).collect()
}

fn session(name: &str, amount: (usize, Unit), said: Vec<u8>, octets: usize) -> Work {
    let config = Arc::new(sessions::server_config());
    let mut received = Received::default();
    let mut server = Server::new(Arc::clone(&config));
    let replies = say(&mut server, &said, &mut received);
    assert!(replies.ends_with(b"\r\n") && !contains_refusal(&replies), "{name}: a refusal");
    assert_eq!(received.messages, if octets > 0 { amount.0 } else { 0 }, "{name}");
    Work::new(name, amount, octets, move || {
        let mut received = Received::default();
        let mut server = Server::new(Arc::clone(&config));
        tell(&mut server, &said, usize::MAX, &mut received, |said| _ = black_box(said));
        usize::try_from(received.octets).unwrap_or(usize::MAX)
    })
}

fn contains_refusal(replies: &[u8]) -> bool {
    replies.split(|octet| *octet == b'\n').any(|line| matches!(line.first(), Some(b'4' | b'5')))
}
