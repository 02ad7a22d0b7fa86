//! The server's side.

use std::time::Duration;

use proptest::prelude::*;
use smtp_proto::body::Newlines;
use smtp_proto::limits::ServerLimits;
use smtp_proto::server::{Config, Event, Private, Refusal};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::syntax::text::Text;
use smtp_proto::{Machine, Server, Tls};

use crate::rig::{Next, Random, Rig, Writes};
use crate::{Trace, cuts, input, pieces};

/// What clients say. Some of it twice, so that it comes more often.
const SENSE: &[&str] = &[
    "EHLO client.example\r\n",
    "EHLO client.example\r\n",
    "HELO client.example\r\n",
    "LHLO client.example\r\n",
    "MAIL FROM:<a@example>\r\n",
    "MAIL FROM:<a@example>\r\n",
    "MAIL FROM:<> SIZE=10 BODY=8BITMIME\r\n",
    "MAIL FROM:<a@example> BODY=BINARYMIME\r\n",
    "MAIL FROM:<a@example> SIZE=9999999999999999999999\r\n",
    "MAIL FROM:<ü@example> SMTPUTF8\r\n",
    "RCPT TO:<b@example>\r\n",
    "RCPT TO:<b@example>\r\n",
    "RCPT TO:<b@example>\r\n",
    "RCPT TO:<ü@example>\r\n",
    "RCPT TO:<>\r\n",
    "DATA\r\n",
    "DATA\r\n",
    "text\r\n",
    ".\r\n",
    "\r\n.\r\n",
    "..\r\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "EHLO x\r\nMAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nRCPT TO:<c@example>\r\nDATA\r\n",
    "MAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nRCPT TO:<c@example>\r\nDATA\r\n",
    "MAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nRCPT TO:<c@example>\r\nBDAT 6\r\n",
    "BDAT 6\r\n",
    "BDAT 12\r\n",
    "BDAT 6 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "BDAT 99999999999999999999999 LAST\r\n",
    "BDAT six\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
    "VRFY somebody SMTPUTF8\r\n",
    "EXPN everybody\r\n",
    "HELP\r\n",
    "ETRN @example\r\n",
    "MAIL FROM:<a@example> TRANSID=<1@example> XHOUSE\r\nDATA\r\n",
    "MAIL FROM:<a@example> TRANSID=<1@example>\r\n",
    "RCPT TO:<b@two.example> XROOM=1\r\n",
    "RCPT TO:<b@three.example>\r\n",
    "MAIL FROM:<a@example>\r\nRCPT TO:<b@example>\r\nBURL imap:one\r\nBDAT 6 LAST\r\n",
    "BDAT 2\r\nx\rBURL imap:two\r\n",
    "BURL imap:one\r\n",
    "BURL imap:one LAST\r\n",
    "BURL one LAST\r\n",
    "XCLIENT NAME=a LOGIN=b\r\n",
    "XCLIENT LOGIN=[UNAVAILABLE]\r\nEHLO client.example\r\n",
    "XCLIENT IDENT=1\r\n",
    "XFORWARD NAME=a IDENT=1\r\n",
    "XLOOK around\r\n",
    "ATRN example.org\r\n",
    "AUTH PLAIN AGEAYg==\r\nATRN\r\n",
    "AUTH PLAIN\r\n",
    "AUTH PLAIN AGEAYg==\r\n",
    "AGEAYg==\r\n",
    "*\r\n",
    "\r\n",
    "\r",
    "\n",
    "XYZZY",
];

/// What a server may have besides.
const MORE: [Extension; 10] = [
    Extension::Vrfy,
    Extension::Expn,
    Extension::Help,
    Extension::Etrn,
    Extension::Limits,
    Extension::Burl,
    Extension::Checkpoint,
    Extension::XClient,
    Extension::XForward,
    Extension::Atrn,
];

