//! Conversations in memory, for the benchmarks and for counting allocations.

use bytes::{Buf, Bytes};
use smtp_proto::client::{self, Client, Envelope};
use smtp_proto::server::{self, Server};
use smtp_proto::{Machine, Step, Time, Wait};

/// A server that takes everything, for clients that send without authentication.
///
/// # Panics
///
/// Never: the name is one.
#[must_use]
pub fn server_config() -> server::Config {
    server::Config::new("mx.example.org".parse().expect("a domain"))
}

/// A client that uses what it is offered.
///
/// # Panics
///
/// Never: the name is one.
#[must_use]
pub fn client_config() -> client::Config {
    client::Config::new("client.example.org".parse().expect("a host"))
}

/// A message to three people.
///
/// # Panics
///
/// Never: the addresses are some.
#[must_use]
pub fn envelope() -> Envelope {
    let to = ["one", "two", "three"]
        .map(|user| format!("{user}@example.org").parse().expect("a forward-path"));
    Envelope::new("sender@example.com".parse().expect("a reverse-path"), to)
}

/// So many octets of message text, a dot at the start of each tenth line.
#[must_use]
pub fn text(octets: usize) -> Vec<u8> {
    let line = "It is the business of a line to be seventy-six characters long, more or less.";
    let mut text = Vec::with_capacity(octets + 80);
    for n in 0.. {
        if text.len() >= octets {
            break;
        }
        if n % 10 == 0 {
            text.push(b'.');
        }
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// What a server has heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Messages accepted.
    pub messages: usize,
    /// Octets of their content.
    pub octets: u64,
}

/// Polls a server until it has to wait, saying yes to everything. `None`: it is done.
///
/// # Panics
///
/// If the server asks for what was not offered.
pub fn serve(server: &mut Server, received: &mut Received) -> Option<Wait> {
    loop {
        match server.poll(Time::ZERO) {
            Step::Event(event) => {
                if let server::Event::Deliver { octets, .. } = event {
                    received.messages += 1;
                    received.octets += octets;
                }
                if event.is_question() {
                    server.accept().expect("a question is open");
                }
            }
            Step::Wait(wait) => return Some(wait),
            Step::Turn | Step::Done => return None,
            Step::Upgrade { .. } | Step::Unanswered => panic!("TLS is not offered"),
        }
    }
}

/// What a client still has to send: copies of one message.
#[derive(Debug)]
pub struct Outgoing {
    /// The envelopes.
    pub envelopes: Vec<Envelope>,
    /// The content of each.
    pub content: Bytes,
    /// Pieces of content that were given so far for the present message.
    pub given: bool,
    /// Outcomes that were positive.
    pub accepted: usize,
    /// What to do when everything is sent: say QUIT, or else nothing.
    pub quit: bool,
}

impl Outgoing {
    /// The same message so many times, and then QUIT.
    #[must_use]
    pub fn new(messages: usize, content: Bytes) -> Self {
        let envelopes = vec![envelope(); messages];
        Self { envelopes, content, given: false, accepted: 0, quit: true }
    }
}

/// Polls a client until it has to wait. `None`: it is done.
///
/// # Panics
///
/// If the server does not do as expected.
pub fn send(client: &mut Client, outgoing: &mut Outgoing) -> Option<Wait> {
    loop {
        match client.poll(Time::ZERO) {
            Step::Event(client::Event::Ready) => match outgoing.envelopes.pop() {
                Some(envelope) => {
                    outgoing.given = false;
                    client.send(envelope).expect("the server takes it");
                }
                None if outgoing.quit => client.quit().expect("Ready is open"),
                None => client.idle().expect("Ready is open"),
            },
            Step::Event(client::Event::Body { .. }) if outgoing.given => {
                client.finish().expect("content is asked for");
            }
            Step::Event(client::Event::Body { .. }) => {
                outgoing.given = true;
                client.body(outgoing.content.clone()).expect("content is asked for");
            }
            Step::Event(client::Event::Outcome { reply, .. }) => {
                outgoing.accepted += usize::from(reply.is_positive());
            }
            Step::Event(_) => {}
            Step::Wait(wait) => return Some(wait),
            Step::Turn | Step::Done => return None,
            Step::Upgrade { .. } | Step::Unanswered => panic!("TLS is not offered"),
        }
    }
}

/// Moves octets from one machine to the other, as many as it takes at once. Whether there were any.
pub fn transfer(from: &mut impl Machine, to: &mut impl Machine) -> bool {
    let outbox = from.outbox();
    let mut moved = false;
    while outbox.has_remaining() {
        let space = to.inbox().space();
        let n = space.len().min(outbox.chunk().len());
        if n == 0 {
            break;
        }
        space[..n].copy_from_slice(&outbox.chunk()[..n]);
        to.inbox().commit(n);
        outbox.advance(n);
        moved = true;
    }
    moved
}

/// Lets a client and a server talk until neither has anything to say.
///
/// # Panics
///
/// If either does something unexpected.
pub fn talk(
    client: &mut Client,
    outgoing: &mut Outgoing,
    server: &mut Server,
    received: &mut Received,
) {
    loop {
        let client_waits = send(client, outgoing);
        let to_server = transfer(client, server);
        let server_waits = serve(server, received);
        let to_client = transfer(server, client);
        if !to_server && !to_client || client_waits.is_none() && server_waits.is_none() {
            return;
        }
    }
}

/// Says to a server what a client would, all at once, and returns what it said.
///
/// # Panics
///
/// If the server does something unexpected.
pub fn say(server: &mut Server, mut octets: &[u8], received: &mut Received) -> Vec<u8> {
    let mut output = Vec::new();
    while let Some(wait) = serve(server, received) {
        let outbox = server.outbox();
        while outbox.has_remaining() {
            output.extend_from_slice(outbox.chunk());
            outbox.advance(outbox.chunk().len());
        }
        if !wait.read {
            continue;
        }
        let space = server.inbox().space();
        if octets.is_empty() {
            break; // as on an idle connection: there is room to read into, and nothing comes
        }
        let n = space.len().min(octets.len());
        space[..n].copy_from_slice(&octets[..n]);
        server.inbox().commit(n);
        octets = &octets[n..];
    }
    output
}
