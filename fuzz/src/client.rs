//! The client, against any octets, however they come, and any caller.

use std::sync::Arc;

use bytes::Bytes;
use smtp_proto::body::OutgoingNewlines;
use smtp_proto::client::{
    BodyError, Chunking, Client, Config, Envelope, Event, NotSent, Recipient, SendError,
    TransactionId,
};
use smtp_proto::error::Misuse;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{ForwardPath, ReversePath};
use smtp_proto::syntax::base64;
use smtp_proto::syntax::command::{Attributes, Command};
use smtp_proto::syntax::params::{AuthParam, BodyType};
use smtp_proto::syntax::verb::Verb;
use smtp_proto::{Machine, Step, Tls};

use crate::contract::Stage;
use crate::tape::{Input, Tape};
use crate::wire;

/// No conversation of a fuzzer's length takes so many steps.
const STEPS: usize = 100_000;

/// After so many steps no more pranks are played, and after so many requests the caller quits.
const PATIENCE: usize = 1000;
const REQUESTS: usize = 64;

/// No more recipients are added to an envelope.
const RECIPIENTS: usize = 24;

/// Octets that wait to be written at most: content is asked for up to 64 KiB, and a piece of it may
/// come on top.
const OUTBOX: usize = 128 << 10;

/// How the octets come.
enum Moves<'a> {
    Whole,
    Pieces(Tape<'a>),
    /// Time moves too, and the stream breaks.
    Anyhow(Tape<'a>),
}

impl Moves<'_> {
    /// Whether the caller does something that no event has made it do.
    fn disturb(&mut self) -> bool {
        if let Self::Anyhow(tape) = self { tape.rarely() } else { false }
    }
}

pub fn check(data: &[u8]) {
    let Some(mut input) = Input::new(data) else { return };
    let implicit_tls = input.config.rarely();
    let config = Arc::new(config(&mut input.config));
    let run = |moves| {
        let mut client = Client::new(Arc::clone(&config));
        if implicit_tls {
            client.upgraded(Tls::default());
        }
        Run::new(client, input.octets, input.answers.clone()).finish(moves)
    };
    run(Moves::Anyhow(input.moves.clone()));
    let whole = run(Moves::Whole);
    let pieces = run(Moves::Pieces(input.moves.clone()));
    // What stands behind the reply to STARTTLS came in the clear, and what stands behind that to ATRN is
    // for another conversation: there a cut matters.
    if !whole.tls && !pieces.tls {
        assert_eq!(whole.events, pieces.events, "the events depend on the cuts");
        // The end of a conversation takes away what was not written by then.
        let (whole, pieces) = (whole.output, pieces.output);
        let same = whole.starts_with(&pieces) || pieces.starts_with(&whole);
        assert!(same, "the output depends on the cuts");
    }
}

fn config(tape: &mut Tape<'_>) -> Config {
    let mut config = Config::new("client.example.org".parse().expect("a host"));
    config.protocol = [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp][tape.pick(3)];
    config.newlines = [OutgoingNewlines::Normalize, OutgoingNewlines::Refuse][tape.pick(2)];
    let flags = tape.number();
    config.pipelining = flags & 1 == 0;
    config.chunking = if flags & 2 == 0 { Chunking::Always } else { Chunking::Never };
    config.helo_fallback = flags & 4 == 0;
    config.auth_without_tls = flags & 8 == 0;
    if tape.rarely() {
        let limits = &mut config.limits;
        limits.reply_line = 16 + tape.number();
        limits.reply_lines = 1 + tape.pick(8);
        limits.reply = 16 + tape.number();
        limits.window = 1 + tape.number();
        limits.piece = 1 + tape.number();
    }
    config
}

struct Log {
    events: Vec<Event>,
    output: Vec<u8>,
    /// STARTTLS or ATRN was said.
    tls: bool,
}

/// What is known of one message.
struct Message {
    id: TransactionId,
    recipients: usize,
    /// MAIL says TRANSID.
    resumable: bool,
    /// The server knows the envelope.
    resumed: bool,
    /// It may have URLs in it.
    burl: bool,
    /// There may be more of them.
    open: bool,
    /// MAIL says SMTPUTF8.
    utf8: bool,
    sender: Option<bool>,
    heard: usize,
    /// Accepted recipients without an outcome.
    owed: Vec<usize>,
    finished: bool,
    over: bool,
}

