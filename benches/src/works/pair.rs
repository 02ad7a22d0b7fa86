//! A client and a server in memory.

use std::sync::Arc;

use smtp_proto::client::Client;
use smtp_proto::server::Server;

use crate::corpora::sessions::Session;
use crate::machines::{Outgoing, Received, talk};
use crate::work::{Unit, Work};

const MAILS: usize = 10;

/// Whole sessions, from the greeting to QUIT.
#[must_use]
pub fn pair() -> Vec<Work> {
    let sessions = [
        Session::new("mails-2k/bdat", 2 << 10),
        Session::new("mails-2k/data", 2 << 10).by_data(),
        Session::new("mails-100k/bdat", 100 << 10),
        Session::new("mails-100k/data", 100 << 10).by_data(),
    ];
    sessions.into_iter().map(|session| work(session.times(MAILS))).collect()
}

fn work(session: Session) -> Work {
    let amount = (session.messages, Unit::Message);
    let (received, accepted) = run(&session);
    assert_eq!(received.messages, session.messages, "{}", session.name);
    assert_eq!(accepted, session.messages, "{}", session.name);
    let octets = session.messages * session.content.len();
    Work::new(session.name, amount, octets, move || {
        usize::try_from(run(&session).0.octets).unwrap_or(usize::MAX)
    })
}

fn run(session: &Session) -> (Received, usize) {
    let mut client = Client::new(Arc::clone(&session.client));
    let mut server = Server::new(Arc::clone(&session.server));
    let mut outgoing = Outgoing::of(session);
    let mut received = Received::default();
    talk(&mut client, &mut outgoing, &mut server, &mut received);
    (received, outgoing.accepted)
}
