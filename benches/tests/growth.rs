//! What a message costs for each octet and each recipient does not depend on how many there are, and what
//! is held of it does not depend on its size: steps and memory, which are the same on every machine.
//! Instructions are counted by the example `instructions`.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use smtp_benches::corpora::sessions::{Session, server_config};
use smtp_benches::corpora::{bodies, dialogues};
use smtp_benches::machines::{Outgoing, Received, Steps, drain, send, serve, tell};
use smtp_proto::Machine;
use smtp_proto::client::Client;
use smtp_proto::server::{Config, Server};

/// What one message took.
#[derive(Clone, Copy, Debug)]
struct Cost {
    steps: Steps,
    heap: AllocationInfo,
}

impl Cost {
    /// About what `other` took, for each of so many times as much. Where pieces end is chance, and some
    /// are shared where others are copied.
    #[track_caller]
    fn is_for_each(&self, times: u64, other: &Self) {
        for (what, this, that) in [
            ("polls", self.steps.polls, other.steps.polls),
            ("events", self.steps.events, other.steps.events),
            ("allocations", self.heap.count_total, other.heap.count_total),
            ("octets allocated", self.heap.bytes_total, other.heap.bytes_total),
        ] {
            println!("{what}: {that}, and {this} for {times} times as much");
            assert!(this * 10 <= that * times * 13, "{what}: {this} for {times} x {that}");
        }
    }
}

fn config() -> Arc<Config> {
    let mut config = server_config();
    config.limits.message = u64::MAX;
    Arc::new(config)
}

/// A server hears so many octets at a time.
fn heard(said: &[u8], size: usize) -> Cost {
    let config = config();
    let mut received = Received::default();
    let heap = measure(|| tell(&mut Server::new(config), said, size, &mut received, |_| {}));
    assert_eq!(received.messages, 1);
    Cost { steps: received.steps, heap }
}

/// A client sends one message, and all that is said to it is known before.
fn sent(session: &Session) -> Cost {
    let mut client = Client::new(Arc::clone(&session.client));
    let mut server = Server::new(config());
    let mut outgoing = Outgoing::of(session);
    let mut received = Received::default();
    let mut heap = AllocationInfo::default();
    let mut most = 0;
    loop {
        let before = heap.bytes_current;
        let mut waits = None;
        let here = measure(|| waits = send(&mut client, &mut outgoing));
        most = most.max(before + i64::try_from(here.bytes_max).expect("little"));
        heap += here;
        if waits.is_none() {
            break;
        }
        let said: Vec<u8> = client.outbox().slices().flatten().copied().collect();
        heap += measure(|| _ = drain(&mut client));
        let mut rest = &said[..];
        while !rest.is_empty() {
            let space = server.inbox().space();
            let n = space.len().min(rest.len());
            space[..n].copy_from_slice(&rest[..n]);
            server.inbox().commit(n);
            rest = &rest[n..];
            _ = serve(&mut server, &mut received);
        }
        _ = serve(&mut server, &mut received);
        let said: Vec<u8> = server.outbox().slices().flatten().copied().collect();
        drain(&mut server);
        heap += measure(|| {
            for piece in said.chunks(512) {
                client.inbox().space()[..piece.len()].copy_from_slice(piece);
                client.inbox().commit(piece.len());
                _ = send(&mut client, &mut outgoing);
            }
        });
    }
    assert_eq!(outgoing.accepted, 1);
    heap.bytes_max = u64::try_from(most).expect("it holds some");
    Cost { steps: outgoing.steps, heap }
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

#[test]
fn a_server_takes_large_messages_as_it_takes_small_ones() {
    for chunking in [false, true] {
        let hear =
            |octets| heard(&dialogues::mails(1, 1, &bodies::text(octets), chunking), usize::MAX);
        let [one, small, large, huge] = [KIB, 64 * KIB, MIB, 16 * MIB].map(hear);
        println!("chunking: {chunking}; at most {} octets held", huge.heap.bytes_max);
        small.is_for_each(64, &one);
        large.is_for_each(16, &small);
        huge.is_for_each(16, &large);
        assert!(huge.heap.bytes_max <= small.heap.bytes_max * 11 / 10, "{huge:?}, {small:?}");
    }
}

#[test]
fn a_client_sends_large_messages_as_it_sends_small_ones() {
    for by_data in [false, true] {
        let send = |octets| {
            let session = Session::new("", octets);
            sent(&if by_data { session.by_data() } else { session })
        };
        let [one, small, large, huge] = [KIB, 64 * KIB, MIB, 16 * MIB].map(send);
        println!("DATA: {by_data}; at most {} octets held", huge.heap.bytes_max);
        small.is_for_each(64, &one);
        large.is_for_each(16, &small);
        huge.is_for_each(16, &large);
        assert!(huge.heap.bytes_max <= large.heap.bytes_max * 11 / 10, "{huge:?}, {large:?}");
    }
}

#[test]
fn the_last_recipient_costs_what_the_first_does() {
    let hear = |recipients| heard(&dialogues::mails(1, recipients, b"", false), usize::MAX);
    let [one, ten, hundred, thousand] = [1, 10, 100, 1000].map(hear);
    ten.is_for_each(10, &one);
    hundred.is_for_each(10, &ten);
    thousand.is_for_each(10, &hundred);
    let send = |recipients| sent(&Session::new("", 0).to(recipients));
    let [one, ten, hundred, thousand] = [1, 10, 100, 1000].map(send);
    ten.is_for_each(10, &one);
    hundred.is_for_each(10, &ten);
    thousand.is_for_each(10, &hundred);
}

/// One by one, octets cost a poll each, and what is kept of them is copied no more than a few times.
#[test]
fn octets_may_come_one_by_one() {
    let commands = dialogues::mails(1, 100, b"", false);
    let [dripping, whole] = [1, usize::MAX].map(|size| heard(&commands, size));
    assert!(dripping.steps.polls <= commands.len() as u64 + whole.steps.polls);
    assert!(dripping.heap.bytes_total <= whole.heap.bytes_total * 10);

    let mail = |octets| dialogues::mails(1, 1, &bodies::text(octets), false);
    let [small, large] = [4 * KIB, 64 * KIB].map(|octets| heard(&mail(octets), 1));
    large.is_for_each(16, &small);
    assert!(large.heap.bytes_max <= small.heap.bytes_max, "{large:?}, {small:?}");
}
