//! The client's side.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use smtp_proto::body::OutgoingNewlines;
use smtp_proto::client::{Chunking, Config, Envelope, Event, Recipient, SendError, TransactionId};
use smtp_proto::limits::ClientLimits;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::command::Attributes;
use smtp_proto::syntax::params::BodyType;
use smtp_proto::syntax::verb::Verb;
use smtp_proto::{Client, Machine, Tls};

use crate::rig::{Next, Random, Rig, Writes};
use crate::{Trace, cuts, input, pieces};

/// What servers say.
const SENSE: &[&str] = &[
    "250 2.0.0 OK\r\n",
    "250 2.0.0 OK\r\n",
    "250 2.0.0 OK\r\n",
    "250 2.0.0 OK\r\n",
    "250 2.0.0 OK\r\n",
    "250 2.0.0 OK\r\n",
    "250\r\n",
    "250-one\r\n250 two\r\n",
    "251 forwarded\r\n",
    "354 go on\r\n",
    "354 go on\r\n",
    "354 go on\r\n",
    "354 go on\r\n",
    "355 12 is the offset\r\n",
    "550 5.1.1 no\r\n",
    "450 4.2.0 later\r\n",
    "503 5.5.1 order!\r\n",
    "554 gr\u{FC}n\r\n",
    "334 \r\n",
    "334 VXNlcm5hbWU6\r\n",
    "334 Username:\r\n",
    "235 2.7.0 welcome\r\n",
    "535 5.7.8 no\r\n",
    "220 go ahead\r\n",
    "221 bye\r\n",
    "421 4.3.2 down\r\n",
    "250-",
    "\r\n",
    "\n",
    "xyz\r\n",
];

const HELLO: &[&str] = &[
    "220 mx.example\r\n250 mx.example\r\n",
    "220 mx.example\r\n250-mx.example\r\n250 PIPELINING\r\n",
    "220 mx.example\r\n250-mx.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-BINARYMIME\r\n\
     250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 100000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "220 mx.example\r\n250-mx.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-8BITMIME\r\n250-BURL\r\n\
     250-CHECKPOINT\r\n250-LIMITS MAILMAX=9 RCPTMAX=3 RCPTDOMAINMAX=1\r\n250-ETRN\r\n250-ATRN\r\n\
     250-XCLIENT NAME LOGIN\r\n250-XFORWARD NAME\r\n250 AUTH PLAIN LOGIN\r\n",
    "220 mx.example\r\n250-mx.example\r\n250-BURL imap\r\n250-CHECKPOINT\r\n250-ATRN\r\n\
     250-XCLIENT LOGIN\r\n250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n",
    "220 mx.example\r\n502 no\r\n250 mx.example\r\n",
    "220-mx.example\r\n220 hello\r\n250-mx.example\r\n250 CHUNKING\r\n",
    "554 no\r\n",
    "",
];

fn config() -> impl Strategy<Value = Config> {
    any::<[bool; 5]>().prop_map(|flags| {
        let [lmtp, small, no_pipelining, no_chunking, refuse] = flags;
        let mut config = Config::new("client.example".parse().unwrap());
        if lmtp {
            config.protocol = Protocol::Lmtp;
        }
        if small {
            config.limits = ClientLimits {
                reply_line: 80,
                reply_lines: 12,
                reply: 300,
                window: 60,
                piece: 100,
            };
        }
        config.pipelining = !no_pipelining;
        if no_chunking {
            config.chunking = Chunking::Never;
        }
        config.auth_without_tls = true;
        if refuse {
            config.newlines = OutgoingNewlines::Refuse;
        }
        config
    })
}

fn sent_by_server() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(HELLO), input(SENSE))
        .prop_map(|(hello, rest)| [hello.as_bytes(), &rest].concat())
}

/// Asks for this and that, in a way that depends only on how often it was asked before.
struct User {
    random: Random,
    starttls: bool,
    /// May say ATRN.
    atrn: bool,
    lmtp: bool,
    messages: HashMap<u64, Message>,
    /// The message whose envelope is open.
    open: Option<Open>,
    /// There was no content when it was asked for.
    paused: bool,
    closed: bool,
    events: Vec<String>,
}

/// What is still to come of a message.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    recipients: usize,
    /// Those accepted, without an outcome.
    owed: usize,
    resumed: bool,
    /// Its content may be fetched.
    burl: bool,
    over: bool,
}

