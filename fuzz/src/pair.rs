//! Client against server: what is sent arrives, and both sides agree about it.

use std::sync::Arc;

use bytes::Bytes;
use smtp_proto::client::{self, Chunking, Client, Envelope, Recipient, SendError, TransactionId};
use smtp_proto::error::Close;
use smtp_proto::server::{self, Refusal, Server, Transfer};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{ForwardPath, ReversePath};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::{Attributes, Mechanism, Url};
use smtp_proto::syntax::params::{BodyType, TransId};
use smtp_proto::syntax::verb::Verb;
use smtp_proto::{Machine, Step, Tls, Wait};

use crate::contract::Stage;
use crate::oracle::{ended, normalized};
use crate::tape::{Input, Tape};
use crate::wire::Replies;

/// No conversation of a fuzzer's length takes so many rounds.
const ROUNDS: usize = 200_000;

const MESSAGES: usize = 4;

/// Octets that wait to be written at most, at either side.
const OUTBOX: usize = 128 << 10;

pub fn check(data: &[u8]) {
    let Some(input) = Input::new(data) else { return };
    Pair::new(input).run();
}

/// A message as the client has it.
struct Sent {
    id: TransactionId,
    from: ReversePath,
    to: Vec<ForwardPath>,
    content: Vec<u8>,
    /// Octets of it that the client has taken.
    taken: usize,
    binary: bool,
    /// Pieces of it may be fetched.
    burl: bool,
    /// Some are.
    fetches: bool,
    /// What should have arrived of it up to the last of these.
    fetched: Vec<u8>,
    /// Octets of it up to there.
    settled: usize,
    /// Its recipients come one by one, and there are so many of them yet.
    open: Option<usize>,
    /// The caller broke it off while the envelope was open.
    abandoned: bool,
    sender: Option<bool>,
    recipients: Vec<bool>,
    outcomes: Vec<bool>,
    not_sent: bool,
}

/// A message as the server has it.
struct Seen {
    from: ReversePath,
    accepted: bool,
    recipients: Vec<(ForwardPath, bool)>,
    transfer: Option<Transfer>,
    content: Vec<u8>,
    outcomes: Vec<bool>,
    aborted: bool,
}

struct Pair<'a> {
    client: Stage<'a, Client>,
    server: Stage<'a, Server>,
    /// Octets of each side's output that the other has read.
    client_read: usize,
    server_read: usize,
    /// Octets that a pipe holds.
    capacity: usize,
    caller: Tape<'a>,
    application: Tape<'a>,
    moves: Tape<'a>,
    /// Messages that are still to be sent.
    left: Vec<&'a [u8]>,
    sent: Vec<Sent>,
    seen: Vec<Seen>,
    requests: usize,
    answers: usize,
    /// EHLO was said once more, and not answered yet.
    hello_again: bool,
    /// Nothing goes ahead of a reply.
    lockstep: bool,
    refused: bool,
    /// The server takes few messages in a connection.
    limited: bool,
    ends: (Option<client::Event>, Option<server::Event>),
}

impl<'a> Pair<'a> {
    fn new(input: Input<'a>) -> Self {
        let Input { mut config, answers, mut moves, octets } = input;
        let (client, server) = configs(&mut config);
        let lockstep = !client.pipelining || !server.offers(Extension::Pipelining);
        let limited = server.limits.transactions < u32::MAX;
        let mut left: Vec<&[u8]> = Vec::new();
        let mut rest = octets;
        while left.len() + 1 < MESSAGES && config.pick(2) == 1 {
            let at = config.number().min(rest.len());
            left.push(&rest[..at]);
            rest = &rest[at..];
        }
        left.push(rest);
        left.reverse();
        Self {
            client: Stage::new(Client::new(Arc::new(client)), b"", OUTBOX),
            server: Stage::new(Server::new(Arc::new(server)), b"", OUTBOX),
            client_read: 0,
            server_read: 0,
            capacity: [usize::MAX, 1, 7, 64, 512, 4096][moves.pick(6)],
            caller: config,
            application: answers,
            moves,
            left,
            sent: Vec::new(),
            seen: Vec::new(),
            requests: 0,
            answers: 0,
            hello_again: false,
            lockstep,
            refused: false,
            limited,
            ends: (None, None),
        }
    }