/// One conversation, and what the caller knows of it.
struct Run<'a> {
    stage: Stage<'a, Client>,
    answers: Tape<'a>,
    events: Vec<Event>,
    messages: Vec<Message>,
    requests: usize,
    /// There was no content when it was asked for.
    paused: bool,
    tls: bool,
    lmtp: bool,
    closed: bool,
}

impl<'a> Run<'a> {
    fn new(client: Client, octets: &'a [u8], answers: Tape<'a>) -> Self {
        let lmtp = client.config().protocol == Protocol::Lmtp;
        Self {
            stage: Stage::new(client, octets, OUTBOX),
            answers,
            events: Vec::new(),
            messages: Vec::new(),
            requests: 0,
            paused: false,
            tls: false,
            lmtp,
            closed: false,
        }
    }

    fn finish(mut self, mut moves: Moves<'_>) -> Log {
        let mut broken = false;
        for steps in 0.. {
            assert!(steps < STEPS, "it does not come to an end");
            match self.stage.poll(Event::is_question) {
                Step::Event(event) => self.event(event),
                Step::Wait(_) if self.is_open() && moves.disturb() => self.go_on(),
                Step::Wait(_) if self.paused && moves.disturb() => self.end_pause(),
                Step::Wait(wait) => match &mut moves {
                    Moves::Whole => self.stage.move_all(wait),
                    // How much is asked for depends on how much was written: only reads are cut.
                    Moves::Pieces(_) if wait.write => self.stage.move_all(wait),
                    Moves::Pieces(tape) => self.stage.move_in_pieces(wait, tape),
                    Moves::Anyhow(_) if steps > PATIENCE => self.stage.move_all(wait),
                    Moves::Anyhow(tape) => self.stage.move_on(wait, tape),
                },
                Step::Upgrade { .. } => {
                    if let Moves::Anyhow(tape) = &mut moves
                        && tape.rarely()
                    {
                        broken = true;
                        break;
                    }
                    self.stage.machine.upgraded(Tls::default());
                }
                Step::Unanswered => unreachable!("every question was answered"),
                Step::Turn | Step::Done => break,
            }
        }
        if !broken {
            assert!(self.closed, "Done without Closed");
            assert!(self.messages.iter().all(|message| message.over));
            let _ = self.stage.poll(Event::is_question);
        }
        commands(&self.stage.output);
        Log { events: self.events, output: self.stage.output, tls: self.tls }
    }

    fn event(&mut self, event: Event) {
        assert!(!self.closed, "{event:?} after Closed");
        assert!(!event.is_question() || !self.is_open(), "{event:?} while an envelope is open");
        assert!(!matches!(event, Event::Body { .. }) || !self.paused, "{event:?} in a pause");
        if event == Event::Ready {
            // If there was a pause, the message has failed.
            self.paused = false;
        }
        self.watch(&event);
        match &event {
            Event::Ready => self.request(),
            Event::Body { transaction, room } => self.content(*transaction, *room),
            Event::Challenge(_) => {
                let client = &mut self.stage.machine;
                match self.answers.pick(8) {
                    7 => client.cancel(),
                    n => client.respond(&b"answer"[..n.min(6)]),
                }
                .expect("a challenge is open");
                self.stage.answered();
            }
            _ => {}
        }
        match &event {
            Event::Ready => self.go_on(),
            Event::Sender { transaction, .. }
            | Event::Resumed { transaction, .. }
            | Event::Recipient { transaction, .. }
                if self.messages.last().is_some_and(|last| last.id == *transaction) =>
            {
                self.go_on();
            }
            _ => {}
        }
        self.events.push(match event {
            // Which of the two depends on what was written by then.
            Event::NotSent { transaction, reason: NotSent::Unknown(close) } => {
                Event::NotSent { transaction, reason: NotSent::Closed(close) }
            }
            event => event,
        });
    }