struct Open {
    id: TransactionId,
    utf8: bool,
}

impl User {
    fn new(config: &Config, seed: u64, starttls: bool) -> Self {
        Self {
            random: Random::new(seed),
            starttls,
            atrn: true,
            lmtp: config.protocol == Protocol::Lmtp,
            messages: HashMap::new(),
            open: None,
            paused: false,
            closed: false,
            events: Vec::new(),
        }
    }

    fn event(&mut self, client: &mut Client, event: &Event) {
        assert!(!self.closed, "{event:?} after the last event");
        self.closed = matches!(event, Event::Closed(_) | Event::Turned);
        self.account(event);
        self.events.push(format!("{event:?}"));
        if event.is_question() {
            assert!(self.open.is_none(), "{event:?} while an envelope is open");
            assert!(!matches!(event, Event::Body { .. }) || !self.paused, "{event:?} in a pause");
            self.paused = false; // or the message has failed
            self.answer(client, event);
            assert!(self.paused || client.finish().is_err(), "nothing more is asked");
            assert!(client.cancel().is_err(), "nothing more is asked");
        } else if self.paused {
            self.go_on_with_content(client);
        }
        if self.is_about_open(event) {
            self.go_on(client);
        }
        if self.open.is_none() && !event.is_question() {
            assert!(client.begin_content().is_err(), "no envelope is open");
            assert!(client.add_recipient(recipient("b@example")).is_err(), "no envelope is open");
        }
    }

    /// Whether an event is about the message whose envelope is open, and does not end it.
    fn is_about_open(&mut self, event: &Event) -> bool {
        let Some(open) = &self.open else { return false };
        match event {
            Event::Ready => true,
            Event::Resumed { transaction, .. } if *transaction == open.id => true,
            Event::Recipient { transaction, index, .. } if *transaction == open.id => {
                assert!(*index < self.messages[&open.id.0].recipients);
                true
            }
            Event::Sender { transaction, reply } if *transaction == open.id => {
                self.open = self.open.take().filter(|_| reply.is_positive());
                self.open.is_some()
            }
            Event::NotSent { transaction, .. } if *transaction == open.id => {
                self.open = None;
                false
            }
            _ => false,
        }
    }

    /// Does this and that with the open envelope, or nothing.
    fn go_on(&mut self, client: &mut Client) {
        while let Some(open) = &mut self.open {
            assert!(client.noop().is_err(), "an envelope is open");
            match self.random.number() % 10 {
                choice @ 0..=4 => {
                    let utf8 = choice == 4;
                    let path = if utf8 { "ü@example" } else { "b@example" };
                    let added = client.add_recipient(recipient(path));
                    let message = self.messages.get_mut(&open.id.0).unwrap();
                    if let Ok(index) = added {
                        assert!(index == message.recipients && (open.utf8 || !utf8));
                        message.recipients += 1;
                        message.owed += usize::from(message.resumed);
                    } else if matches!(added, Err(SendError::Exceeds { .. })) {
                        assert!(message.recipients >= 3, "{added:?}");
                    } else {
                        assert!(utf8 && !open.utf8, "{added:?}");
                    }
                }
                5 | 6 => {
                    client.begin_content().unwrap();
                    self.open = None;
                }
                7 => {
                    client.abandon().unwrap();
                    self.open = None;
                }
                _ => return,
            }
        }
    }

    /// Does something while the client waits for nothing but for us.
    fn on_idle(&mut self, client: &mut Client) {
        match self.open.take() {
            Some(_) => client.begin_content().unwrap(),
            None if self.paused => self.go_on_with_content(client),
            None => client.noop().unwrap(),
        }
    }

    /// Ends a pause. The message may have failed meanwhile.
    fn go_on_with_content(&mut self, client: &mut Client) {
        self.paused = false;
        let choice = self.random.number() % 3;
        let text = Bytes::from_static(b"text\r\n");
        let taken = match choice {
            0 => client.finish().is_ok(),
            1 => client.body(text).is_ok(),
            _ => client.pause().is_ok(),
        };
        self.paused = taken && choice == 2;
        if !taken {
            let failed = client.abandon().is_err() && client.pause().is_err();
            assert!(failed || choice == 0, "only the end of the content is to be refused");
        }
    }

