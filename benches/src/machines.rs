//! Both machines, and applications that say yes to everything.

use bytes::{Buf, Bytes};
use smtp_proto::client::{self, Client, Envelope};
use smtp_proto::server::{self, Server};
use smtp_proto::{Machine, Step, Time, Wait};

use crate::corpora::sessions::Session;

/// What was asked of a machine, and told by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Calls of `poll`.
    pub polls: u64,
    /// Those that brought an event.
    pub events: u64,
}

/// What a server has heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Messages accepted.
    pub messages: usize,
    /// Octets of their content.
    pub octets: u64,
    /// How much it took.
    pub steps: Steps,
}

/// Polls a server until it has to wait, saying yes to everything. `None`: it is done.
///
/// # Panics
///
/// If the server asks for what was not offered.
pub fn serve(server: &mut Server, received: &mut Received) -> Option<Wait> {
    serve_and(server, received, drop)
}

/// The same, giving content to `keep`.
///
/// # Panics
///
/// If the server asks for what was not offered.
pub fn serve_and(
    server: &mut Server,
    received: &mut Received,
    mut keep: impl FnMut(Bytes),
) -> Option<Wait> {
    loop {
        received.steps.polls += 1;
        match server.poll(Time::ZERO) {
            Step::Event(event) => {
                received.steps.events += 1;
                if let server::Event::Deliver { octets, recipient: None | Some(0) } = event {
                    received.messages += 1;
                    received.octets += octets;
                }
                if event.is_question() {
                    server.accept().expect("a question is open");
                }
                if let server::Event::Body(piece) = event {
                    keep(piece);
                }
            }
            Step::Wait(wait) => return Some(wait),
            Step::Turn | Step::Done => return None,
            Step::Upgrade { .. } | Step::Unanswered => panic!("TLS is not offered"),
        }
    }
}

/// Something to ask a client for.
#[derive(Clone, Debug)]
pub enum Request {
    /// A message.
    Send(Box<Envelope>),
    /// NOOP.
    Noop,
}

/// What a client is still to do.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Requests.
    pub requests: Vec<Request>,
    /// The content of each message.
    pub content: Bytes,
    /// What of it is still to be given for the present message.
    rest: Bytes,
    /// Outcomes and answers that were positive.
    pub accepted: usize,
    /// What to do when everything is sent: say QUIT, or else nothing.
    pub quit: bool,
    /// How much it took.
    pub steps: Steps,
}

impl Outgoing {
    /// All messages of a session, and then QUIT.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let send = Request::Send(Box::new(session.envelope()));
        let content = session.content.clone();
        Self { content, ..Self::requests(send, session.messages) }
    }

    /// The same request so many times, and then QUIT.
    #[must_use]
    pub fn requests(request: Request, times: usize) -> Self {
        Self {
            requests: vec![request; times],
            content: Bytes::new(),
            rest: Bytes::new(),
            accepted: 0,
            quit: true,
            steps: Steps::default(),
        }
    }

    /// Asks for what comes next.
    fn request(&mut self, client: &mut Client) {
        match self.requests.pop() {
            Some(Request::Send(envelope)) => {
                self.rest = self.content.clone();
                client.send(*envelope).expect("the server takes it");
            }
            Some(Request::Noop) => client.noop().expect("Ready is open"),
            None if self.quit => client.quit().expect("Ready is open"),
            None => client.idle().expect("Ready is open"),
        }
    }

    /// As much as is welcome.
    fn give(&mut self, client: &mut Client, room: usize) {
        let piece = self.rest.split_to(room.max(1).min(self.rest.len()));
        if piece.is_empty() {
            client.finish().expect("content is asked for");
        } else {
            client.body(piece).expect("content is asked for");
        }
    }
}

/// Polls a client until it has to wait. `None`: it is done.
///
/// # Panics
///
/// If the server does not do as expected.
pub fn send(client: &mut Client, outgoing: &mut Outgoing) -> Option<Wait> {
    loop {
        outgoing.steps.polls += 1;
        let step = client.poll(Time::ZERO);
        outgoing.steps.events += u64::from(matches!(step, Step::Event(_)));
        match step {
            Step::Event(client::Event::Ready) => outgoing.request(client),
            Step::Event(client::Event::Body { room, .. }) => outgoing.give(client, room),
            Step::Event(
                client::Event::Outcome { reply, recipient: None | Some(0), .. }
                | client::Event::Answer(reply),
            ) => {
                outgoing.accepted += usize::from(reply.is_positive());
            }
            Step::Event(_) => {}
            Step::Wait(wait) => return Some(wait),
            Step::Turn | Step::Done => return None,
            Step::Upgrade { .. } | Step::Unanswered => panic!("TLS is not offered"),
        }
    }
}

/// Takes everything out of the outbox of a machine. Whether there was any.
pub fn drain(machine: &mut impl Machine) -> bool {
    let outbox = machine.outbox();
    let len = outbox.len();
    outbox.advance(len);
    len > 0
}

/// Moves octets from one machine to the other, as many as it takes at once. Whether there were any.
pub fn transfer(from: &mut impl Machine, to: &mut impl Machine) -> bool {
    let outbox = from.outbox();
    if outbox.is_empty() {
        return false;
    }
    let space = to.inbox().space();
    let n = space.len().min(outbox.remaining());
    outbox.copy_to_slice(&mut space[..n]);
    to.inbox().commit(n);
    n > 0
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
pub fn say(server: &mut Server, octets: &[u8], received: &mut Received) -> Vec<u8> {
    let mut output = Vec::new();
    tell(server, octets, usize::MAX, received, |said| output.extend_from_slice(said));
    output
}

/// The same, so many octets at a time at most, and `hear` gets what the server says.
///
/// # Panics
///
/// If the server does something unexpected.
pub fn tell(
    server: &mut Server,
    mut octets: &[u8],
    size: usize,
    received: &mut Received,
    mut hear: impl FnMut(&[u8]),
) {
    while let Some(wait) = serve(server, received) {
        let outbox = server.outbox();
        while outbox.has_remaining() {
            hear(outbox.chunk());
            outbox.advance(outbox.chunk().len());
        }
        if !wait.read {
            continue;
        }
        let space = server.inbox().space();
        if octets.is_empty() {
            break; // as on an idle connection: there is room to read into, and nothing comes
        }
        let n = space.len().min(octets.len()).min(size);
        space[..n].copy_from_slice(&octets[..n]);
        server.inbox().commit(n);
        octets = &octets[n..];
    }
}