    /// What must hold when an event comes.
    fn watch(&mut self, event: &Event) {
        let lmtp = self.lmtp;
        match event {
            Event::Body { transaction, room } => {
                let last = self.messages.last().expect("a message was sent");
                assert_eq!(last.id, *transaction, "content of an earlier message");
                assert!(!last.over && !last.finished && *room > 0);
                assert_ne!(last.sender, Some(false), "content without a sender");
            }
            Event::Sender { transaction, reply } => {
                let message = self.message(*transaction);
                assert!(message.sender.is_none() && message.heard == 0);
                message.sender = Some(reply.is_positive());
                message.open &= reply.is_positive();
            }
            Event::Recipient { transaction, index, reply } => {
                let message = self.message(*transaction);
                assert!(message.sender.is_some(), "RCPT before MAIL");
                assert!(*index < message.recipients);
                assert_eq!(*index, message.heard, "out of order");
                message.heard += 1;
                if reply.is_positive() {
                    message.owed.push(*index);
                }
            }
            Event::Outcome { transaction, recipient, .. } => {
                let message = self.message(*transaction);
                assert!(message.finished && !message.open, "an outcome before the end");
                assert_eq!(message.heard, message.recipients);
                assert!(!message.owed.is_empty(), "an outcome for nobody");
                if lmtp {
                    assert_eq!(*recipient, Some(message.owed.remove(0)));
                } else {
                    assert_eq!(*recipient, None);
                    message.owed.clear();
                }
                message.over = message.owed.is_empty();
            }
            Event::NotSent { transaction, reason } => {
                self.paused &= self.messages.last().is_none_or(|last| last.id != *transaction);
                let message = self.message(*transaction);
                match reason {
                    NotSent::Closed(_) => message.open = false,
                    _ if message.open => panic!("{event:?} while the envelope is open"),
                    NotSent::Sender(reply) => {
                        assert!(message.sender == Some(false) && !reply.is_positive());
                    }
                    NotSent::NoRecipients => {
                        assert!(message.owed.is_empty() && message.heard == message.recipients);
                    }
                    NotSent::Content(reply) => assert!(!reply.is_positive()),
                    NotSent::Unknown(_) => assert!(message.finished, "there can be no doubt"),
                    _ => {}
                }
                message.over = true;
            }
            Event::Resumed { transaction, .. } => {
                let message = self.message(*transaction);
                assert!(message.resumable && message.sender.is_none() && message.heard == 0);
                message.sender = Some(true);
                message.resumed = true;
                message.heard = message.recipients;
                message.owed = (0..message.recipients).collect();
            }
            Event::Ready => {
                let burl = self.messages.iter().find(|message| message.burl && !message.over);
                assert!(burl.is_none(), "something may follow BURL");
            }
            Event::Closed(_) | Event::Turned => {
                assert!(self.messages.iter().all(|message| message.over), "a message is lost");
                self.closed = true;
            }
            _ => {}
        }
    }

    fn message(&mut self, id: TransactionId) -> &mut Message {
        let message = self.messages.iter_mut().find(|message| message.id == id);
        let message = message.expect("the transaction is known");
        assert!(!message.over, "{id:?} is over");
        message
    }

    /// Asks for something; if that can't be, for something else.
    fn request(&mut self) {
        self.requests += 1;
        let choice = if self.requests > REQUESTS { 9 } else { self.answers.pick(16) };
        let client = &mut self.stage.machine;
        let done = match choice {
            1 => client.start_tls().is_ok_and(|()| {
                self.tls = true;
                true
            }),
            2 => client.authenticate("PLAIN", Some(b"\0a\0b")).is_ok(),
            3 => client.authenticate("LOGIN", None).is_ok(),
            4 => client.verify("a user").is_ok(),
            5 => client.expand("\u{e4}").is_ok(),
            6 => client.noop().is_ok(),
            7 => client.reset().is_ok(),
            8 => client.etrn(&"@example.org".parse().expect("a node")).is_ok(),
            9 => client.quit().is_ok(),
            10 => client.idle().is_ok(),
            11 => client.help(Some("me")).is_ok(),
            13 => self.request_more(),
            12 => client.verify("two\r\nlines").is_ok_and(|()| panic!("two lines")),
            14 | 15 => self.send(true),
            _ => self.send(false),
        };
        if !done && self.stage.machine.quit().is_err() {
            self.stage.machine.idle().expect("Ready is open");
        }
        self.stage.answered();
        assert!(self.stage.machine.finish().is_err(), "nobody asked for content");
    }