/// With and without limits that are soon reached.
fn config() -> impl Strategy<Value = Config> {
    let protocol =
        prop_oneof![Just(Protocol::Smtp), Just(Protocol::Submission), Just(Protocol::Lmtp)];
    let newlines =
        prop_oneof![Just(Newlines::Reject), Just(Newlines::Keep), Just(Newlines::Normalize)];
    let flags = any::<[bool; 6]>();
    (protocol, newlines, flags).prop_map(|(protocol, newlines, flags)| {
        let [small, all, auth, clear, require_auth, starttls] = flags;
        let mut config = Config::new("mx.example".parse().unwrap());
        config.protocol = protocol;
        config.newlines = newlines;
        if all {
            config.extensions.extend(MORE);
            config.private.push(Private {
                line: Text::lossy("X-HOUSE"),
                mail: vec!["XHOUSE".into()],
                rcpt: vec!["XROOM".into()],
                verbs: vec!["XLOOK".into()],
            });
        }
        if auth {
            config.mechanisms = vec![Mechanism::parse("PLAIN".into()).unwrap()];
        }
        config.auth_without_tls = clear;
        config.timeouts.body = Duration::from_secs(700);
        config.require_auth = auth && require_auth;
        config.starttls = starttls;
        if small {
            config.limits = ServerLimits {
                command_line: 80,
                auth_line: 60,
                reply_text: 30,
                body_line: 20,
                message: 60,
                recipients: 2,
                recipient_domains: 2,
                transactions: 3,
                errors: 8,
                useless: 6,
                rejections: 6,
                auth_attempts: 3,
                ..ServerLimits::default()
            };
        } else {
            config.limits.errors = 1000;
        }
        config
    })
}

/// Answers the questions, each in a way that depends only on how many there were before.
struct User {
    random: Random,
    may_refuse_body: bool,
    /// Refuse the next message while it comes.
    refuse_body: bool,
    /// What reached us of a message that may be refused yet. How much that is before a refusal
    /// depends on the cuts.
    body: Vec<u8>,
    events: Vec<String>,
}

impl User {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            may_refuse_body: true,
            refuse_body: false,
            body: Vec::new(),
            events: Vec::new(),
        }
    }

    fn event(&mut self, server: &mut Server, event: &Event) {
        if let Event::Body(piece) = event {
            assert!(!piece.is_empty());
            self.body.extend_from_slice(piece);
            if std::mem::take(&mut self.refuse_body) {
                server.reject(Refusal::policy(Text::lossy("not these words"))).unwrap();
            }
            return;
        }
        match event {
            Event::Deliver { octets, .. } => {
                assert_eq!(*octets, self.body.len() as u64);
                self.events.push(format!("{:?}", String::from_utf8_lossy(&self.body)));
            }
            // What comes before it is before it, however it was cut.
            Event::Burl { .. } => self.events.push(format!("{:?}", self.body.escape_ascii())),
            Event::Mail { .. } => self.body.clear(),
            _ => {}
        }
        self.events.push(format!("{event:?}"));
        if event.is_question() {
            self.answer(server, event);
            assert!(server.accept().is_err(), "one answer is enough");
        }
    }

    fn answer(&mut self, server: &mut Server, event: &Event) {
        let choice = self.random.number() % 24;
        if let Event::Message(_) = event {
            self.refuse_body = self.may_refuse_body && choice == 0;
        }
        let auth = matches!(event, Event::Auth { .. } | Event::AuthResponse(_));
        match choice {
            1 | 2 => server.reject(Refusal::no_such_user()).unwrap(),
            3 => server.reject(Refusal::try_later()).unwrap(),
            4 if self.random.number().is_multiple_of(4) => {
                server.reject(Refusal::unavailable()).unwrap();
            }
            5 => server.accept_with(&[Text::lossy("ja, natürlich"), Text::lossy("")]).unwrap(),
            6..=12 if auth => server.challenge(b"go on").unwrap(),
            13..=18 if server.resume(choice, 2).is_ok() => {}
            _ => server.accept().unwrap(),
        }
    }
}

