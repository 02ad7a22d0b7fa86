//! The server, against any octets, however they come, and any application.

use std::sync::Arc;

use smtp_proto::body::Newlines;
use smtp_proto::error::{Fault, Misuse};
use smtp_proto::server::{Config, Event, Private, Refusal, Server, Transfer};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::{AttributeName, Mechanism};
use smtp_proto::syntax::params::TransId;
use smtp_proto::syntax::reply::{Code, EnhancedCode};
use smtp_proto::syntax::text::Text;
use smtp_proto::{Machine, Step, Tls};

use crate::contract::Stage;
use crate::tape::{Input, Tape};
use crate::wire::Replies;

/// No conversation of a fuzzer's length takes so many steps.
const STEPS: usize = 100_000;

/// After so many steps no more pranks are played.
const PATIENCE: usize = 1000;

/// Octets of replies that wait to be written at most.
const OUTBOX: usize = 64 << 10;

/// How the octets come.
enum Moves<'a> {
    Whole,
    Pieces(Tape<'a>),
    /// Time moves too, the application shuts down, the stream breaks.
    Anyhow(Tape<'a>),
}

pub fn check(data: &[u8]) {
    let Some(mut input) = Input::new(data) else { return };
    let implicit_tls = input.config.rarely();
    let config = Arc::new(config(&mut input.config));
    let run = |moves| {
        let mut server = Server::new(Arc::clone(&config));
        if implicit_tls {
            server.upgraded(Tls::default());
        }
        Run::new(server, input.octets, input.answers.clone()).finish(moves)
    };
    run(Moves::Anyhow(input.moves.clone()));
    // What stands behind STARTTLS in the same segment came in the clear, and what stands behind ATRN is
    // for another conversation: there a cut matters.
    if !config.starttls && !config.offers(Extension::Atrn) {
        let whole = run(Moves::Whole);
        let pieces = run(Moves::Pieces(input.moves.clone()));
        assert_eq!(whole.events, pieces.events, "the events depend on the cuts");
        assert!(whole.output == pieces.output, "the output depends on the cuts");
    }
}

fn config(tape: &mut Tape<'_>) -> Config {
    let mut config = Config::new("mx.example.org".parse().expect("a domain"));
    config.protocol = [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp][tape.pick(3)];
    config.newlines = [Newlines::Reject, Newlines::Keep, Newlines::Normalize][tape.pick(3)];
    config.extensions.extend([Extension::Vrfy, Extension::Expn, Extension::Help, Extension::Etrn]);
    retain(&mut config.extensions, tape.number());
    let flags = tape.number();
    config.starttls = flags & 1 != 0;
    config.require_tls = flags & 2 != 0;
    config.auth_without_tls = flags & 4 == 0;
    config.require_auth = flags & 8 != 0;
    if flags & 16 == 0 {
        config.mechanisms =
            ["PLAIN", "LOGIN"].map(|name| Mechanism::parse(name.into()).unwrap()).into();
    }
    if tape.rarely() {
        let limits = &mut config.limits;
        limits.command_line = 64 + tape.number();
        limits.auth_line = 64 + tape.number();
        limits.reply_text = 16 + tape.number();
        limits.body_line = 8 + tape.number();
        limits.message = 16 + tape.number() as u64;
        limits.discard = 64 + tape.number() as u64;
        limits.recipients = 1 + tape.pick(4);
        limits.recipient_domains = 1 + tape.pick(4);
        limits.transactions = 1 + tape.pick(4) as u32;
        limits.errors = 1 + tape.pick(8) as u32;
        limits.useless = 1 + tape.pick(8) as u32;
        limits.rejections = 1 + tape.pick(8) as u32;
        limits.auth_attempts = 1 + tape.pick(4) as u32;
    }
    let mut more = MORE.to_vec();
    retain(&mut more, tape.number());
    config.extensions.extend(more);
    if tape.rarely() {
        config.extensions.push(Extension::Atrn);
    }
    if tape.pick(4) == 0 {
        config.private.push(Private {
            line: Text::lossy("X-HOUSE"),
            mail: vec!["XHOUSE".into()],
            rcpt: vec!["XROOM".into()],
            verbs: vec!["XLOOK".into(), "TURN".into()],
        });
        config.offers.xclient = [AttributeName::Name, AttributeName::Login].into_iter().collect();
    }
    config
}

/// What else there may be.
const MORE: [Extension; 5] = [
    Extension::Burl,
    Extension::Checkpoint,
    Extension::XClient,
    Extension::XForward,
    Extension::Limits,
];

/// Without those whose bit is set.
fn retain(extensions: &mut Vec<Extension>, missing: usize) {
    let mut bit = 0;
    extensions.retain(|_| {
        bit += 1;
        missing & (1 << (bit - 1)) == 0
    });
}

/// What an application has seen at the end.
struct Log {
    /// Without bodies: where they are cut depends on the cuts.
    events: Vec<Event>,
    output: Vec<u8>,
}

/// One conversation, and what the application knows of it.
struct Run<'a> {
    stage: Stage<'a, Server>,
    octets: &'a [u8],
    answers: Tape<'a>,
    events: Vec<Event>,
    /// MAIL was accepted, and the end of it not told yet.
    live: bool,
    recipients: usize,
    /// MAIL was answered with 355: so many recipients are known.
    resumed: Option<usize>,
    /// Content comes.
    transfer: Option<Transfer>,
    body: Vec<u8>,
    /// LMTP: the recipient to be asked about next.
    answered: usize,
    /// Replies there may be beyond one for each line.
    extra_replies: usize,
    closed: bool,
}

