//! What a client says in a session, in the pieces in which it would come.

use super::bodies::{message, stuffed};

/// Most that one read takes.
const READ: usize = 16 << 10;

/// What is said, and what should come of it.
pub(crate) struct Dialogue {
    pub(crate) pieces: Vec<Vec<u8>>,
    pub(crate) mails: usize,
    /// Octets of all messages.
    pub(crate) octets: usize,
    /// What each of them is.
    pub(crate) message: Vec<u8>,
    /// Replies, the greeting not counted.
    pub(crate) replies: usize,
    /// Commands, mails or recipients.
    pub(crate) items: usize,
}

pub(crate) const NAMES: [&str; 5] =
    ["2 KB mails", "2 KB mails, in turn", "100 KB mails", "commands only", "1,000 recipients"];

pub(crate) fn dialogue(name: &str) -> Dialogue {
    match name {
        "2 KB mails" => mails(100, 2048, 1, true),
        "2 KB mails, in turn" => mails(100, 2048, 1, false),
        "100 KB mails" => mails(10, 100 << 10, 1, true),
        "commands only" => commands(100),
        "1,000 recipients" => {
            let mut dialogue = mails(1, 2048, 1000, true);
            dialogue.items = 1000;
            dialogue
        }
        _ => panic!("no such dialogue: {name}"),
    }
}

/// Mails in one session. With PIPELINING, what comes before the content comes at once.
fn mails(mails: usize, size: usize, recipients: usize, pipelined: bool) -> Dialogue {
    let message = message(size);
    let body = stuffed(&message);
    let mut pieces = vec![b"EHLO client.example.org\r\n".to_vec()];
    for _ in 0..mails {
        let mut commands = vec!["MAIL FROM:<alice@example.org>\r\n".to_owned()];
        match recipients {
            1 => commands.push("RCPT TO:<bob@example.net>\r\n".into()),
            _ => commands
                .extend((0..recipients).map(|n| format!("RCPT TO:<bob{n}@example.net>\r\n"))),
        }
        commands.push("DATA\r\n".into());
        match pipelined {
            true => pieces.extend(commands.concat().into_bytes().chunks(READ).map(<[u8]>::to_vec)),
            false => pieces.extend(commands.into_iter().map(String::into_bytes)),
        }
        pieces.extend(body.chunks(READ).map(<[u8]>::to_vec));
    }
    pieces.push(b"QUIT\r\n".to_vec());
    let replies = 2 + mails * (recipients + 3);
    Dialogue { pieces, mails, octets: mails * message.len(), message, replies, items: mails }
}

/// A transaction that comes to nothing, over and over, one command at a time.
fn commands(rounds: usize) -> Dialogue {
    let round: [&[u8]; 4] = [
        b"MAIL FROM:<alice@example.org>\r\n",
        b"RCPT TO:<bob@example.net>\r\n",
        b"RSET\r\n",
        b"NOOP\r\n",
    ];
    let mut pieces = vec![b"EHLO client.example.org\r\n".to_vec()];
    for _ in 0..rounds {
        pieces.extend(round.map(<[u8]>::to_vec));
    }
    pieces.push(b"QUIT\r\n".to_vec());
    let items = pieces.len();
    Dialogue { pieces, mails: 0, octets: 0, message: Vec::new(), replies: items, items }
}
