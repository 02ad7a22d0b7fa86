//! Servers that say yes before they can know to what.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::{Buf, Bytes};

use super::{config, envelope, show};
use crate::client::{Client, Event};
use crate::machine::{Machine, Step, Time, Wait};

/// All that a server says, at once, to a client that sends one message.
const AHEAD: [&str; 2] = [
    "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n",
    "220 mx\r\n250-mx\r\n250 CHUNKING\r\n250 ok\r\n250 ok\r\n250 taken\r\n",
];

/// A client that sends one message, and what it has told.
struct Run {
    client: Client,
    told: Vec<String>,
    asked: usize,
}

impl Run {
    /// Hears all of that before anything is written.
    fn ahead(input: &str) -> (Self, Wait) {
        let mut client = Client::new(config());
        client.inbox().space()[..input.len()].copy_from_slice(input.as_bytes());
        client.inbox().commit(input.len());
        let mut run = Self { client, told: Vec::new(), asked: 0 };
        let wait = run.go_on();
        (run, wait)
    }

    /// Runs until it has to wait, or is done.
    fn go_on(&mut self) -> Wait {
        loop {
            let event = match self.client.poll(Time::ZERO) {
                Step::Event(event) => event,
                Step::Wait(wait) => return wait,
                Step::Done => return Wait::default(),
                other => panic!("{other:?}"),
            };
            self.asked += usize::from(event.is_question());
            match (&event, self.asked) {
                (Event::Ready, 1) => self.client.send(envelope(0, 1)).map(drop).unwrap(),
                (Event::Ready, _) => self.client.idle().unwrap(),
                (Event::Body { .. }, 2) => {
                    self.client.body(Bytes::from_static(b"text\r\n")).unwrap();
                }
                (Event::Body { .. }, _) => self.client.finish().unwrap(),
                _ => self.told.push(show(&event)),
            }
        }
    }

    fn last(&self) -> &str {
        self.told.last().unwrap()
    }
}

#[test]
fn a_message_has_no_outcome_before_it_is_written() {
    for input in AHEAD {
        let (mut run, wait) = Run::ahead(input);
        assert!(wait.write && !wait.read, "{wait:?}");
        assert_eq!(run.last(), "recipient 0.0 250");
        while run.client.outbox().len() > 1 {
            run.client.outbox().advance(1);
            assert!(!run.go_on().read);
            assert_eq!(run.last(), "recipient 0.0 250");
        }
        run.client.outbox().advance(1);
        assert!(run.go_on().read);
        assert_eq!(run.last(), "outcome 0 250");
    }
}

#[test]
fn a_message_that_can_not_be_written_has_none() {
    for input in AHEAD {
        for written in [0, 10, 60] {
            let (mut run, _) = Run::ahead(input);
            run.client.outbox().advance(written);
            run.client.outbox().close();
            assert_eq!(run.go_on(), Wait::default());
            let end = run.told.split_off(run.told.len() - 2);
            assert_eq!(end, ["not sent 0 unknown peer", "closed peer"], "{input}");
        }
    }
}

/// A server that has seen enough may say so in the middle; nothing is gained by writing the rest.
#[test]
fn a_refusal_may_come_early() {
    for input in AHEAD {
        let (run, wait) = Run::ahead(&input.replace("250 taken", "552 enough"));
        assert!(wait.write);
        assert_eq!(run.last(), "outcome 0 552");
    }
}
