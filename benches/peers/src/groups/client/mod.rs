//! Sessions in memory, from the client's side, with a server that answers at once.

mod answering;
mod io_smtp;
mod ours;
pub(super) mod senders;

use answering::Answering;
use senders::Send;

use crate::contest::{Absent, Contest, Contestant, Item, Side, Topic, Verdict};
use crate::corpus::bodies::{judge_stuffed, message, stuffed};

const ABSENT: &[Absent] = &[
    (
        "Stalwart smtp-proto, smtp-codec, kannader smtp-message",
        "parse and write, and hold no session",
    ),
    ("mailrs-smtp-proto, mailin, kannader smtp-server", "servers"),
];

pub(super) fn topics() -> Vec<Topic> {
    let topic =
        |corpus, about| Topic { group: "client", corpus, item: Item::Mail, lines: None, about };
    vec![
        topic("2 KB mails", "100 on one connection"),
        topic("100 KB mails", "ten on one connection"),
    ]
}

pub(super) fn contest(topic: Topic) -> Contest {
    let (mails, size) = if topic.corpus == "2 KB mails" { (100, 2048) } else { (10, 100 << 10) };
    let content = message(size);
    let client = |name, side, send| client(name, side, mails, &content, send);
    let contestants = vec![
        client("smtp-proto (this)", Side::Ours, ours::sender(&content)),
        client("mail-send", Side::Peer, senders::mail_send(&content)),
        client("async-smtp", Side::Peer, senders::async_smtp(&content)),
        client("lettre", Side::Peer, senders::lettre(&content)),
        client("io-smtp", Side::Peer, io_smtp::sender(&content)),
        client("fixed octets", Side::Limit, limit(&content)),
    ];
    Contest { topic, items: mails, contestants, absent: ABSENT }
}

fn client(
    name: &'static str,
    side: Side,
    mails: usize,
    content: &[u8],
    mut send: Send,
) -> Contestant {
    let mut answering = Answering::new();
    answering.kept = Some(Vec::new());
    let heard = send(answering, mails);
    let octets = heard.octets;
    let kept = heard.kept.unwrap_or_default();
    let verdict = match heard.mails == mails && octets % mails == 0 {
        true => judge_stuffed(content, &kept[..octets / mails]),
        false => Err(format!("{} mails instead of {mails}", heard.mails)),
    };
    Contestant::new(name, side, Verdict::octets(verdict), move || {
        let heard = send(Answering::new(), mails);
        assert_eq!((heard.mails, heard.octets), (mails, octets), "{name}");
    })
}

/// What everybody has to write, written.
fn limit(content: &[u8]) -> Send {
    let commands = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n";
    let body = stuffed(content);
    Box::new(move |mut answering, mails| {
        answering.heard(b"EHLO client.example.org\r\n");
        for _ in 0..mails {
            answering.heard(commands);
            answering.heard(&body);
            let said = answering.said().len();
            answering.advance(said);
        }
        answering
    })
}
