//! A client and a server talk to each other over a network of two pipes, which may break down at any
//! time, under a virtual clock: everything ends, and both sides agree on what came of each message.

use std::collections::{HashMap, VecDeque};

use bytes::{Buf, Bytes};
use proptest::prelude::*;
use smtp_proto::client::{self, Envelope, NotSent};
use smtp_proto::error::{Close, Fault};
use smtp_proto::server::{self, Refusal};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::params::BodyType;
use smtp_proto::syntax::reply::{Code, EnhancedCode};
use smtp_proto::syntax::verb::Verb;
use smtp_proto::{Client, Machine, Server, Step, Time, Tls, Wait};

use crate::rig::{Asks, Random, Rig, Writes};

/// What one side is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Wait(Wait),
    Upgrade(Option<Time>),
    Done,
}

/// Polls until there is no event.
fn settle<M: Machine>(rig: &mut Rig<M>, mut on_event: impl FnMut(&mut M, M::Event)) -> At
where
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    loop {
        match rig.poll().unwrap() {
            Step::Event(event) => on_event(&mut rig.machine, event),
            Step::Wait(wait) => return At::Wait(wait),
            Step::Upgrade { until } => return At::Upgrade(until),
            Step::Turn | Step::Done => return At::Done,
            Step::Unanswered => panic!("a question was left unanswered"),
        }
    }
}

/// What is on its way in one direction.
pub(super) struct Pipe {
    octets: VecDeque<u8>,
    capacity: usize,
    end: bool,
}