    fn run(mut self) {
        for round in 0.. {
            assert!(round < ROUNDS, "it does not come to an end");
            let client = self.client_turn();
            let server = self.server_turn();
            if (client.is_none(), server.is_none()) == (true, true) {
                break;
            }
            if !self.transfer(client, server) {
                panic!("both sides wait: {client:?} {server:?}");
            }
        }
        self.compare();
    }

    /// Lets the client go on until it has to wait. `None`: it is done.
    fn client_turn(&mut self) -> Option<Wait> {
        loop {
            match self.client.poll(client::Event::is_question) {
                Step::Event(event) => self.client_event(event),
                Step::Wait(wait) => return Some(wait),
                Step::Upgrade { .. } => {
                    // The server has nothing more to say in the clear, and will not read on.
                    assert_eq!(self.client_read, self.server.output.len());
                    assert_eq!(self.server_read, self.client.output.len());
                    let step = self.server.poll(server::Event::is_question);
                    assert!(matches!(step, Step::Upgrade { .. }), "{step:?}");
                    self.client.machine.upgraded(Tls::default());
                    self.server.machine.upgraded(Tls::default());
                }
                Step::Unanswered => unreachable!("every question was answered"),
                Step::Turn | Step::Done => return None,
            }
        }
    }

    /// The same for the server.
    fn server_turn(&mut self) -> Option<Wait> {
        loop {
            match self.server.poll(server::Event::is_question) {
                Step::Event(event) => self.server_event(event),
                Step::Wait(wait) => return Some(wait),
                // The client has yet to read the reply.
                Step::Upgrade { .. } => return Some(Wait::default()),
                Step::Unanswered => unreachable!("every question was answered"),
                Step::Turn | Step::Done => return None,
            }
        }
    }

    /// Moves octets, a few at a time. Whether anything moved.
    fn transfer(&mut self, client: Option<Wait>, server: Option<Wait>) -> bool {
        let before = (self.client.output.len(), self.server.output.len());
        let (client_wait, server_wait) = (client.unwrap_or_default(), server.unwrap_or_default());
        if client_wait.write {
            let room =
                self.capacity - (self.client.output.len() - self.server_read).min(self.capacity);
            self.client.write(room);
        }
        if server_wait.write {
            let room =
                self.capacity - (self.server.output.len() - self.client_read).min(self.capacity);
            self.server.write(room);
        }
        let mut moved = before != (self.client.output.len(), self.server.output.len());
        let pieces = [usize::MAX, usize::MAX, usize::MAX, 1, 2, 3, 17, 600];
        if client_wait.read {
            let most = pieces[self.moves.pick(8)];
            moved |= hand_over(&self.server.output, &mut self.client_read, &mut self.client, most)
                || server.is_none() && hang_up(&mut self.client);
        }
        if server_wait.read {
            let most = pieces[self.moves.pick(8)];
            moved |= hand_over(&self.client.output, &mut self.server_read, &mut self.server, most)
                || client.is_none() && hang_up(&mut self.server);
        }
        // Whoever is done reads no more; what is on its way to it is lost.
        if client.is_none() && server_wait.write && !moved {
            self.server.machine.outbox().close();
            moved = true;
        }
        moved
    }

