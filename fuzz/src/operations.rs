//! A server, and operations in any order: what the peer says, when its octets come, when replies go
//! out, when the application answers and what, time, a shutdown, the end of the stream.
//!
//! Unlike in `server` a question may stay open while everything else goes on, and the peer is one that
//! keeps to the protocol, so that each reply can be told to belong to one command: there is one for
//! each, in order, and no 2yz but by the application's yes.

use std::sync::Arc;
use std::time::Duration;

use arbitrary::Arbitrary;
use smtp_proto::server::{Config, Event, Refusal, Server};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::reply::{Class, Reply, ReplyParser};
use smtp_proto::syntax::text::Text;
use smtp_proto::{Machine, Step};

use crate::contract::Stage;
use crate::wire;

/// Octets of replies that wait to be written at most.
const OUTBOX: usize = 64 << 10;

/// More steps than it takes to finish whatever was begun.
const STEPS: usize = 20_000;

/// What follows every DATA: one dot more than is content.
const CONTENT: &[u8] = b"a line\r\n..a dot\r\n";

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Say(Line),
    /// So many octets and one arrive.
    Read(u8),
    /// So many octets and one leave.
    Write(u8),
    Yes,
    No,
    /// So many milliseconds pass.
    Wait(u16),
    /// Time passes up to the deadline, if there is one.
    Deadline,
    Shutdown,
    /// The peer will say nothing more.
    Close,
    /// Nothing more can be written.
    Break,
}

/// What the peer says. Each line has a number in it by which its reply is known.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Hello,
    Mail,
    Rcpt,
    Verify,
    Noop,
    Rset,
    Data,
    /// So many octets, and whether it is the last chunk.
    Bdat(u8, bool),
    Unknown,
    Quit,
}

#[derive(Arbitrary, Debug)]
pub struct Case {
    lmtp: bool,
    operations: Vec<Operation>,
}

impl Case {
    pub fn check(&self) {
        let mut config = Config::new("mx.example.org".parse().expect("a domain"));
        config.protocol = if self.lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        config.extensions.push(smtp_proto::syntax::capability::Extension::Vrfy);
        let server = Server::new(Arc::new(config));
        let mut run = Run {
            stage: Stage::new(server, b"", OUTBOX),
            wire: Vec::new(),
            sent: 0,
            said: Vec::new(),
            question: None,
            yes: Vec::new(),
            deliveries: 0,
            recipients: 0,
            live: false,
            content: Content::None,
            lmtp: self.lmtp,
            closed: false,
        };
        for operation in &self.operations {
            run.operate(*operation);
            run.advance();
        }
        run.finish();
        run.judge();
    }
}

/// Whether the next thing the peer says is a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    None,
    /// DATA was said; nothing may follow before its reply.
    Asked,
    /// 354 was said.
    Wanted,
}

struct Run<'a> {
    stage: Stage<'a, Server>,
    /// Everything that the peer has said, and how much of it has arrived.
    wire: Vec<u8>,
    sent: usize,
    said: Vec<Line>,
    question: Option<Event>,
    /// What the application said yes to: the number of the command, or of the delivery.
    yes: Vec<String>,
    deliveries: usize,
    /// Accepted in this transaction.
    recipients: usize,
    live: bool,
    content: Content,
    lmtp: bool,
    closed: bool,
}

