//! The same in small and in large: what it costs for each unit must not grow.

use super::{client, server, unstuff};
use crate::corpora::sessions::Session;
use crate::corpora::{bodies, dialogues};
use crate::work::{Unit, Work};

/// Bodies of two sizes; few and many recipients; octets that come one by one.
#[must_use]
pub fn growth() -> Vec<Work> {
    let bodies = [("64k", 64 << 10), ("4m", 4 << 20)].into_iter().flat_map(body);
    let recipients = [1, 100, 1000].into_iter().flat_map(recipients);
    let drops = [("whole", usize::MAX), ("dripping", 1)].into_iter().flat_map(drops);
    bodies.chain(recipients).chain(drops).collect()
}

fn body((name, octets): (&str, usize)) -> Vec<Work> {
    let content = bodies::text(octets);
    let amount = (content.len(), Unit::Octet);
    let heard = |way, chunking| {
        let said = dialogues::mails(1, 1, &content, chunking);
        server::session(format!("server/{way}-{name}"), amount, said, 1, usize::MAX)
    };
    let sent = |way, session: Session| {
        client::session(format!("client/{way}-{name}"), amount, session, usize::MAX)
    };
    vec![
        heard("data", false),
        heard("bdat", true),
        sent("data", Session::new("", octets).by_data()),
        sent("bdat", Session::new("", octets)),
    ]
}

fn recipients(count: usize) -> [Work; 2] {
    let amount = (count, Unit::Line);
    let said = dialogues::mails(1, count, b"", false);
    [
        server::session(format!("server/to-{count}"), amount, said, 1, usize::MAX),
        client::session(
            format!("client/to-{count}"),
            amount,
            Session::new("", 0).to(count),
            usize::MAX,
        ),
    ]
}

/// How many octets come at a time.
fn drops((name, size): (&str, usize)) -> Vec<Work> {
    let commands = dialogues::commands(20);
    let line = dialogues::long_line(4000);
    let small = dialogues::mails(1, 1, &bodies::text(4 << 10), false);
    let large = dialogues::mails(1, 1, &bodies::text(64 << 10), false);
    let octets = |said: &[u8]| (said.len(), Unit::Octet);
    vec![
        server::session(format!("server/commands-{name}"), octets(&commands), commands, 0, size),
        server::session(format!("server/line-{name}"), octets(&line), line, 0, size),
        server::session(format!("server/4k-{name}"), octets(&small), small, 1, size),
        server::session(format!("server/64k-{name}"), octets(&large), large, 1, size),
        client::session(
            format!("client/replies-{name}"),
            (100, Unit::Line),
            Session::new("", 0).to(100),
            size,
        ),
        unstuff::work(&bodies::all(64 << 10)[0], name, size),
    ]
}