    /// What is asked for less often.
    fn request_more(&mut self) -> bool {
        let client = &mut self.stage.machine;
        let attributes =
            |verb, text| Attributes::parse(verb, text).expect("attributes").into_owned();
        match self.answers.pick(8) {
            0 => {
                let asked = client.atrn(&"example.org".parse().expect("a domain")).is_ok();
                self.tls |= asked;
                asked
            }
            1 => client.xclient(&attributes(Verb::XClient, "NAME=a LOGIN=b")).is_ok(),
            2 => client.xclient(&attributes(Verb::XClient, "LOGIN=[UNAVAILABLE]")).is_ok(),
            3 => client.xforward(&attributes(Verb::XForward, "NAME=a")).is_ok(),
            4 => client.private("NOOP", "").is_ok_and(|()| panic!("a verb that is known")),
            5 => client.private("XLOOK", "\r\n").is_ok_and(|()| panic!("two lines")),
            7 => client.hello().is_ok(),
            _ => client.private("XLOOK", "around").is_ok(),
        }
    }

    /// Whether an envelope is open.
    fn is_open(&self) -> bool {
        self.messages.last().is_some_and(|last| last.open)
    }

    /// Does something with the envelope that is open, or waits for the replies.
    fn go_on(&mut self) {
        let client = &mut self.stage.machine;
        while let Some(last) = self.messages.last_mut().filter(|last| last.open) {
            assert!(client.noop().is_err() && client.finish().is_err(), "nothing is asked");
            let answered = last.sender.is_some() && last.heard == last.recipients;
            let full = last.recipients >= RECIPIENTS;
            match self.answers.pick(8) {
                0 | 1 if !answered => return,
                0 if last.recipients > 0 => last.begin_content(client),
                0..=3 if full => last.begin_content(client),
                0..=3 => last.add(client, "user@example.org"),
                4 => last.add(client, "\u{e4}@example.org"),
                5 => last.begin_content(client),
                6 => {
                    client.abandon().expect("the envelope is open");
                    last.open = false;
                }
                _ => return,
            }
        }
        assert!(client.begin_content().is_err(), "no envelope is open");
        assert!(client.add_recipient(recipient("user@example.org")).is_err());
    }

    /// Sends a message, or begins one whose envelope stays open.
    fn send(&mut self, open: bool) -> bool {
        let from = [ReversePath::Null, path("a@example.org"), path("\u{e4}@example.org")];
        let [null, ascii, utf8] = from;
        let from = match self.answers.pick(8) {
            6 => null,
            7 => utf8,
            _ => ascii,
        };
        let recipients = usize::from(!open) + self.answers.pick(4);
        let to: Vec<ForwardPath> = (0..recipients)
            .map(|n| format!("user{n}@example.org").parse().expect("a path"))
            .collect();
        let mut envelope = Envelope::new(from, to);
        match self.answers.pick(8) {
            1 => envelope.burl = true,
            2 => envelope.params.push("TRANSID", Some("<1@example.org>")).expect("a parameter"),
            3 => envelope.smtputf8 = true,
            4 => envelope.body = BodyType::EightBitMime,
            5 => envelope.body = BodyType::BinaryMime,
            6 => envelope.size = Some(1000),
            7 => envelope.auth = Some(AuthParam::Null),
            _ => {}
        }
        let utf8 = envelope.needs_smtputf8();
        let (burl, resumable) = (envelope.burl, !envelope.params.is_empty());
        let client = &mut self.stage.machine;
        let sent = if open { client.begin(envelope) } else { client.send(envelope) };
        let Ok(id) = sent else { return false };
        self.messages.push(Message {
            id,
            recipients,
            resumable,
            resumed: false,
            burl,
            open,
            utf8,
            sender: None,
            heard: 0,
            owed: Vec::new(),
            finished: false,
            over: false,
        });
        true
    }

