//! The roles reversed: nothing of this conversation is left when the next one begins.

use core::time::Duration;

use bytes::Buf;

use super::{config, rig::Rig, rig::opening};
use crate::client::{Client, Config, Event};
use crate::error::{Close, Fault};
use crate::machine::{Machine, Step, Time, Wait};

/// A client that has said ATRN, and got the reply before anything of that was written.
fn hurried(behind: &[u8]) -> Client {
    let config = Config { auth_without_tls: true, ..config() };
    let mut rig = Rig::new(config, usize::MAX);
    rig.play(&opening("AUTH PLAIN,ATRN"));
    rig.client.authenticate("PLAIN", Some(b"\0a\0b")).unwrap();
    rig.play(
        "C: AUTH PLAIN AGEAYg==
         S: 235 ok
         E: authenticated 235
         E: ready",
    );
    rig.client.atrn(&"example.org".parse().unwrap()).unwrap();
    let reply = [b"250 turning\r\n", behind].concat();
    let space = rig.client.inbox().space();
    space[..reply.len()].copy_from_slice(&reply);
    rig.client.inbox().commit(reply.len());
    rig.client
}

fn write(client: &mut Client) {
    let all = client.outbox().len();
    client.outbox().advance(all);
}

#[test]
fn everything_is_written_first() {
    let mut client = hurried(b"");
    let Step::Wait(Wait { read: false, write: true, until: Some(until) }) = client.poll(Time::ZERO)
    else {
        panic!("ATRN is still to be written, and nothing to be read");
    };
    assert_eq!(until, Duration::from_secs(180));
    write(&mut client);
    assert_eq!(client.poll(Time::ZERO), Step::Event(Event::Turned));
    assert_eq!(client.poll(Time::ZERO), Step::Turn);
    assert_eq!(client.poll(Duration::from_secs(10_000)), Step::Turn);
    assert!(client.noop().is_err() && client.quit().is_err());
}

#[test]
fn a_peer_that_does_not_read_is_not_waited_for_for_ever() {
    let mut client = hurried(b"");
    assert!(matches!(client.poll(Time::ZERO), Step::Wait(_)));
    let close = Close::Timeout("the peer to take data");
    assert_eq!(client.poll(Duration::from_secs(180)), Step::Event(Event::Closed(close)));
    assert_eq!(client.poll(Duration::from_secs(180)), Step::Done);
}

#[test]
fn a_stream_that_breaks_is_not_turned() {
    for broken in [true, false] {
        let mut client = hurried(b"");
        assert!(matches!(client.poll(Time::ZERO), Step::Wait(_)));
        if broken {
            client.outbox().close();
        } else {
            client.inbox().close();
            write(&mut client);
        }
        assert_eq!(client.poll(Time::ZERO), Step::Event(Event::Closed(Close::Peer)));
        assert_eq!(client.poll(Time::ZERO), Step::Done);
    }
}

#[test]
fn nothing_may_come_behind_the_reply() {
    let mut client = hurried(b"EHLO mx.example\r\n");
    write(&mut client);
    assert_eq!(client.poll(Time::ZERO), Step::Event(Event::Fault(Fault::OutOfTurn)));
    let close = Close::Fault(Fault::OutOfTurn);
    assert_eq!(client.poll(Time::ZERO), Step::Event(Event::Closed(close)));
    assert_eq!(client.poll(Time::ZERO), Step::Done);
}
