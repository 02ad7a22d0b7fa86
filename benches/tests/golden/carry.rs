//! What goes on between two machines, counted.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure, opt_out};
use bytes::{Buf, Bytes};
use smtp_benches::corpora::sessions::Session;
use smtp_benches::machines::{Outgoing, Received, send, serve_and};
use smtp_proto::client::Client;
use smtp_proto::server::Server;
use smtp_proto::{Machine, Wait};

/// What one side did.
#[derive(Default)]
struct Side {
    heap: AllocationInfo,
    read: u64,
    moved: u64,
    written: u64,
    /// Octets written from within `content`.
    shared: u64,
    /// Where the content is that the caller gives.
    content: Range<usize>,
    /// Where what was read and not used was, after the last read.
    unused: Range<usize>,
}

impl Side {
    /// Until it waits for the other side. Whether anything moved.
    fn work<M: Machine>(
        &mut self,
        machine: &mut M,
        mut step: impl FnMut(&mut M, &mut Self) -> Option<Wait>,
        incoming: &mut VecDeque<u8>,
        outgoing: &mut VecDeque<u8>,
    ) -> bool {
        let mut moved = false;
        while let Some(wait) = step(machine, self) {
            let wrote = wait.write && self.write(machine, outgoing);
            let read = wait.read && self.read(machine, incoming);
            if !wrote && !read {
                break;
            }
            moved = true;
        }
        moved
    }

    fn write(&mut self, machine: &mut impl Machine, outgoing: &mut VecDeque<u8>) -> bool {
        let outbox = machine.outbox();
        for slice in outbox.slices() {
            self.written += slice.len() as u64;
            if self.content.contains(&slice.as_ptr().addr()) {
                self.shared += slice.len() as u64;
            }
            outgoing.extend(slice);
        }
        let len = outbox.len();
        self.heap += measure(|| outbox.advance(len));
        len > 0
    }

    /// As much as there is room for.
    fn read(&mut self, machine: &mut impl Machine, incoming: &mut VecDeque<u8>) -> bool {
        if incoming.is_empty() {
            return false;
        }
        let held = machine.inbox().len();
        self.heap += measure(|| _ = machine.inbox().space());
        let space = machine.inbox().space();
        let begin = space.as_ptr().addr();
        if held > 0 && begin != self.unused.end {
            self.moved += held as u64;
        }
        let n = space.len().min(incoming.len());
        for (octet, from) in space.iter_mut().zip(incoming.drain(..n)) {
            *octet = from;
        }
        self.heap += measure(|| machine.inbox().commit(n));
        self.read += n as u64;
        self.unused = begin - held..begin + n;
        true
    }
}

/// What a session costs the client and the server.
pub(crate) fn run(session: &Session) -> [[u64; 9]; 2] {
    let mut machines =
        (Client::new(Arc::clone(&session.client)), Server::new(Arc::clone(&session.server)));
    let mut outgoing = Outgoing::of(session);
    let mut received = Received::default();
    let mut sides = (Side::default(), Side::default());
    sides.0.content = range(&session.content);
    let (mut to_server, mut to_client) = (VecDeque::new(), VecDeque::new());
    loop {
        let ask = |client: &mut Client, side: &mut Side| {
            let mut wait = None;
            side.heap += measure(|| wait = send(client, &mut outgoing));
            wait
        };
        let moved = sides.0.work(&mut machines.0, ask, &mut to_client, &mut to_server);
        let answer = |server: &mut Server, side: &mut Side| {
            let mut wait = None;
            let mut pieces: Vec<Bytes> = Vec::new();
            side.heap += measure(|| {
                // Kept until the next read: nothing else can be in their place before.
                let keep = |piece| opt_out(|| pieces.push(piece));
                wait = serve_and(server, &mut received, keep);
            });
            let shared = pieces.iter().filter(|piece| side.unused.contains(&range(piece).start));
            side.shared += shared.map(|piece| piece.len() as u64).sum::<u64>();
            wait
        };
        if !sides.1.work(&mut machines.1, answer, &mut to_server, &mut to_client) && !moved {
            break;
        }
    }
    assert_eq!(received.messages, session.messages, "{}: received", session.name);
    assert_eq!(outgoing.accepted, session.messages, "{}: accepted", session.name);
    let content = (session.messages * session.content.len()) as u64;
    assert_eq!(received.octets, content, "{}: octets", session.name);
    let copied = [sides.0.written - sides.0.shared, content - sides.1.shared];
    let sides = [(sides.0, outgoing.steps, copied[0]), (sides.1, received.steps, copied[1])];
    sides.map(|(side, steps, copied)| {
        [
            steps.polls,
            steps.events,
            side.heap.count_total,
            side.heap.bytes_total,
            side.read,
            side.moved,
            side.written,
            side.shared,
            copied,
        ]
    })
}

fn range(octets: &[u8]) -> Range<usize> {
    let start = octets.as_ptr().addr();
    start..start + octets.len()
}
