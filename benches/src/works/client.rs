//! A client in memory, and what a server says to it.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use smtp_proto::Machine;
use smtp_proto::client::Client;
use smtp_proto::server::Server;

use crate::corpora::sessions::Session;
use crate::machines::{Outgoing, Received, Request, drain, send, serve, transfer};
use crate::work::{Unit, Work};

const MAILS: usize = 10;
const COMMANDS: usize = 100;

/// Whole sessions, from the greeting to QUIT.
#[must_use]
pub fn client() -> Vec<Work> {
    let mails = [
        Session::new("mails-2k/bdat", 2 << 10),
        Session::new("mails-2k/data", 2 << 10).by_data(),
        Session::new("mails-100k/bdat", 100 << 10),
        Session::new("mails-100k/data", 100 << 10).by_data(),
    ];
    let mails = mails
        .into_iter()
        .map(|mail| session(mail.name, (MAILS, Unit::Message), mail.times(MAILS), usize::MAX));
    let noops = Outgoing::requests(Request::Noop, COMMANDS);
    let verbs = work("verbs", (COMMANDS, Unit::Line), Session::new("", 0), noops, usize::MAX);
    mails.chain([verbs]).collect()
}

/// A session of messages; at most so much of the replies comes at a time.
pub(super) fn session(
    name: impl Into<String>,
    amount: (usize, Unit),
    session: Session,
    size: usize,
) -> Work {
    let outgoing = Outgoing::of(&session);
    work(name, amount, session, outgoing, size)
}

fn work(
    name: impl Into<String>,
    amount: (usize, Unit),
    session: Session,
    outgoing: Outgoing,
    size: usize,
) -> Work {
    let replies = record(&session, outgoing.clone());
    Work::new(name, amount, outgoing.requests.len(), move || {
        let mut client = Client::new(Arc::clone(&session.client));
        let mut outgoing = outgoing.clone();
        let mut replies = replies.iter().cloned();
        let mut said = Bytes::new();
        while send(&mut client, &mut outgoing).is_some() {
            if drain(&mut client) {
                continue;
            }
            if said.is_empty() {
                said = replies.next().expect("no more is said");
            }
            hear(&mut client, &mut said, size);
        }
        outgoing.accepted
    })
}

/// What a server says to this client, a piece for each time that the client waits for it.
fn record(session: &Session, mut outgoing: Outgoing) -> Vec<Bytes> {
    let mut client = Client::new(Arc::clone(&session.client));
    let mut server = Server::new(Arc::clone(&session.server));
    let mut received = Received::default();
    let mut replies = Vec::new();
    let mut said = Bytes::new();
    while send(&mut client, &mut outgoing).is_some() {
        if transfer(&mut client, &mut server) {
            _ = serve(&mut server, &mut received);
            continue;
        }
        if said.is_empty() {
            _ = serve(&mut server, &mut received);
            let outbox = server.outbox();
            said = outbox.copy_to_bytes(outbox.remaining());
            replies.push(said.clone());
        }
        hear(&mut client, &mut said, usize::MAX);
    }
    replies
}

fn hear(client: &mut Client, said: &mut Bytes, size: usize) {
    let space = client.inbox().space();
    let n = space.len().min(said.len()).min(size);
    said.copy_to_slice(&mut space[..n]);
    client.inbox().commit(n);
}