    /// Goes on with content, or gives it up. The message may have failed meanwhile.
    fn end_pause(&mut self) {
        self.paused = false;
        let client = &mut self.stage.machine;
        let gone = match self.answers.pick(4) {
            0 => client.abandon().is_err(),
            1 => match client.body(Bytes::from_static(b"x\r\n")) {
                Ok(()) => false,
                // It has to be one URL.
                Err(BodyError::Misuse(Misuse::WrongAnswer(_))) => client.abandon().is_err(),
                Err(_) => true,
            },
            2 => client.pause().map(|()| self.paused = true).is_err(),
            _ => match client.finish() {
                Ok(()) => {
                    self.messages.last_mut().expect("a message was sent").finished = true;
                    false
                }
                Err(
                    BodyError::BareNewline(_)
                    | BodyError::EightBit
                    | BodyError::Misuse(Misuse::WrongAnswer(_)),
                ) => client.abandon().is_err(),
                Err(_) => true,
            },
        };
        let client = &mut self.stage.machine;
        assert!(!gone || client.pause().is_err() && client.finish().is_err());
    }

    /// Answers with content whose lines all begin with "x", so that it can be told from commands.
    fn content(&mut self, id: TransactionId, room: usize) {
        let client = &mut self.stage.machine;
        assert!(client.noop().is_err(), "content is asked for, and nothing else");
        let choice = self.answers.pick(16);
        let burl = self.messages.last().is_some_and(|message| message.burl);
        if burl && self.events.len() < PATIENCE && self.answers.pick(2) == 0 {
            let url = "imap://a@b.example/c;uid=1".parse().expect("a URL");
            if self.stage.machine.burl(url).is_ok() {
                self.stage.answered();
                return;
            }
        }
        let client = &mut self.stage.machine;
        let bytes = match choice {
            0 => Bytes::from_static(b"x\r\nx.\r\n"),
            10 => Bytes::from_static(b"x\nx\rx\r"), // refused, or normalised
            11 => Bytes::from_static(b"x"),
            12 => Bytes::new(),
            13 => Bytes::from(b"x\r\n".repeat(room.min(4096))),
            14 => {
                client.abandon().expect("content is asked for");
                self.stage.answered();
                return;
            }
            15 => {
                client.pause().expect("content is asked for");
                self.paused = true;
                self.stage.answered();
                if self.answers.pick(2) > 0 {
                    self.end_pause();
                }
                return;
            }
            _ => Bytes::new(),
        };
        let last = choice != 0 && choice < 10 || self.events.len() > PATIENCE;
        if last || client.body(bytes).is_err() {
            if client.finish().is_ok() {
                self.message(id).finished = true;
            } else {
                client.abandon().expect("content is asked for");
            }
        }
        self.stage.answered();
    }
}

impl Message {
    fn add(&mut self, client: &mut Client, path: &str) {
        let recipient = recipient(path);
        let allowed = self.utf8 || !recipient.needs_smtputf8();
        let added = client.add_recipient(recipient);
        let exceeds = matches!(added, Err(SendError::Exceeds { .. }));
        assert!(exceeds || added.is_ok() == allowed, "{added:?}");
        if let Ok(index) = added {
            assert_eq!(index, self.recipients);
            self.recipients += 1;
            if self.resumed {
                self.heard += 1;
                self.owed.push(index);
            }
        }
    }

    fn begin_content(&mut self, client: &mut Client) {
        client.begin_content().expect("the envelope is open");
        self.open = false;
    }
}

fn recipient(path: &str) -> Recipient {
    path.parse::<ForwardPath>().expect("a path").into()
}

fn path(mailbox: &str) -> ReversePath {
    mailbox.parse().expect("a path")
}

/// Asserts that these are commands, content and AUTH responses; the last may be cut off.
fn commands(output: &[u8]) {
    let mut rest = output;
    while let Some(end) = rest.iter().position(|octet| *octet == b'\n') {
        let line = wire::whole_lines(&rest[..=end])[0];
        rest = &rest[end + 1..];
        match Command::parse(line) {
            Ok(Command::Bdat { size, .. }) => {
                let size = usize::try_from(size).expect("a chunk that fits");
                rest = rest.get(size..).unwrap_or_default();
            }
            Ok(command) if command.verb().is_some() => {}
            _ => {
                let content = line.starts_with(b"x") || line == b".";
                let private = line == b"XLOOK around";
                let response = private || line == b"*" || base64::decode(line).is_ok();
                assert!(content || response, "{:?}", line.escape_ascii().to_string());
            }
        }
    }
}