impl Pipe {
    pub(super) fn new(capacity: usize) -> Self {
        Self { octets: VecDeque::new(), capacity, end: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    pub(super) fn room(&self) -> usize {
        self.capacity - self.octets.len()
    }

    pub(super) fn take_from(&mut self, machine: &mut impl Machine, random: &mut Random) {
        let outbox = machine.outbox();
        let n = random.up_to(outbox.len().min(self.room())).min(self.room()).min(outbox.len());
        self.octets.extend(outbox.slices().flatten().take(n));
        outbox.advance(n);
    }

    pub(super) fn give_to<M: Machine>(&mut self, rig: &mut Rig<M>, random: &mut Random)
    where
        M::Event: Asks + PartialEq + std::fmt::Debug,
    {
        if self.octets.is_empty() {
            rig.machine.inbox().close();
            return;
        }
        let n = random.up_to(self.octets.len());
        let piece: Vec<u8> = self.octets.iter().take(n).copied().collect();
        let fed = rig.feed(&piece);
        self.octets.drain(..fed);
    }
}

#[derive(Clone, Debug)]
struct Message {
    to: Vec<&'static str>,
    content: Vec<u8>,
    piece: usize,
    body: BodyType,
    /// Its recipients come one by one.
    gradual: Option<Gradual>,
}

#[derive(Clone, Debug)]
struct Gradual {
    /// How many there are at the start.
    known: usize,
    /// How many may wait for a reply when another is added.
    ahead: usize,
    /// Does not wait for the replies before it closes the envelope.
    hasty: bool,
    /// Gives up then.
    gives_up: bool,
}

#[derive(Clone, Debug)]
struct Scene {
    lmtp: bool,
    extensions: Vec<Extension>,
    starttls: bool,
    window: usize,
    capacities: (usize, usize),
    messages: Vec<Message>,
    /// After so many moves the network moves nothing more.
    breakdown: Option<usize>,
    seed: u64,
}

fn message() -> impl Strategy<Value = Message> {
    let to = proptest::collection::vec(
        prop::sample::select(vec!["yes", "yes", "no", "later", "two"]),
        1..6,
    );
    let piece = prop::sample::select(vec![
        &b"text\r\n"[..],
        b".\r\n",
        b"..",
        b"\n",
        b"\r",
        b"\n.\n",
        b"\0",
        &[b'x'; 700],
    ]);
    let content =
        (proptest::collection::vec(piece, 0..12), prop_oneof![9 => Just(1), 1 => Just(60_usize)])
            .prop_map(|(pieces, times)| pieces.concat().repeat(times));
    let piece = prop_oneof![Just(1_usize), Just(5000), Just(usize::MAX)];
    let gradual = (0..3_usize, 0..4_usize, any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(known, ahead, hasty, gives_up)| Gradual { known, ahead, hasty, gives_up });
    let gradual = proptest::option::of(gradual);
    (to, content, piece, any::<bool>(), gradual).prop_map(
        |(to, content, piece, binary, gradual)| {
            let body = if binary { BodyType::BinaryMime } else { BodyType::SevenBit };
            let piece = if content.len() > 500 { piece.max(600) } else { piece };
            Message { to, content, piece, body, gradual }
        },
    )
}

fn scene() -> impl Strategy<Value = Scene> {
    let extensions = prop_oneof![
        Just(vec![]),
        Just(vec![Extension::Pipelining]),
        Just(vec![Extension::Chunking, Extension::BinaryMime, Extension::EightBitMime]),
        Just(vec![
            Extension::Pipelining,
            Extension::Chunking,
            Extension::BinaryMime,
            Extension::EightBitMime,
            Extension::EnhancedStatusCodes,
        ]),
    ];
    let capacity = || prop_oneof![Just(1_usize), Just(100), Just(20_000)];
    (
        any::<bool>(),
        extensions,
        any::<bool>(),
        prop_oneof![Just(50_usize), Just(16 << 10)],
        (capacity(), capacity()),
        proptest::collection::vec(message(), 0..5),
        proptest::option::weighted(0.3, 0..400_usize),
        any::<u64>(),
    )
        .prop_map(
            |(lmtp, extensions, starttls, window, capacities, messages, breakdown, seed)| Scene {
                lmtp,
                extensions,
                starttls,
                window,
                capacities,
                messages,
                breakdown,
                seed,
            },
        )
}

/// The user of the client.
#[derive(Default)]
struct Sender {
    messages: VecDeque<Message>,
    /// By transaction: what is still to be sent.
    content: HashMap<u64, VecDeque<Bytes>>,
    /// By transaction: what was asked for.
    sent: HashMap<u64, Message>,
    /// The transaction whose envelope is open, and its recipients so far.
    open: Option<(u64, usize)>,
    /// By transaction, with LMTP's recipient: was it taken?
    outcomes: Vec<(u64, Option<usize>, bool)>,
    not_sent: Vec<(u64, NotSent)>,
    closed: Option<Close>,
}

impl Sender {
    fn event(&mut self, client: &mut Client, event: client::Event) {
        assert_eq!(self.closed, None, "{event:?}");
        assert!(!event.is_question() || self.open.is_none(), "{event:?} while one is open");
        match event {
            client::Event::Ready => self.ask(client),
            client::Event::Body { transaction, .. } => {
                match self.content.get_mut(&transaction.0).unwrap().pop_front() {
                    Some(piece) => client.body(piece).unwrap(),
                    None => client.finish().unwrap(),
                }
            }
            client::Event::Recipient { transaction, index, reply } => {
                let code = match self.sent[&transaction.0].to[index] {
                    "yes" => 250,
                    "two" => 251,
                    "later" => 450,
                    _ => 550,
                };
                // Behind a refused MAIL there is nothing but 503, and that is never refused here.
                assert_eq!(reply.code().as_u16(), code, "{index} of {transaction:?}");
                self.go_on(client, transaction.0, index + 1);
            }
            client::Event::Sender { transaction, .. } => self.go_on(client, transaction.0, 0),
            client::Event::Outcome { transaction, recipient, reply } => {
                self.outcomes.push((transaction.0, recipient, reply.is_positive()));
            }
            client::Event::NotSent { transaction, reason } => {
                self.open = self.open.filter(|(id, _)| *id != transaction.0);
                self.not_sent.push((transaction.0, reason));
            }
            client::Event::Closed(close) => self.closed = Some(close),
            client::Event::Fault(fault) => panic!("the server did nothing wrong: {fault}"),
            _ => {}
        }
    }

    fn ask(&mut self, client: &mut Client) {
        if client.tls().is_none() && client.start_tls().is_ok() {
            return;
        }
        let Some(mut message) = self.messages.pop_front() else {
            return client.quit().unwrap();
        };
        let known = message.gradual.as_ref().map_or(message.to.len(), |gradual| gradual.known);
        let known = known.min(message.to.len());
        let from = format!("{}@example", self.sent.len()).parse().unwrap();
        let mut envelope = Envelope::new(from, message.to[..known].iter().map(|name| path(name)));
        if !client.capabilities().has(Extension::BinaryMime) {
            message.body = BodyType::SevenBit;
        }
        envelope.body = message.body;
        let begin = if message.gradual.is_some() { Client::begin } else { Client::send };
        let id = begin(client, envelope).unwrap().0;
        assert_eq!(id, self.sent.len() as u64);
        self.open = message.gradual.as_ref().map(|_| (id, known));
        let pieces = message.content.chunks(message.piece).map(Bytes::copy_from_slice).collect();
        self.content.insert(id, pieces);
        self.sent.insert(id, message);
    }

    /// Goes on with the open envelope, now that so many recipients are answered.
    fn go_on(&mut self, client: &mut Client, id: u64, heard: usize) {
        let Some((_, added)) = self.open.as_mut().filter(|(open, _)| *open == id) else { return };
        let message = &self.sent[&id];
        let gradual = message.gradual.as_ref().unwrap();
        while *added < message.to.len() && *added - heard <= gradual.ahead {
            assert_eq!(client.add_recipient(path(message.to[*added]).into()), Ok(*added));
            *added += 1;
        }
        if *added == message.to.len() && (gradual.hasty || heard == *added) {
            if gradual.gives_up { client.abandon() } else { client.begin_content() }.unwrap();
            self.open = None;
        }
    }
}

fn path(name: &str) -> ForwardPath {
    format!("{name}@example").parse().unwrap()
}

/// The application above the server.
#[derive(Default)]
struct Receiver {
    random: Option<Random>,
    from: String,
    body: Vec<u8>,
    /// What was taken: from whom, and what.
    taken: Vec<(String, Vec<u8>)>,
    open: bool,
    closed: bool,
}

impl Receiver {
    fn event(&mut self, server: &mut Server, event: server::Event) {
        assert!(!self.closed, "{event:?}");
        let choice = self.random.as_mut().unwrap().number() % 16;
        match event {
            server::Event::Mail { from, .. } => {
                self.from = from.to_string();
                assert!(!std::mem::replace(&mut self.open, true), "a transaction in another");
                self.body.clear();
                server.accept().unwrap();
            }
            server::Event::Rcpt { to, .. } => match to.mailbox().unwrap().local_part() {
                "no" => server.reject(Refusal::no_such_user()).unwrap(),
                "later" => server.reject(Refusal::try_later()).unwrap(),
                "two" => {
                    let code = Code::WILL_FORWARD;
                    let enhanced = EnhancedCode::parse(b"2.1.5");
                    server.accept_as(code, enhanced.unwrap(), &[]).unwrap();
                }
                _ => server.accept().unwrap(),
            },
            server::Event::Message(_) if choice == 0 => {
                server.reject(Refusal::transaction_failed()).unwrap();
            }
            server::Event::Body(piece) => {
                self.body.extend_from_slice(&piece);
                if choice == 0 {
                    let _ = server.reject(Refusal::storage());
                }
            }
            server::Event::Deliver { .. } if choice < 4 => {
                self.open = false;
                server.reject(Refusal::local_error()).unwrap();
            }
            server::Event::Deliver { octets, .. } => {
                self.open = false;
                assert_eq!(octets, self.body.len() as u64);
                self.taken.push((self.from.clone(), self.body.clone()));
                server.accept().unwrap();
            }
            server::Event::Aborted(_) => {
                assert!(std::mem::take(&mut self.open), "nothing to abort");
            }
            server::Event::Closed(_) => self.closed = true,
            server::Event::Fault(fault) => Self::fault(&fault),
            event if event.is_question() => server.accept().unwrap(),
            _ => {}
        }
    }

    /// Pipelining makes some commands be sent in vain. Nothing else is wrong with what we send.
    fn fault(fault: &Fault) {
        let in_vain = matches!(fault, Fault::NoRecipients(_) | Fault::OutOfSequence(Verb::Bdat));
        assert!(in_vain, "the client did something wrong: {fault}");
    }
}

/// What a message looks like when it arrives.
fn on_arrival(message: &Message, chunked: bool) -> Vec<u8> {
    if chunked && message.body == BodyType::BinaryMime {
        return message.content.clone();
    }
    let mut out = Vec::new();
    let mut after_cr = false;
    for &octet in &message.content {
        match octet {
            b'\n' if after_cr => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
        after_cr = octet == b'\r';
    }
    if !chunked && !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn configs(scene: &Scene) -> (client::Config, server::Config) {
    let mut server = server::Config::new("mx.example".parse().unwrap());
    let mut client = client::Config::new("client.example".parse().unwrap());
    server.extensions.clone_from(&scene.extensions);
    server.starttls = scene.starttls;
    server.limits.body_line = usize::MAX;
    client.limits.window = scene.window;
    if scene.lmtp {
        server.protocol = Protocol::Lmtp;
        client.protocol = Protocol::Lmtp;
    }
    (client, server)
}

fn play(scene: &Scene) {
    let (client_config, server_config) = configs(scene);
    let mut random = Random::new(scene.seed);
    let mut client = Rig::new(Client::new(client_config), Writes::All, 0);
    let mut server = Rig::new(Server::new(server_config), Writes::All, 0);
    let messages = scene.messages.clone().into();
    let mut sender = Sender { messages, ..Sender::default() };
    let mut receiver =
        Receiver { random: Some(Random::new(scene.seed ^ 1)), ..Receiver::default() };
    let (mut up, mut down) = (Pipe::new(scene.capacities.0), Pipe::new(scene.capacities.1));
    let mut moves = 0;
    let mut jumps = 0;
    loop {
        let c = settle(&mut client, |machine, event| sender.event(machine, event));
        let s = settle(&mut server, |machine, event| receiver.event(machine, event));
        if c == At::Done && s == At::Done {
            break;
        }
        let broken = scene.breakdown.is_some_and(|breakdown| moves >= breakdown);
        // Who is done closes the connection: the other reads to the end, and can't write.
        up.end |= c == At::Done;
        down.end |= s == At::Done;
        let mut possible: Vec<fn(&mut World<'_>)> = Vec::new();
        if let At::Wait(wait) = c
            && !broken
        {
            if wait.write && down.end {
                possible.push(|world| world.client.machine.outbox().close());
            } else if wait.write && up.room() > 0 {
                possible.push(|world| world.up.take_from(&mut world.client.machine, world.random));
            }
            if wait.read && (!down.octets.is_empty() || down.end) {
                possible.push(|world| world.down.give_to(world.client, world.random));
            }
        }
        if let At::Wait(wait) = s
            && !broken
        {
            if wait.write && up.end {
                possible.push(|world| world.server.machine.outbox().close());
            } else if wait.write && down.room() > 0 {
                possible
                    .push(|world| world.down.take_from(&mut world.server.machine, world.random));
            }
            if wait.read && (!up.octets.is_empty() || up.end) {
                possible.push(|world| world.up.give_to(world.server, world.random));
            }
        }
        if let (At::Upgrade(_), At::Upgrade(_)) = (c, s)
            && !broken
        {
            assert!(up.octets.is_empty() && down.octets.is_empty());
            possible.push(|world| {
                world.client.machine.upgraded(Tls::default());
                world.server.machine.upgraded(Tls::default());
            });
        }
        if let Some(last) = possible.len().checked_sub(1) {
            moves += 1;
            let choice = usize::try_from(random.number() % (last as u64 + 1)).unwrap();
            let choice = possible[choice];
            choice(&mut World {
                client: &mut client,
                server: &mut server,
                up: &mut up,
                down: &mut down,
                random: &mut random,
            });
            continue;
        }
        jumps += 1;
        assert!(broken || jumps < 10, "time has to pass although nothing is broken");
        assert!(jumps < 100, "time passes, and nothing comes of it");
        let until = |at| match at {
            At::Wait(wait) => wait.until,
            At::Upgrade(until) => until,
            At::Done => None,
        };
        let next = until(c).into_iter().chain(until(s)).min().expect("both wait for ever");
        for_both_pass(&mut client, &mut server, next);
    }
    check(scene, &sender, &receiver, scene.breakdown.is_none_or(|breakdown| moves < breakdown));
}

struct World<'a> {
    client: &'a mut Rig<Client>,
    server: &'a mut Rig<Server>,
    up: &'a mut Pipe,
    down: &'a mut Pipe,
    random: &'a mut Random,
}

fn for_both_pass(client: &mut Rig<Client>, server: &mut Rig<Server>, until: Time) {
    client.pass(until.saturating_sub(client.now)).unwrap();
    server.pass(until.saturating_sub(server.now)).unwrap();
}

/// How the server shows the sender of a message.
fn sender_of(id: u64) -> String {
    format!("<{id}@example>")
}

fn check(scene: &Scene, sender: &Sender, receiver: &Receiver, whole: bool) {
    assert!(sender.closed.is_some() && receiver.closed && !receiver.open);
    let chunked = scene.extensions.contains(&Extension::Chunking);
    // What the client holds for taken was taken; if all went well, it knows of all that was.
    let taken: Vec<u64> =
        sender.outcomes.iter().filter(|(_, _, taken)| *taken).map(|(id, _, _)| *id).collect();
    assert!(taken.len() <= receiver.taken.len());
    for (id, (from, body)) in taken.iter().zip(&receiver.taken) {
        assert_eq!(*from, sender_of(*id));
        let sent = on_arrival(&sender.sent[id], chunked);
        assert_eq!(String::from_utf8_lossy(body), String::from_utf8_lossy(&sent));
    }
    for id in sender.sent.keys() {
        let outcomes = sender.outcomes.iter().filter(|(of, _, _)| of == id).count();
        let not_sent: Vec<&NotSent> =
            sender.not_sent.iter().filter(|(of, _)| of == id).map(|(_, reason)| reason).collect();
        let to = &sender.sent[id].to;
        let accepted = to.iter().filter(|name| matches!(**name, "yes" | "two")).count();
        assert!(not_sent.len() <= 1);
        let most = if scene.lmtp { accepted } else { 1 };
        assert!(outcomes <= most);
        // What is said not to be sent was not taken, in whole or in part.
        let doubtful = matches!(not_sent[..], [] | [NotSent::Unknown(_)]);
        let taken = receiver.taken.iter().any(|(from, _)| *from == sender_of(*id));
        assert!(doubtful || !taken, "{id} is taken: {not_sent:?}");
        if whole {
            assert_eq!(outcomes == most && most > 0, not_sent.is_empty(), "{not_sent:?}");
            let gives_up = sender.sent[id].gradual.as_ref().is_some_and(|gradual| gradual.gives_up);
            let expected = |reason: &&NotSent| match reason {
                NotSent::Closed(_) | NotSent::Unknown(_) => false,
                reason => gives_up == (**reason == NotSent::Abandoned),
            };
            assert!(not_sent.iter().all(expected) && (outcomes == 0 || !gives_up), "{not_sent:?}");
        }
    }
    if whole {
        assert_eq!(sender.sent.len(), scene.messages.len());
        assert_eq!(taken.len(), receiver.taken.len());
        assert_eq!(sender.closed, Some(Close::Quit));
    }
}

proptest! {
    #![proptest_config(crate::cases(300))]

    #[test]
    fn both_sides_agree_and_everything_ends(scene in scene()) {
        play(&scene);
    }
}