    /// Each message has one end.
    fn account(&mut self, event: &Event) {
        match event {
            Event::Recipient { transaction, reply, .. } if reply.is_positive() => {
                self.messages.get_mut(&transaction.0).unwrap().owed += 1;
            }
            Event::Resumed { transaction, .. } => {
                let message = self.messages.get_mut(&transaction.0).unwrap();
                assert!(!message.resumed && message.owed == 0, "{event:?}");
                message.resumed = true;
                message.owed = message.recipients;
            }
            Event::Outcome { transaction, recipient, .. } => {
                let message = self.messages.get_mut(&transaction.0).unwrap();
                assert!(!message.over && message.owed > 0, "{event:?}");
                assert_eq!(recipient.is_some(), self.lmtp);
                message.owed -= 1;
                message.over = !self.lmtp || message.owed == 0;
            }
            Event::NotSent { transaction, .. } => {
                let message = self.messages.get_mut(&transaction.0).unwrap();
                assert!(!std::mem::replace(&mut message.over, true), "{event:?}");
            }
            // RFC 4468 section 3.2
            Event::Ready => assert!(self.messages.values().all(|sent| sent.over || !sent.burl)),
            Event::Closed(_) | Event::Turned => {
                assert!(self.messages.values().all(|message| message.over));
            }
            _ => {}
        }
    }

    fn answer(&mut self, client: &mut Client, event: &Event) {
        let choice = self.random.number() % 16;
        match event {
            Event::Body { .. } if choice == 15 => {
                client.pause().unwrap();
                self.paused = true;
            }
            Event::Body { transaction, .. } => {
                let burl = self.messages[&transaction.0].burl;
                Self::content(client, choice, burl);
            }
            Event::Challenge(_) if choice < 3 => client.cancel().unwrap(),
            Event::Challenge(_) => client.respond(b"secret").unwrap(),
            _ => self.ask(client, choice),
        }
    }

    fn content(client: &mut Client, choice: u64, burl: bool) {
        if choice % 3 == 1 && client.burl("imap:one".parse().unwrap()).is_ok() {
            assert!(burl);
            return;
        }
        let piece = match choice {
            0..=5 => return client.finish().unwrap_or_else(|_| client.abandon().unwrap()),
            6 => return client.abandon().unwrap(),
            7 => Bytes::from(vec![b'x'; 3000]),
            8 => Bytes::new(),
            9 => ".\n.\r".into(),
            _ => ".text\r\n..\r\n".into(),
        };
        client.body(piece).unwrap_or_else(|_| client.abandon().unwrap());
    }

    fn ask(&mut self, client: &mut Client, choice: u64) {
        let more = self.random.number() % 24;
        let attributes = |text| Attributes::parse(Verb::XClient, text).unwrap().into_owned();
        let done = match choice {
            _ if more == 0 && self.atrn => client.atrn(&"example.org".parse().unwrap()).is_ok(),
            _ if more == 1 => client.xclient(&attributes("LOGIN=a")).is_ok(),
            _ if more == 2 => client.xclient(&attributes("LOGIN=[UNAVAILABLE]")).is_ok(),
            _ if more == 3 => client.xforward(&attributes("NAME=a")).is_ok(),
            _ if more == 4 => client.private("XLOOK", "around").is_ok(),
            _ if more == 5 => client.etrn(&"#queue".parse().unwrap()).is_ok(),
            _ if more == 6 => client.hello().is_ok(),
            0 => client.quit().is_ok(),
            1 => client.noop().is_ok(),
            2 => client.reset().is_ok(),
            3 => client.verify("ü").is_ok(),
            4 => client.authenticate("PLAIN", Some(b"\0a\0b")).is_ok(),
            5 => client.authenticate("LOGIN", None).is_ok(),
            6 if self.starttls => client.start_tls().is_ok(),
            7 => client.idle().is_ok(),
            _ => self.send(client),
        };
        if !done {
            client.idle().unwrap();
        }
    }

    /// Sends a message, or begins one.
    fn send(&mut self, client: &mut Client) -> bool {
        let begin = self.random.number().is_multiple_of(3);
        let count = usize::try_from(self.random.number() % 5).unwrap();
        let to = vec!["b@example".parse().unwrap(); count];
        let mut envelope = Envelope::new("a@example".parse().unwrap(), to);
        match self.random.number() % 10 {
            8 => envelope.burl = true,
            9 => envelope.params.push("TRANSID", Some("<1@example>")).unwrap(),
            0 => envelope.body = BodyType::EightBitMime,
            1 => envelope.body = BodyType::BinaryMime,
            2 => envelope.smtputf8 = true,
            3 => envelope.size = Some(self.random.number() % 200_000),
            _ => {}
        }
        let (utf8, burl) = (envelope.smtputf8, envelope.burl);
        let sent = if begin { client.begin(envelope) } else { client.send(envelope) };
        let Ok(id) = sent else { return false };
        let message = Message { recipients: count, burl, ..Message::default() };
        assert_eq!(self.messages.insert(id.0, message), None);
        self.open = begin.then_some(Open { id, utf8 });
        true
    }
}