    fn client_event(&mut self, event: client::Event) {
        use client::Event;
        let open = self.sent.last().is_some_and(|message| message.open.is_some());
        assert!(!event.is_question() || !open, "{event:?} while an envelope is open");
        match &event {
            Event::Ready => self.request(),
            Event::Body { transaction, room } => {
                self.content(*transaction, *room);
                self.client.answered();
            }
            Event::Challenge(_) => {
                self.client.machine.respond(b"secret").expect("a challenge is open");
                self.client.answered();
            }
            Event::Sender { transaction, reply } => {
                let message = self.message(*transaction);
                message.sender = Some(reply.is_positive());
                message.open = message.open.filter(|_| reply.is_positive());
                self.go_on();
            }
            Event::Resumed { transaction, offset: 0 } => {
                let message = self.message(*transaction);
                assert!(message.open.is_none() && message.recipients.is_empty());
                message.sender = Some(true);
                message.recipients = vec![true; message.to.len()];
            }
            Event::Recipient { transaction, index, reply } => {
                let message = self.message(*transaction);
                assert_eq!(message.recipients.len(), *index);
                message.recipients.push(reply.is_positive());
                self.go_on();
            }
            Event::Outcome { transaction, reply, .. } => {
                self.message(*transaction).outcomes.push(reply.is_positive());
            }
            Event::NotSent { transaction, .. } => self.message(*transaction).not_sent = true,
            Event::Answer(_) | Event::Authenticated(_) => {
                self.answers += 1;
                self.hello_again = false;
            }
            Event::Hello { .. } if self.hello_again => {
                self.answers += 1;
                self.hello_again = false;
            }
            Event::Secured(_) => self.answers += 1,
            Event::Refused(_) => self.refused = true,
            Event::Fault(fault) => panic!("our own server broke the protocol: {fault}"),
            Event::Closed(_) => self.ends.0 = Some(event),
            _ => {}
        }
    }

    /// Gives the next piece of content: octets, or a URL.
    fn content(&mut self, id: TransactionId, room: usize) {
        let most = [usize::MAX, 1, 2, 3, 10, 100, 700, room][self.caller.pick(8)];
        let client = &mut self.client.machine;
        let chunking = client.capabilities().has(Extension::Chunking)
            && client.config().chunking == Chunking::Always;
        let message = self.sent.last_mut().expect("a message was sent");
        assert_eq!(message.id, id);
        let rest = &message.content[message.taken..];
        let piece = &rest[..rest.len().min(most).min(16 << 10)];
        if message.burl && !chunking && !message.fetches {
            // It has to be one URL.
            let url = message.fetch(message.content.len());
            client.burl(url).expect("a URL may be given");
        } else if piece.is_empty() {
            client.finish().expect("content is asked for");
        } else if message.burl && self.caller.pick(3) == 0 {
            let url = message.fetch(piece.len());
            client.burl(url).expect("a URL may be given");
        } else {
            let taken = client.body(Bytes::copy_from_slice(piece));
            taken.expect("content is asked for");
            message.taken += piece.len();
        }
    }

    fn message(&mut self, id: TransactionId) -> &mut Sent {
        self.sent.iter_mut().find(|message| message.id == id).expect("the transaction is known")
    }

    /// Asks for something.
    fn request(&mut self) {
        let client = &mut self.client.machine;
        let asked = match self.caller.pick(16) {
            1 => client.start_tls().is_ok(),
            2 => client.authenticate("PLAIN", Some(b"\0a\0b")).is_ok(),
            3 => client.authenticate("LOGIN", None).is_ok(),
            4 => client.verify("somebody").is_ok(),
            5 => client.noop().is_ok(),
            6 => client.reset().is_ok(),
            7 => client.help(None).is_ok(),
            9 => client.xclient(&attributes("NAME=a LOGIN=b")).is_ok(),
            10 => client.xclient(&attributes("LOGIN=[UNAVAILABLE]")).is_ok(),
            11 => client.xforward(&attributes("NAME=a")).is_ok(),
            12 => client.private("XLOOK", "around").is_ok(),
            13 => {
                self.hello_again = client.hello().is_ok();
                self.hello_again
            }
            8 => {
                client.idle().expect("Ready is open");
                self.client.answered();
                // With nothing in flight it would be idle for ever.
                let client = &mut self.client.machine;
                if client.noop().is_ok() {
                    self.requests += 1;
                }
                return;
            }
            _ => false,
        };
        if asked {
            self.requests += 1;
        } else {
            self.send();
        }
        self.client.answered();
    }

