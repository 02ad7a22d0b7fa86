//! Sessions in memory, from the server's side. Each piece of what a client says is copied into the
//! server's buffer, as a read would do it, and what the server says is appended to a vector.

mod kannader;
mod limit;
mod mailin;
mod mailrs;
mod ours;
mod stalwart;

use std::rc::Rc;

use crate::contest::{Absent, Contest, Contestant, Item, Side, Topic, Verdict};
use crate::corpus::dialogues::{self, Dialogue, dialogue};

/// What a server has done.
#[derive(Default)]
struct Served {
    mails: usize,
    octets: usize,
    /// What it said.
    output: Vec<u8>,
    /// Where content is kept while it is looked at whether it is right.
    kept: Option<Vec<u8>>,
}

impl Served {
    fn keep(&mut self, content: &[u8]) {
        self.octets += content.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(content);
        }
    }

    fn is_right(&self, dialogue: &Dialogue) -> bool {
        self.mails == dialogue.mails && self.octets == dialogue.octets
    }
}

const ABSENT: &[Absent] = &[
    ("smtp-codec", "parses and nothing else"),
    ("lettre, mail-send, async-smtp, io-smtp", "clients"),
];

pub(super) fn topics() -> Vec<Topic> {
    dialogues::NAMES
        .map(|corpus| {
            let (item, about) = match corpus {
                "2 KB mails" => (Item::Mail, "100 on one connection, pipelined"),
                "2 KB mails, in turn" => (Item::Mail, "100 on one connection, each command waits"),
                "100 KB mails" => (Item::Mail, "ten on one connection, pipelined"),
                "commands only" => (Item::Command, "MAIL, RCPT, RSET, NOOP, over and over"),
                _ => (Item::Recipient, "one mail to 1,000 recipients, pipelined"),
            };
            Topic { group: "server", corpus, item, lines: None, about }
        })
        .into()
}

pub(super) fn contest(topic: Topic) -> Contest {
    let dialogue = Rc::new(dialogue(topic.corpus));
    let mut contestants = vec![
        server("smtp-proto (this)", Side::Ours, &dialogue, ours::server()),
        server("Stalwart smtp-proto, states by hand", Side::Peer, &dialogue, stalwart::serve),
        server("mailin", Side::Peer, &dialogue, mailin::serve),
        server("mailrs-smtp-proto", Side::Peer, &dialogue, mailrs::serve),
        server("kannader smtp-server", Side::Peer, &dialogue, kannader::server(&dialogue)),
    ];
    contestants.push(server("lines, memmem, fixed replies", Side::Limit, &dialogue, limit::serve));
    Contest { topic, items: dialogue.items, contestants, absent: ABSENT }
}

/// Somebody who takes part in the whole dialogue in one pass.
fn server(
    name: &'static str,
    side: Side,
    dialogue: &Rc<Dialogue>,
    mut serve: impl FnMut(&Dialogue, &mut Served) + 'static,
) -> Contestant {
    let mut served = Served { kept: Some(Vec::new()), ..Served::default() };
    serve(dialogue, &mut served);
    let verdict = Verdict::octets(judge(dialogue, &served));
    let dialogue = Rc::clone(dialogue);
    let right = (served.mails, served.octets);
    let mut output = served.output;
    Contestant::new(name, side, verdict, move || {
        output.clear();
        let mut served = Served { output: std::mem::take(&mut output), ..Served::default() };
        serve(&dialogue, &mut served);
        assert_eq!((served.mails, served.octets), right, "{name}");
        output = served.output;
    })
}

/// Each command is answered, nothing is refused, and each message is what was sent.
fn judge(dialogue: &Dialogue, served: &Served) -> Result<(), String> {
    let lines = served.output.split(|octet| *octet == b'\n');
    let last = lines.filter(|line| line.get(3) == Some(&b' '));
    let replies: Vec<&[u8]> = last.filter(|line| !line.starts_with(b"220")).collect();
    if let Some(reply) =
        replies.iter().find(|line| !line.starts_with(b"2") && !line.starts_with(b"354"))
    {
        return Err(format!("said {}", String::from_utf8_lossy(reply).trim_end()));
    }
    if replies.len() != dialogue.replies {
        return Err(format!("{} replies instead of {}", replies.len(), dialogue.replies));
    }
    let right = dialogue.message.repeat(dialogue.mails);
    match &served.kept {
        Some(kept) if *kept == right => Ok(()),
        Some(_) if served.is_right(dialogue) => Err("other octets".into()),
        Some(kept) if kept.len() + 2 * dialogue.mails == right.len() => {
            Err("without the last CRLF".into())
        }
        Some(kept) if dialogue.mails > 0 && still_stuffed(dialogue, kept) => {
            Err("dots are left in".into())
        }
        _ => Err(format!("{} octets instead of {}", served.octets, dialogue.octets)),
    }
}

/// What some libraries leave to whoever uses them.
fn still_stuffed(dialogue: &Dialogue, kept: &[u8]) -> bool {
    let stuffed = crate::corpus::bodies::stuffed(&dialogue.message);
    let stuffed = stuffed.strip_suffix(b".\r\n").unwrap_or_default();
    [stuffed, &stuffed.iter().chain(b".\r\n").copied().collect::<Vec<_>>()]
        .iter()
        .any(|stuffed| kept == stuffed.repeat(dialogue.mails))
}