impl Run<'_> {
    fn operate(&mut self, operation: Operation) {
        match operation {
            Operation::Say(line) => self.say(line),
            Operation::Read(most) => self.read(1 + usize::from(most)),
            Operation::Write(most) => self.stage.write(1 + usize::from(most)),
            Operation::Yes => self.answer(true),
            Operation::No => self.answer(false),
            Operation::Wait(time) => self.stage.now += Duration::from_millis(time.into()),
            Operation::Deadline => match self.stage.poll(Event::is_question) {
                Step::Wait(wait) => {
                    self.stage.now = wait.until.unwrap_or_default().max(self.stage.now);
                }
                Step::Event(event) => self.hear(event),
                _ => {}
            },
            Operation::Shutdown => self.stage.machine.shutdown(),
            Operation::Close => self.stage.machine.inbox().close(),
            Operation::Break => self.stage.machine.outbox().close(),
        }
    }

    fn say(&mut self, line: Line) {
        if self.content == Content::Asked {
            return;
        }
        if self.content == Content::Wanted {
            // Whatever it was to say, it is content now.
            self.wire.extend_from_slice(CONTENT);
            self.wire.extend_from_slice(b".\r\n");
            self.content = Content::None;
            return;
        }
        // The last chunk in LMTP has as many replies as there are recipients, none for nobody (RFC 2033
        // section 4.3): which is whose can't be told then.
        let line = match line {
            Line::Bdat(size, last) => Line::Bdat(size, last && !self.lmtp),
            line => line,
        };
        let number = self.said.len();
        let text = match line {
            Line::Hello if self.lmtp => format!("LHLO n{number}.example"),
            Line::Hello => format!("EHLO n{number}.example"),
            Line::Mail => format!("MAIL FROM:<n{number}@a.example>"),
            Line::Rcpt => format!("RCPT TO:<n{number}@b.example>"),
            Line::Verify => format!("VRFY n{number}@b.example"),
            Line::Noop => "NOOP".to_owned(),
            Line::Rset => "RSET".to_owned(),
            Line::Data => "DATA".to_owned(),
            Line::Bdat(size, last) => format!("BDAT {size}{}", if last { " LAST" } else { "" }),
            Line::Unknown => "FROBNICATE".to_owned(),
            Line::Quit => "QUIT".to_owned(),
        };
        self.wire.extend_from_slice(text.as_bytes());
        self.wire.extend_from_slice(b"\r\n");
        match line {
            // What stands in the chunk would be commands, were it not counted.
            Line::Bdat(size, _) => {
                let chunk = b"QUIT\r\n".iter().cycle().take(size.into());
                self.wire.extend(chunk);
            }
            Line::Data => self.content = Content::Asked,
            _ => {}
        }
        self.said.push(line);
    }

    fn read(&mut self, most: usize) {
        let waiting = &self.wire[self.sent..];
        let count = waiting.len().min(most);
        if count > 0 && !self.stage.machine.inbox().is_closed() {
            self.sent += self.stage.feed(&waiting[..count]);
        }
    }

    /// Goes on until there is a question or nothing to do.
    fn advance(&mut self) {
        for _ in 0..STEPS {
            match self.stage.poll(Event::is_question) {
                Step::Event(event) => self.hear(event),
                Step::Unanswered => {
                    assert!(self.question.is_some());
                    return;
                }
                Step::Wait(_) | Step::Done => {
                    assert!(self.question.is_none(), "a question is open");
                    break;
                }
                step => panic!("{step:?} was not offered"),
            }
        }
        // A peer that waits knows by the reply whether content is wanted.
        if self.content == Content::Asked && self.stage.machine.outbox().is_empty() {
            let replies = self.replies();
            if let Some(last) = replies.last().filter(|_| self.sent == self.wire.len()) {
                let wanted = last.code().as_u16() == 354;
                self.content = if wanted { Content::Wanted } else { Content::None };
            }
        }
    }

    fn hear(&mut self, event: Event) {
        assert!(!self.closed, "{event:?} after Closed");
        match &event {
            Event::Mail { .. } => assert!(!self.live, "MAIL within a transaction"),
            Event::Rcpt { .. } | Event::Message(_) | Event::Body(_) => assert!(self.live),
            Event::Deliver { octets, .. } => {
                assert!(self.live);
                self.deliveries += 1;
                let chunks = self.said.iter().map(|line| match line {
                    Line::Bdat(size, _) => u64::from(*size),
                    _ => 0,
                });
                let whole = CONTENT.len() as u64 - 1;
                assert!(*octets == whole || *octets <= chunks.sum(), "{octets} octets");
            }
            Event::Aborted(_) => self.live = false,
            Event::Closed(_) => self.closed = true,
            _ => {}
        }
        if event.is_question() {
            self.question = Some(event);
        }
    }

    /// Answers the open question with a text that says which it was.
    fn answer(&mut self, yes: bool) {
        let Some(event) = self.question.take() else {
            assert!(self.stage.machine.accept().is_err(), "nothing is asked");
            return;
        };
        let name = match &event {
            Event::Connected => "greeting".to_owned(),
            Event::Hello { name, .. } => number(name.as_str()),
            Event::Mail { from, .. } => number(&from.to_string()),
            Event::Rcpt { to, .. } => number(&to.to_string()),
            Event::Verify { query, .. } => number(query),
            Event::Deliver { .. } => format!("d{}", self.deliveries),
            Event::Message(_) => "message".to_owned(),
            other => panic!("{other:?} was not offered"),
        };
        let server = &mut self.stage.machine;
        if yes {
            let text = Text::lossy(&format!("yes {name}."));
            server.accept_with(&[text]).expect("a question is open");
            self.yes.push(name);
        } else {
            let text = Text::lossy(&format!("no {name}."));
            server.reject(Refusal::policy(text)).expect("a question is open");
        }
        self.stage.answered();
        match event {
            Event::Mail { .. } => (self.live, self.recipients) = (yes, 0),
            Event::Rcpt { .. } => self.recipients += usize::from(yes),
            // In LMTP each recipient is asked for (RFC 2033 section 4.2).
            Event::Deliver { recipient: Some(number), .. } => {
                self.live = number + 1 < self.recipients;
            }
            Event::Deliver { recipient: None, .. } => self.live = false,
            _ => {}
        }
    }

    /// The peer says no more and closes; whatever is open is answered.
    fn finish(&mut self) {
        for _ in 0..STEPS {
            self.advance();
            if self.question.is_some() {
                self.answer(true);
                continue;
            }
            match self.stage.poll(Event::is_question) {
                Step::Done => {
                    assert!(self.closed, "Done without Closed");
                    return;
                }
                Step::Wait(wait) if wait.write => self.stage.write(usize::MAX),
                Step::Wait(wait) if wait.read && self.sent < self.wire.len() => {
                    self.read(usize::MAX);
                }
                Step::Wait(wait) if wait.read => self.stage.machine.inbox().close(),
                Step::Wait(wait) => self.stage.now = wait.until.expect("something is waited for"),
                _ => {}
            }
        }
        panic!("it does not come to an end");
    }

    fn replies(&self) -> Vec<Reply> {
        let mut parser = ReplyParser::default();
        let output = &self.stage.output;
        let whole = output.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
        let lines = wire::lines(&output[..whole]);
        lines.filter_map(|line| parser.push(line).expect("a reply")).collect()
    }

    /// One reply for each command, in order, and no yes but the application's.
    fn judge(&mut self) {
        if self.stage.machine.outbox().is_closed() {
            return; // the last reply may be cut off
        }
        let replies = self.replies();
        let mut replies = replies.iter().peekable();
        let Some(greeting) = replies.next() else { return };
        assert!(!greeting.is_positive() || self.said_yes("greeting", greeting));
        for (number, line) in self.said.iter().enumerate() {
            let Some(reply) = replies.next() else {
                assert!(self.closed, "no reply to {line:?}");
                return;
            };
            self.fits(number, *line, reply);
            // In LMTP there is one for each recipient, and content has one of its own.
            let ends = matches!(line, Line::Bdat(_, true)) || reply.is_intermediate();
            while ends
                && replies.peek().is_some_and(|next| {
                    let own = next.text().contains("yes d") || next.text().contains("no d");
                    own && (self.lmtp || reply.is_intermediate())
                })
            {
                let next = replies.next();
                assert!(next.is_none_or(|next| !next.is_positive() || self.delivered(next)));
            }
            if reply.is_intermediate()
                && replies.peek().is_some_and(|next| next.class() == Class::Permanent)
                && self.said.get(number + 1).is_none()
            {
                replies.next(); // the content was refused before its end
            }
        }
        // And one that nobody asked for.
        let rest: Vec<_> = replies.collect();
        assert!(rest.len() <= 1 && rest.iter().all(|reply| !reply.is_positive()), "{rest:?}");
    }

    /// Whether a reply can be the one to this command.
    fn fits(&self, number: usize, line: Line, reply: &Reply) {
        let code = reply.code().as_u16();
        let by_name = || self.said_yes(&format!("n{number}"), reply);
        let fits = match line {
            _ if code == 421 => true,
            Line::Hello | Line::Mail | Line::Rcpt | Line::Verify if reply.is_positive() => {
                by_name()
            }
            Line::Noop | Line::Rset => code == 250 || !reply.is_positive(),
            Line::Quit => code == 221,
            Line::Data => !reply.is_positive(),
            Line::Bdat(_, true) if reply.is_positive() => self.delivered(reply),
            Line::Unknown => reply.is_permanent(),
            _ => true,
        };
        assert!(fits, "{line:?} number {number}: {reply}");
        let text = reply.text();
        if let Some(named) = text.strip_prefix("no n").or_else(|| text.strip_prefix("yes n")) {
            assert_eq!(named.split('.').next(), Some(&*number.to_string()), "{line:?}: {reply}");
        }
    }

    fn said_yes(&self, name: &str, reply: &Reply) -> bool {
        let text = reply.text();
        self.yes.iter().any(|yes| yes == name) && text.contains(&format!("yes {name}."))
    }

    fn delivered(&self, reply: &Reply) -> bool {
        let text = reply.text();
        let name = text.strip_prefix("yes ").and_then(|name| name.split('.').next());
        name.is_some_and(|name| self.yes.iter().any(|yes| yes == name))
    }
}

/// The name of a command: `n` and its number.
fn number(text: &str) -> String {
    let digits = text.trim_start_matches(['<', 'n']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    format!("n{}", &digits[..end])
}