    /// Does something with the envelope that is open. If no reply is due, it has to.
    fn go_on(&mut self) {
        let client = &mut self.client.machine;
        let Some(message) = self.sent.last_mut() else { return };
        while let Some(added) = message.open {
            assert!(client.noop().is_err() && client.finish().is_err(), "nothing is asked");
            let idle = message.sender.is_some() && message.recipients.len() == added;
            let next = message.to.get(added).cloned().map(Recipient::from);
            match (self.caller.pick(8), next) {
                (0 | 1 | 7, _) if !idle => return,
                (6, _) => {
                    client.abandon().expect("the envelope is open");
                    (message.open, message.abandoned) = (None, true);
                }
                (0..=4 | 7, Some(next)) => match client.add_recipient(next) {
                    Ok(index) => {
                        assert_eq!(index, added);
                        message.open = Some(added + 1);
                    }
                    // The server has said by LIMITS that it takes no more: the message is for these.
                    Err(SendError::Exceeds { .. }) => {
                        client.begin_content().expect("the envelope is open");
                        message.open = None;
                        message.to.truncate(added);
                    }
                    Err(error) => panic!("{error}"),
                },
                _ => {
                    client.begin_content().expect("the envelope is open");
                    message.open = None;
                    message.to.truncate(added);
                }
            }
        }
    }

    fn send(&mut self) {
        while let Some(content) = self.left.pop() {
            let from: ReversePath = match self.caller.pick(8) {
                6 => ReversePath::Null,
                7 => "\u{e4}@example.org".parse().expect("a path"),
                _ => "a@example.org".parse().expect("a path"),
            };
            let recipients = 1 + self.caller.pick(5);
            let to: Vec<ForwardPath> = (0..recipients)
                .map(|n| format!("user{n}@example.org").parse().expect("a path"))
                .collect();
            let mut envelope = Envelope::new(from.clone(), to.clone());
            let binary = self.caller.pick(4) == 3;
            if binary {
                envelope.body = BodyType::BinaryMime;
            } else if !content.is_ascii() {
                envelope.body = BodyType::EightBitMime;
            }
            envelope.burl = self.caller.pick(4) == 2;
            let burl = envelope.burl;
            envelope.size = (self.caller.pick(2) == 1).then_some(content.len() as u64);
            let open = self.caller.pick(4) == 3;
            if open {
                envelope.to.truncate(self.caller.pick(3));
            }
            let open = open.then_some(envelope.to.len());
            if open.is_none() && self.caller.pick(4) == 1 {
                envelope.params.push("TRANSID", Some("<1@example.org>")).expect("a parameter");
            }
            let client = &mut self.client.machine;
            let sent = if open.is_some() { client.begin(envelope) } else { client.send(envelope) };
            let Ok(id) = sent else { continue };
            self.sent.push(Sent {
                id,
                from,
                to,
                content: content.to_vec(),
                taken: 0,
                binary,
                burl,
                fetches: false,
                fetched: Vec::new(),
                settled: 0,
                open,
                abandoned: false,
                sender: None,
                recipients: Vec::new(),
                outcomes: Vec::new(),
                not_sent: false,
            });
            self.go_on();
            return;
        }
        self.client.machine.quit().expect("Ready is open");
    }

    fn server_event(&mut self, event: server::Event) {
        use server::Event;
        if self.lockstep
            && event.is_question()
            && !matches!(event, Event::Message(Transfer::Chunked))
        {
            let ahead =
                self.server.machine.inbox().len() + self.client.output.len() - self.server_read;
            assert_eq!(ahead, 0, "sent ahead of the reply to {event:?}");
        }
        match &event {
            Event::Mail { from, .. } => self.seen.push(Seen {
                from: from.clone(),
                accepted: false,
                recipients: Vec::new(),
                transfer: None,
                content: Vec::new(),
                outcomes: Vec::new(),
                aborted: false,
            }),
            Event::Message(transfer) => self.current().transfer = Some(*transfer),
            Event::Body(piece) => self.current().content.extend_from_slice(piece),
            Event::Aborted(_) => self.current().aborted = true,
            Event::Closed(_) => self.ends.1 = Some(event.clone()),
            _ => {}
        }
        if self.resume(&event) {
            self.server.answered();
        } else if event.is_question() {
            let accepted = self.answer(&event);
            self.server.answered();
            match event {
                Event::Burl { url, .. } if accepted => {
                    self.current().content.extend_from_slice(&fetch(&url));
                }
                Event::Mail { .. } => self.current().accepted = accepted,
                Event::Rcpt { to, .. } => self.current().recipients.push((to, accepted)),
                Event::Deliver { .. } => self.current().outcomes.push(accepted),
                _ => {}
            }
        } else if matches!(event, Event::Body(_)) && self.application.pick(32) == 31 {
            self.server.machine.reject(Refusal::storage()).expect("content may be refused");
        }
    }

