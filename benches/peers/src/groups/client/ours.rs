//! This library's client.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use smtp_proto::client::{Client, Config, Envelope, Event};
use smtp_proto::{Machine, Step, Time};

use super::senders::Send;

pub(super) fn sender(content: &[u8]) -> Send {
    let config = Arc::new(Config::new("client.example.org".parse().expect("a host")));
    let envelope = Envelope::new(
        "alice@example.org".parse().expect("a reverse-path"),
        ["bob@example.net".parse().expect("a forward-path")],
    );
    let content = Bytes::from(content.to_vec());
    Box::new(move |mut server, mut mails| {
        let mut client = Client::new(Arc::clone(&config));
        let mut given = false;
        loop {
            match client.poll(Time::ZERO) {
                Step::Event(Event::Ready) if mails == 0 => client.quit().expect("it is ready"),
                Step::Event(Event::Ready) => {
                    mails -= 1;
                    given = false;
                    client.send(envelope.clone()).expect("the server takes it");
                }
                Step::Event(Event::Body { .. }) if given => {
                    client.finish().expect("content is asked for");
                }
                Step::Event(Event::Body { .. }) => {
                    given = true;
                    client.body(content.clone()).expect("content is asked for");
                }
                Step::Event(Event::Outcome { reply, .. }) => assert!(reply.is_positive()),
                Step::Event(_) => {}
                Step::Wait(wait) if wait.write => {
                    let outbox = client.outbox();
                    server.heard(outbox.chunk());
                    outbox.advance(outbox.chunk().len());
                }
                Step::Wait(_) => {
                    let said = server.said();
                    let inbox = client.inbox();
                    let space = inbox.space();
                    let n = said.len().min(space.len());
                    space[..n].copy_from_slice(&said[..n]);
                    match n {
                        0 => inbox.close(),
                        n => inbox.commit(n),
                    }
                    server.advance(n);
                }
                _ => return server,
            }
        }
    })
}