fn recipient(path: &str) -> Recipient {
    path.parse::<ForwardPath>().unwrap().into()
}

fn run(config: &Config, input: &[u8], cuts: &[usize], seed: u64, end: bool) -> Trace {
    let mut rig = Rig::new(Client::new(config.clone()), Writes::Random, seed);
    let mut user = User::new(config, seed, false);
    // What comes together with the reply to it is a fault.
    user.atrn = false;
    let mut pieces = pieces(input, cuts).into_iter();
    let mut rest: Vec<u8> = Vec::new();
    loop {
        match rig.next().unwrap() {
            Next::Event(event) => user.event(&mut rig.machine, &event),
            Next::Turn | Next::Done => break,
            Next::Upgrade => rig.machine.upgraded(Tls::default()),
            Next::Idle(wait) => {
                if rest.is_empty() {
                    rest = pieces.next().unwrap_or_default();
                }
                if !rest.is_empty() && wait.read {
                    let fed = rig.feed(&rest);
                    rest.drain(..fed);
                } else if end && !rig.machine.inbox().is_closed() {
                    rig.machine.inbox().close();
                } else {
                    break;
                }
            }
        }
    }
    Trace { events: user.events, output: rig.output }
}

proptest! {
    #![proptest_config(crate::cases(400))]

    #[test]
    fn client_does_not_see_the_cuts(
        config in config(),
        input in sent_by_server(),
        one in cuts(),
        other in cuts(),
        seed in any::<u64>(),
        end in any::<bool>(),
    ) {
        let one = run(&config, &input, &one, seed, end);
        let other = run(&config, &input, &other, seed, end);
        // Whether the server has a message depends on what was written when it went.
        let known = |trace: &Trace| -> Vec<String> {
            trace.events.iter().map(|event| event.replace("Unknown(", "Closed(")).collect()
        };
        prop_assert_eq!(known(&one), known(&other));
        if one.events.last().is_some_and(|event| event.starts_with("Closed")) {
            // A server that answers what was not said yet: what was not written then never is.
            let (one, other) = (one.output, other.output);
            prop_assert!(one.starts_with(&other) || other.starts_with(&one));
        } else {
            prop_assert_eq!(one.output, other.output);
        }
    }

    #[test]
    fn client_keeps_its_promises_while_time_passes(
        config in config(),
        input in sent_by_server(),
        cuts in cuts(),
        seed in any::<u64>(),
        waits in proptest::collection::vec(1..400_u64, 1..40),
    ) {
        let mut rig = Rig::new(Client::new(config.clone()), Writes::Random, seed);
        let mut user = User::new(&config, seed, true);
        let mut pieces = pieces(&input, &cuts).into_iter();
        let mut waits = waits.iter().cycle();
        let mut rest: Vec<u8> = Vec::new();
        loop {
            match rig.next().unwrap() {
                Next::Event(event) => user.event(&mut rig.machine, &event),
                Next::Turn | Next::Done => break,
                Next::Upgrade if waits.next().unwrap() % 4 > 0 => {
                    rig.machine.upgraded(Tls::default());
                }
                Next::Upgrade => rig.pass(Duration::from_secs(7)).unwrap(),
                Next::Idle(wait) => {
                    if rest.is_empty() {
                        rest = pieces.next().unwrap_or_default();
                    }
                    let time = *waits.next().unwrap();
                    if !rest.is_empty() && wait.read && time < 200 {
                        let fed = rig.feed(&rest);
                        rest.drain(..fed);
                    } else if wait.until.is_some() {
                        rig.pass(Duration::from_secs(time)).unwrap();
                    } else if time < 300 {
                        // Idle: a request may be made at any time.
                        user.on_idle(&mut rig.machine);
                    } else {
                        rig.machine.inbox().close();
                    }
                }
            }
        }
        prop_assert!(user.closed, "done without a last event");
        rig.next().unwrap();
    }
}