    /// Goes on with a transaction of which everybody knows everything but the content.
    fn resume(&mut self, event: &server::Event) -> bool {
        let server::Event::Mail { params, .. } = event else { return false };
        if !params.has::<TransId>() || self.application.pick(2) == 0 {
            return false;
        }
        let to = self.sent.last().expect("a message was sent").to.clone();
        self.server.machine.resume(0, to.len()).expect("MAIL said TRANSID");
        let seen = self.current();
        seen.accepted = true;
        seen.recipients = to.into_iter().map(|path| (path, true)).collect();
        true
    }

    fn current(&mut self) -> &mut Seen {
        self.seen.last_mut().expect("MAIL comes first")
    }

    /// Answers a question, and says whether with yes.
    fn answer(&mut self, event: &server::Event) -> bool {
        use server::Event;
        let server = &mut self.server.machine;
        if matches!(event, Event::Auth { initial: None, .. }) {
            server.challenge(b"Username:").expect("a challenge fits");
            return true;
        }
        let no = self.application.pick(4) == 3;
        let refusal = match event {
            Event::Connected => None,
            // Who says HELO then knows of no LIMITS.
            Event::Hello { verb: Verb::Ehlo, .. }
                if no && !self.limited && self.application.rarely() =>
            {
                Some(Refusal::no_service())
            }
            Event::Hello { .. } => None,
            _ if no => Some(Refusal::no_such_user()),
            _ => None,
        };
        let yes = refusal.is_none();
        match refusal {
            Some(refusal) => server.reject(refusal),
            None => server.accept(),
        }
        .expect("a question is open");
        yes
    }

    /// Both sides have told the same tale.
    fn compare(&self) {
        let (client, server) = &self.ends;
        let end = if self.refused { Close::Refused } else { Close::Quit };
        assert_eq!(client.as_ref(), Some(&client::Event::Closed(end)));
        assert_eq!(server.as_ref(), Some(&server::Event::Closed(Close::Quit)));
        assert_eq!(self.answers, self.requests, "each request has an answer");
        let mut replies = Replies::default();
        replies.push(&self.server.output);
        replies.finish();
        let (sent, unsaid): (Vec<_>, Vec<_>) =
            self.sent.iter().partition(|message| message.sender.is_some());
        assert!(unsaid.into_iter().all(Sent::is_unsaid), "a message without a reply to MAIL");
        assert_eq!(sent.len(), self.seen.len(), "messages sent and seen");
        let lmtp = self.server.machine.config().protocol == Protocol::Lmtp;
        for (sent, seen) in sent.into_iter().zip(&self.seen) {
            sent.compare(seen, lmtp);
        }
    }
}

impl Sent {
    /// Whether it was given up before MAIL was said.
    fn is_unsaid(&self) -> bool {
        let nobody = self.recipients.is_empty() && self.outcomes.is_empty();
        self.not_sent && nobody && (self.abandoned || self.to.is_empty())
    }

    /// A URL for the next octets of the content.
    fn fetch(&mut self, octets: usize) -> Url {
        self.fetches = true;
        self.fetched = self.expected();
        let piece = &self.content[self.taken..self.taken + octets];
        self.fetched.extend_from_slice(piece);
        let digits: String = piece.iter().map(|octet| format!("{octet:02x}")).collect();
        self.taken += octets;
        self.settled = self.taken;
        format!("x:/{digits}").parse().expect("a URL")
    }

    /// What should have arrived of what was taken, if nothing more comes.
    fn expected(&self) -> Vec<u8> {
        let text = &self.content[self.settled..self.taken];
        let text = if self.binary { text.to_vec() } else { normalized(text) };
        [self.fetched.clone(), text].concat()
    }