impl<'a> Run<'a> {
    fn new(server: Server, octets: &'a [u8], answers: Tape<'a>) -> Self {
        Self {
            stage: Stage::new(server, octets, OUTBOX),
            octets,
            answers,
            events: Vec::new(),
            live: false,
            recipients: 0,
            resumed: None,
            transfer: None,
            body: Vec::new(),
            answered: 0,
            extra_replies: 2, // the greeting, and a 421
            closed: false,
        }
    }

    fn finish(mut self, mut moves: Moves<'_>) -> Log {
        let mut broken = false;
        for steps in 0.. {
            assert!(steps < STEPS, "it does not come to an end");
            match self.stage.poll(Event::is_question) {
                Step::Event(event) => {
                    self.event(event, matches!(moves, Moves::Anyhow(_)));
                }
                Step::Wait(wait) => match &mut moves {
                    Moves::Whole => self.stage.move_all(wait),
                    Moves::Pieces(tape) => self.stage.move_in_pieces(wait, tape),
                    Moves::Anyhow(_) if steps > PATIENCE => self.stage.move_all(wait),
                    Moves::Anyhow(tape) => {
                        if tape.pick(256) == 255 {
                            self.stage.machine.shutdown();
                        }
                        self.stage.move_on(wait, tape);
                    }
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
        broken |= self.stage.machine.outbox().is_closed();
        if !broken {
            assert!(self.closed, "Done without Closed");
            let _ = self.stage.poll(Event::is_question);
        }
        let mut replies = Replies::default();
        replies.push(&self.stage.output);
        if !broken {
            replies.finish();
        }
        let lines = self.used().iter().filter(|octet| **octet == b'\n').count();
        assert!(replies.codes.len() <= lines + self.extra_replies, "more replies than commands");
        Log { events: self.events, output: self.stage.output }
    }

    /// The octets that the machine has used.
    fn used(&mut self) -> &'a [u8] {
        let used = self.stage.read - self.stage.machine.inbox().len();
        &self.octets[..used]
    }

    fn event(&mut self, event: Event, anyhow: bool) {
        assert!(!self.closed, "{event:?} after Closed");
        self.watch(&event);
        if event.is_question() {
            let accepted = self.answer(&event);
            self.settle(&event, accepted);
        }
        if let Event::Body(_) = event {
            if anyhow && self.answers.rarely() {
                self.stage.machine.reject(Refusal::storage()).expect("content may be refused");
            }
        } else {
            self.events.push(event);
        }
    }

    /// What must hold when an event comes.
    fn watch(&mut self, event: &Event) {
        match event {
            Event::Mail { .. } => assert!(!self.live, "MAIL within a transaction"),
            Event::Rcpt { .. } => assert!(self.live, "RCPT without MAIL"),
            Event::Message(transfer) => {
                assert!(self.live && self.recipients > 0, "content for nobody");
                self.transfer = Some(*transfer);
                self.body.clear();
                self.answered = 0;
            }
            Event::Body(piece) => {
                assert!(self.live && self.transfer.is_some() && !piece.is_empty());
                self.body.extend_from_slice(piece);
            }
            Event::Burl { .. } => {
                assert!(
                    self.live && self.transfer == Some(Transfer::Chunked),
                    "BURL of no message"
                );
                let config = self.stage.machine.config();
                assert!(config.offers(Extension::Burl) && config.protocol == Protocol::Submission);
            }
            Event::Atrn { .. } => assert!(!self.live && self.stage.machine.is_authenticated()),
            Event::XClient(attributes) | Event::XForward(attributes) => {
                assert!(!self.live, "{event:?} in a transaction");
                let offers = &self.stage.machine.config().offers;
                let xclient = matches!(event, Event::XClient(_));
                let mut names = attributes.iter().map(|attribute| attribute.name());
                assert!(names.all(|name| match xclient {
                    true => offers.xclient.has(name),
                    false => offers.xforward.has(name),
                }));
            }
            Event::Private { verb, .. } => {
                assert!(["XLOOK", "TURN"].iter().any(|known| verb.eq_ignore_ascii_case(known)));
            }
            Event::Deliver { recipient, octets } => {
                assert!(self.live && self.transfer.is_some());
                assert_eq!(*octets, self.body.len() as u64);
                let lmtp = self.stage.machine.config().protocol == Protocol::Lmtp;
                assert_eq!(*recipient, lmtp.then_some(self.answered));
                if self.transfer == Some(Transfer::Data) {
                    assert!(self.used().ends_with(b"\r\n.\r\n"), "delivered before the end");
                }
                self.extra_replies += usize::from(lmtp);
            }
            Event::Aborted(_) => {
                assert!(self.live, "nothing to be aborted");
                self.live = false;
                self.transfer = None;
                // In LMTP a refused message is refused once for each recipient.
                self.extra_replies += self.recipients;
            }
            // Answered before its end has come.
            Event::Fault(Fault::LineTooLong { .. }) => self.extra_replies += 1,
            Event::Closed(_) | Event::Turned => {
                assert!(!self.live, "the end of a transaction was not told");
                self.closed = true;
            }
            _ => {}
        }
    }

    /// What the answer means to the application.
    fn settle(&mut self, event: &Event, accepted: bool) {
        match event {
            Event::Mail { .. } => {
                (self.live, self.recipients) = (accepted, self.resumed.take().unwrap_or(0));
            }
            Event::Rcpt { .. } => self.recipients += usize::from(accepted),
            Event::Message(_) if !accepted => self.transfer = None,
            Event::Deliver { recipient, .. } => {
                self.answered += 1;
                if recipient.is_none() || self.answered == self.recipients {
                    self.live = false;
                    self.transfer = None;
                }
            }
            _ => {}
        }
    }

    /// Answers a question, and says whether with yes.
    fn answer(&mut self, event: &Event) -> bool {
        let server = &mut self.stage.machine;
        if let Event::Mail { params, .. } = event {
            if !params.has::<TransId>() {
                assert!(server.resume(1, 1).is_err(), "there is nothing to go on with");
            } else if self.answers.pick(4) < 3 {
                let (offset, recipients) = (self.answers.number() as u64, self.answers.pick(4));
                assert_eq!(server.resume(offset, recipients).is_ok(), recipients > 0);
                if recipients > 0 {
                    self.resumed = Some(recipients);
                    self.after_answer();
                    return true;
                }
            }
        }
        let long = || Text::lossy(&"a long tale ".repeat(100));
        let refusal = match self.answers.pick(16) {
            // PLAIN and LOGIN as they are meant to go.
            0 if matches!(event, Event::Auth { initial: None, .. }) => {
                server.challenge(b"User Name").expect("a challenge fits");
                self.stage.answered();
                return true;
            }
            n @ 8..=9 => {
                let texts = [long(), Text::lossy("fine"), long()];
                server.accept_with(&texts[n - 8..]).expect("a question is open");
                self.after_answer();
                return true;
            }
            10 => Some(Refusal::policy(Text::lossy("ni\u{e4}t"))),
            11 => Some(Refusal::try_later()),
            12 => Some(Refusal::unavailable()),
            13 => Some(Refusal::policy(long())),
            14 if server.challenge(b"what?").is_ok() => {
                self.stage.answered();
                return true;
            }
            15 => {
                let code = Code::new(251).expect("a code");
                let enhanced = EnhancedCode::positive(1, 5);
                if server.accept_as(code, enhanced, &[long()]).is_err() {
                    server.accept().expect("nothing has changed");
                }
                self.after_answer();
                return true;
            }
            _ => None,
        };
        let accepted = refusal.is_none();
        match refusal {
            Some(refusal) => server.reject(refusal),
            None => server.accept(),
        }
        .expect("a question is open");
        self.after_answer();
        accepted
    }

    /// There is no second answer.
    fn after_answer(&mut self) {
        self.stage.answered();
        let server = &mut self.stage.machine;
        assert_eq!(server.accept(), Err(Misuse::NoQuestion));
        assert_eq!(server.challenge(b""), Err(Misuse::NoQuestion));
    }
}
