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
        let said = dialogues::mails(MAILS, 1, &bodies::text(octets), chunking);
        session(name, (MAILS, Unit::Message), said, MAILS, usize::MAX)
    });
    let said = dialogues::commands(ROUNDS);
    let verbs = session("verbs", (ROUNDS * 5, Unit::Line), said, 0, usize::MAX);
    mails.chain([verbs]).collect()
}

/// What a client says, that has so many messages in it; at most so much of it comes at a time.
pub(super) fn session(
    name: impl Into<String>,
    amount: (usize, Unit),
    said: Vec<u8>,
    messages: usize,
    size: usize,
) -> Work {
    let name = name.into();
    let config = Arc::new(sessions::server_config());
    let mut received = Received::default();
    let replies = say(&mut Server::new(Arc::clone(&config)), &said, &mut received);
    assert!(replies.ends_with(b"\r\n") && !contains_refusal(&replies), "{name}: a refusal");
    assert_eq!(received.messages, messages, "{name}");
    let answer = replies.len();
    Work::new(name, amount, answer, move || {
        let mut received = Received::default();
        let mut server = Server::new(Arc::clone(&config));
        let mut written = 0;
        tell(&mut server, &said, size, &mut received, |reply| written += black_box(reply).len());
        written
    })
}

fn contains_refusal(replies: &[u8]) -> bool {
    replies.split(|octet| *octet == b'\n').any(|line| matches!(line.first(), Some(b'4' | b'5')))
}
