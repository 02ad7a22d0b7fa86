//! This library's server, which takes everything.

use std::sync::Arc;

use bytes::Buf;
use smtp_proto::server::{Config, Event, Server};
use smtp_proto::{Machine, Step, Time};

use super::Served;
use crate::corpus::dialogues::Dialogue;

pub(super) fn server() -> impl FnMut(&Dialogue, &mut Served) {
    let mut config = Config::new("mx.example.org".parse().expect("a domain"));
    // The dialogue of commands only would be cut short.
    config.limits.useless = u32::MAX;
    let config = Arc::new(config);
    move |dialogue, served| {
        let mut server = Server::new(Arc::clone(&config));
        let mut pieces = dialogue.pieces.iter();
        let mut piece: &[u8] = &[];
        loop {
            match server.poll(Time::ZERO) {
                Step::Event(event) => {
                    match &event {
                        Event::Body(content) => served.keep(content),
                        Event::Deliver { .. } => served.mails += 1,
                        _ => {}
                    }
                    if event.is_question() {
                        server.accept().expect("a question is open");
                    }
                }
                Step::Wait(wait) if wait.write => {
                    let outbox = server.outbox();
                    served.output.extend_from_slice(outbox.chunk());
                    outbox.advance(outbox.chunk().len());
                }
                Step::Wait(_) => {
                    if piece.is_empty() {
                        match pieces.next() {
                            Some(next) => piece = next,
                            None => return,
                        }
                    }
                    let inbox = server.inbox();
                    let space = inbox.space();
                    let n = space.len().min(piece.len());
                    space[..n].copy_from_slice(&piece[..n]);
                    inbox.commit(n);
                    piece = &piece[n..];
                }
                _ => return,
            }
        }
    }
}