fn run(config: &Config, input: &[u8], cuts: &[usize], seed: u64, end: bool) -> Trace {
    let mut rig = Rig::new(Server::new(config.clone()), Writes::Random, seed);
    let mut user = User::new(seed);
    // How much of a message is there when it is refused, and whether that is not too late, depends
    // on the cuts.
    user.may_refuse_body = false;
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
    fn server_does_not_see_the_cuts(
        mut config in config(),
        input in input(SENSE),
        one in cuts(),
        other in cuts(),
        seed in any::<u64>(),
        end in any::<bool>(),
    ) {
        // What comes together with STARTTLS is an attack, what comes after it a handshake; the same with
        // ATRN and another conversation.
        config.starttls = false;
        config.extensions.retain(|extension| *extension != Extension::Atrn);
        let one = run(&config, &input, &one, seed, end);
        let other = run(&config, &input, &other, seed, end);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn server_keeps_its_promises_while_time_passes(
        config in config(),
        input in input(SENSE),
        starttls in any::<bool>(),
        cuts in cuts(),
        seed in any::<u64>(),
        waits in proptest::collection::vec(0..400_u64, 1..40),
    ) {
        let start = if starttls { &b"EHLO client.example\r\nSTARTTLS\r\n"[..] } else { b"" };
        let mut rig = Rig::new(Server::new(config), Writes::Random, seed);
        let mut user = User::new(seed);
        let mut pieces = pieces(&[start, &input].concat(), &cuts).into_iter();
        let mut waits = waits.iter().cycle();
        let mut rest: Vec<u8> = Vec::new();
        let mut closed = false;
        loop {
            match rig.next().unwrap() {
                Next::Event(event) => {
                    prop_assert!(!closed, "{:?} after the last event", event);
                    closed = matches!(event, Event::Closed(_) | Event::Turned);
                    user.event(&mut rig.machine, &event);
                }
                Next::Turn | Next::Done => break,
                Next::Upgrade if rest.is_empty() && waits.next() != Some(&0) => {
                    rig.machine.upgraded(Tls::default());
                }
                Next::Upgrade => rig.pass(Duration::from_secs(7)).unwrap(),
                Next::Idle(wait) => {
                    if rest.is_empty() {
                        rest = pieces.next().unwrap_or_default();
                    }
                    let time = waits.next().unwrap().clamp(&1, &320);
                    if !rest.is_empty() && wait.read && *time < 200 {
                        let fed = rig.feed(&rest);
                        rest.drain(..fed);
                    } else {
                        rig.pass(Duration::from_secs(*time)).unwrap();
                    }
                }
            }
        }
        prop_assert!(closed, "done without a last event");
        rig.next().unwrap();
    }

}

proptest! {
    #![proptest_config(crate::cases(60))]

    /// A client that sends and does not read: nothing piles up, and it is over some time.
    #[test]
    fn server_bears_a_client_that_does_not_read(
        config in config(),
        input in input(SENSE),
        cuts in cuts(),
        seed in any::<u64>(),
    ) {
        let mut rig = Rig::new(Server::new(config), Writes::All, seed);
        let mut user = User::new(seed);
        let flood = [b"EHLO client.example\r\n".to_vec(), input].concat().repeat(40);
        let mut pieces = pieces(&flood, &cuts).into_iter();
        let mut rest: Vec<u8> = Vec::new();
        let mut most = 0;
        loop {
            match rig.poll().unwrap() {
                smtp_proto::Step::Event(event) => user.event(&mut rig.machine, &event),
                smtp_proto::Step::Turn | smtp_proto::Step::Done => break,
                smtp_proto::Step::Upgrade { .. } => rig.machine.upgraded(Tls::default()),
                smtp_proto::Step::Unanswered => unreachable!("all is answered"),
                smtp_proto::Step::Wait(wait) => {
                    if rest.is_empty() {
                        rest = pieces.next().unwrap_or_default();
                    }
                    if !rest.is_empty() && wait.read {
                        let fed = rig.feed(&rest);
                        rest.drain(..fed);
                    } else {
                        rig.pass(wait.until.unwrap().saturating_sub(rig.now)).unwrap();
                    }
                }
            }
            most = most.max(rig.machine.outbox().len());
        }
        prop_assert!(most <= 32 << 10, "{} octets in the outbox", most);
    }
}
