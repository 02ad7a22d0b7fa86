//! Two connections over a pipe, in turns.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use smtp_benches::corpora::sessions::Session;
use smtp_driver::Connection;
use smtp_driver::client::{self, Fate, Login};
use smtp_proto::client::Client;
use smtp_proto::server::{Event, Server};

use super::pipe::{Calls, End, Still, pipe};

/// More turns than any session takes.
const TURNS: usize = 10_000;

/// What a session costs the client and the server.
pub(crate) fn run(session: &Session) -> [[u64; 5]; 2] {
    let (near, far) = pipe();
    let calls = [&near, &far].map(|end| Rc::clone(&end.calls));
    let mut client = pin!(send(session, near));
    let mut server = pin!(receive(session, far));
    let mut cx = Context::from_waker(Waker::noop());
    let (mut accepted, mut received) = (None, None);
    for _ in 0..TURNS {
        if accepted.is_none() {
            accepted = ready(client.as_mut().poll(&mut cx));
        }
        if received.is_none() {
            received = ready(server.as_mut().poll(&mut cx));
        }
    }
    assert_eq!(accepted, Some(session.messages * session.recipients), "{}", session.name);
    let deliveries = if is_lmtp(session) { session.recipients } else { 1 };
    assert_eq!(received, Some(session.messages * deliveries), "{}", session.name);
    calls.map(|calls| {
        let Calls { reads, waits, writes, slices, flushes } = *calls.borrow();
        [reads, waits, writes, slices, flushes]
    })
}

fn is_lmtp(session: &Session) -> bool {
    session.client.protocol == smtp_proto::session::Protocol::Lmtp
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// How many recipients were accepted, those of all messages together.
async fn send(session: &Session, stream: End) -> usize {
    let mut conn = Connection::new(Client::new(Arc::clone(&session.client)), stream, Still);
    client::establish(&mut conn, &Login::default()).await.expect("the server is willing");
    let mut accepted = 0;
    let messages = (0..session.messages).map(|_| (session.envelope(), session.content.clone()));
    let report = |_, delivery: Result<client::Delivery, _>| {
        let recipients = delivery.expect("it can be sent").recipients;
        accepted += recipients.iter().filter(|to| matches!(to.fate, Fate::Accepted(_))).count();
    };
    client::send_all(&mut conn, messages, report).await.expect("the connection holds");
    client::quit(&mut conn).await.expect("the connection holds");
    accepted
}

/// How many deliveries were accepted.
async fn receive(session: &Session, stream: End) -> usize {
    let mut conn = Connection::new(Server::new(Arc::clone(&session.server)), stream, Still);
    let mut accepted = 0;
    while let Some(event) = conn.next().await.expect("the connection holds") {
        if event.is_question() {
            accepted += usize::from(matches!(event, Event::Deliver { .. }));
            conn.accept().expect("a question is open");
        }
    }
    accepted
}
