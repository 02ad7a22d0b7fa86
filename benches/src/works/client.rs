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
    let mails = mails.into_iter().map(|session| {
        let session = session.times(MAILS);
        work(&session, (MAILS, Unit::Message), MAILS, Outgoing::of)
    });
    let commands = work(&Session::new("verbs", 0), (COMMANDS, Unit::Line), COMMANDS, |_| {
        Outgoing::requests(Request::Noop, COMMANDS)
    });
    mails.chain([commands]).collect()
}

fn work(
    session: &Session,
    amount: (usize, Unit),
    answer: usize,
    outgoing: impl Fn(&Session) -> Outgoing + 'static,
) -> Work {
    let replies = record(session, &mut outgoing(session));
    let session = session.clone();
    Work::new(session.name, amount, answer, move || {
        let mut client = Client::new(Arc::clone(&session.client));
        let mut outgoing = outgoing(&session);
        let mut replies = replies.iter();
        while send(&mut client, &mut outgoing).is_some() {
            if !drain(&mut client) {
                hear(&mut client, replies.next().expect("no more is said"));
            }
        }
        outgoing.accepted
    })
}

/// What a server says to this client, a piece for each time that the client waits for it.
fn record(session: &Session, outgoing: &mut Outgoing) -> Vec<Bytes> {
    let mut client = Client::new(Arc::clone(&session.client));
    let mut server = Server::new(Arc::clone(&session.server));
    let mut received = Received::default();
    let mut replies = Vec::new();
    while send(&mut client, outgoing).is_some() {
        if transfer(&mut client, &mut server) {
            continue;
        }
        while serve(&mut server, &mut received).is_some() && !server.inbox().is_empty() {}
        let outbox = server.outbox();
        let said = outbox.copy_to_bytes(outbox.remaining());
        hear(&mut client, &said);
        replies.push(said);
    }
    replies
}

fn hear(client: &mut Client, said: &[u8]) {
    let space = client.inbox().space();
    space[..said.len()].copy_from_slice(said);
    client.inbox().commit(said.len());
}