    fn compare(&self, seen: &Seen, lmtp: bool) {
        assert_eq!(self.from, seen.from);
        assert_eq!(self.sender, Some(seen.accepted));
        if !seen.accepted {
            assert!(self.not_sent && seen.recipients.is_empty() && self.outcomes.is_empty());
            return;
        }
        let paths: Vec<_> = seen.recipients.iter().map(|(path, _)| path.clone()).collect();
        let verdicts: Vec<_> = seen.recipients.iter().map(|(_, accepted)| *accepted).collect();
        assert!(self.open.is_none() && self.to.starts_with(&paths));
        assert!(self.abandoned || self.to.len() == paths.len());
        assert!(!self.abandoned || seen.outcomes.is_empty() && self.not_sent);
        assert_eq!(self.recipients, verdicts);
        let accepted = verdicts.iter().filter(|accepted| **accepted).count();
        if seen.outcomes.is_empty() {
            assert!(seen.aborted, "a transaction without an end");
            assert!(self.not_sent || self.outcomes.iter().all(|outcome| !outcome));
            assert!(self.not_sent || !self.outcomes.is_empty());
            return;
        }
        assert!(accepted > 0 && !seen.aborted && !self.not_sent);
        assert_eq!(self.outcomes, seen.outcomes);
        assert_eq!(seen.outcomes.len(), if lmtp { accepted } else { 1 });
        let expected = match (self.binary, seen.transfer) {
            _ if self.burl => self.expected(),
            (true, _) => self.content.clone(),
            (false, Some(Transfer::Data)) => ended(normalized(&self.content)),
            (false, _) => normalized(&self.content),
        };
        assert!(expected == seen.content, "another message arrived");
    }
}

/// What a URL names.
fn fetch(url: &Url) -> Vec<u8> {
    let digits = url.as_str().strip_prefix("x:/").expect("a URL of ours").as_bytes();
    let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16);
    digits.chunks(2).map(|pair| octet(pair).expect("hexadecimal digits")).collect()
}

fn attributes(text: &str) -> Attributes {
    Attributes::parse(Verb::XClient, text).expect("attributes").into_owned()
}

fn configs(tape: &mut Tape<'_>) -> (client::Config, server::Config) {
    let mut client = client::Config::new("client.example.org".parse().expect("a host"));
    let mut server = server::Config::new("mx.example.org".parse().expect("a domain"));
    client.protocol = [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp][tape.pick(3)];
    server.protocol = client.protocol;
    let flags = tape.number();
    client.pipelining = flags & 1 == 0;
    client.chunking = if flags & 2 == 0 { Chunking::Always } else { Chunking::Never };
    server.starttls = flags & 4 == 0;
    client.auth_without_tls = true;
    server.auth_without_tls = flags & 8 == 0;
    server.mechanisms =
        ["PLAIN", "LOGIN"].map(|name| Mechanism::parse(name.into()).unwrap()).into();
    let missing = tape.number();
    let mut bit = 0;
    server.extensions.extend([Extension::Vrfy, Extension::Help]);
    server.extensions.retain(|_| {
        bit += 1;
        missing & (1 << (bit - 1)) == 0
    });
    if tape.rarely() {
        client.limits.window = 1 + tape.number();
        client.limits.piece = 1 + tape.number();
    }
    server.limits.command_line = 1 << 20;
    server.extensions.extend([
        Extension::Burl,
        Extension::Checkpoint,
        Extension::Limits,
        Extension::XClient,
        Extension::XForward,
    ]);
    let verbs = vec!["XLOOK".into()];
    server.private.push(server::Private { verbs, ..server::Private::default() });
    if tape.rarely() {
        server.limits.transactions = 1 + tape.pick(3) as u32;
        server.limits.recipients = 1 + tape.pick(4);
    }
    let limits = &mut server.limits;
    limits.body_line = usize::MAX;
    for limit in
        [&mut limits.errors, &mut limits.useless, &mut limits.rejections, &mut limits.auth_attempts]
    {
        *limit = u32::MAX;
    }
    (client, server)
}

fn hand_over<M>(output: &[u8], read: &mut usize, to: &mut Stage<'_, M>, most: usize) -> bool
where
    M: Machine<Event: std::fmt::Debug + PartialEq>,
{
    let waiting = &output[*read..];
    let waiting = &waiting[..waiting.len().min(most)];
    if waiting.is_empty() {
        return false;
    }
    *read += to.feed(waiting);
    true
}

fn hang_up<M>(stage: &mut Stage<'_, M>) -> bool
where
    M: Machine<Event: std::fmt::Debug + PartialEq>,
{
    stage.machine.inbox().close();
    true
}
