//! Scripts: what each side does, line by line.
//!
//! ```text
//! S: 220 mx.example        the server sends a line
//! s: 220 mx\n              the server sends octets
//! X:                       the server closes the connection
//! C: EHLO client.example   the client sends this line next
//! E: ready                 the client tells or asks this next
//! A: send 3                the caller answers
//! T: 60                    so many seconds pass
//! W:                       the client waits, and there is neither more output nor another event
//! D:                       the client is done
//! U:                       the client wants the TLS handshake, and gets it
//! ```

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::{Buf, Bytes};

use super::{CUTS, envelope, show};
use crate::client::{Client, Config, Event};
use crate::machine::{Machine, Step, Time, Tls};
use crate::syntax::address::ForwardPath;

pub(super) struct Rig {
    pub(super) client: Client,
    pub(super) now: Time,
    cut: usize,
    wire: VecDeque<u8>,
    closing: bool,
    pub(super) output: Vec<u8>,
    /// How much the server takes at a time.
    pub(super) takes: usize,
    pub(super) most_queued: usize,
    events: VecDeque<Event>,
    /// What stopped the last run.
    stopped: Step<Event>,
}

/// Plays a script with replies cut in every way.
pub(super) fn play(config: &Config, script: &str) {
    for cut in CUTS {
        Rig::new(config.clone(), cut).play(script);
    }
}

/// What a server that takes everything says first, and the client's part of it.
pub(super) fn opening(capabilities: &str) -> String {
    let mut script = String::from("S: 220 mx\nE: greeted 220\nC: EHLO client.example\n");
    let all: Vec<_> = capabilities.split(',').filter(|c| !c.is_empty()).collect();
    let keywords: Vec<_> = all.iter().map(|c| c.split(' ').next().unwrap()).collect();
    script += if all.is_empty() { "S: 250 mx\n" } else { "S: 250-mx\n" };
    for (i, capability) in all.iter().enumerate() {
        let last = i + 1 == all.len();
        script = script + if last { "S: 250 " } else { "S: 250-" } + capability + "\n";
    }
    script += format!("E: hello 250 {}", keywords.join(" ")).trim_end();
    script + "\nE: ready\n"
}

impl Rig {
    pub(super) fn new(config: Config, cut: usize) -> Self {
        Self {
            client: Client::new(config),
            now: Time::ZERO,
            cut,
            wire: VecDeque::new(),
            closing: false,
            output: Vec::new(),
            takes: usize::MAX,
            most_queued: 0,
            events: VecDeque::new(),
            stopped: Step::Unanswered,
        }
    }

    pub(super) fn play(&mut self, script: &str) {
        for (number, line) in script.lines().map(str::trim).enumerate() {
            let Some((who, what)) = line.split_once(':') else { continue };
            let what = what.strip_prefix(' ').unwrap_or(what);
            let place = format!("line {}: {line} (cut {})", number + 1, self.cut);
            match who {
                "S" => self.wire.extend(format!("{}\r\n", unescape(what)).bytes()),
                "s" => self.wire.extend(unescape(what).bytes()),
                "X" => self.closing = true,
                "T" => self.now += Duration::from_secs(what.parse().unwrap()),
                "C" => assert_eq!(self.line(), what, "{place}"),
                "E" => assert_eq!(self.event(), what, "{place}"),
                "A" => self.answer(what, &place),
                "U" => self.upgrade(&place),
                "W" | "D" => {
                    self.run();
                    assert!(self.events.is_empty(), "{place}: {}", self.told());
                    assert_eq!(self.output.escape_ascii().to_string(), "", "{place}");
                    match &self.stopped {
                        Step::Wait(_) => assert_eq!(who, "W", "{place}"),
                        Step::Done => assert_eq!(who, "D", "{place}"),
                        other => panic!("{place}: {other:?}"),
                    }
                }
                _ => {}
            }
        }
    }

    /// Lets the client run until it asks, or nothing moves.
    pub(super) fn run(&mut self) {
        loop {
            self.stopped = self.client.poll(self.now);
            self.most_queued = self.most_queued.max(self.client.outbox.len());
            match &self.stopped {
                Step::Event(event) => {
                    self.events.push_back(event.clone());
                    if event.is_question() {
                        assert_eq!(self.client.poll(self.now), Step::Unanswered);
                        return;
                    }
                }
                Step::Wait(wait) => {
                    assert_eq!(wait.write, !self.client.outbox.is_empty());
                    assert_eq!(self.client.poll(self.now), self.stopped, "nothing is new");
                    if wait.write {
                        self.drain();
                        if self.takes < usize::MAX && !self.wire.is_empty() {
                            self.feed();
                        }
                    } else if wait.read && !self.wire.is_empty() {
                        self.feed();
                    } else if wait.read && self.closing {
                        self.client.inbox.close();
                        self.closing = false;
                    } else {
                        return;
                    }
                }
                Step::Upgrade { .. } | Step::Turn => {
                    assert!(self.client.outbox.is_empty() && self.client.inbox.is_empty());
                    return;
                }
                Step::Done => {
                    assert_eq!(self.client.poll(self.now), Step::Done);
                    assert!(self.client.outbox.is_empty());
                    return;
                }
                Step::Unanswered => return,
            }
        }
    }

    /// What was told and not looked at.
    pub(super) fn told(&self) -> String {
        self.events.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    fn drain(&mut self) {
        let mut left = self.takes;
        while self.client.outbox.has_remaining() && left > 0 {
            let chunk = self.client.outbox.chunk();
            let length = chunk.len().min(left);
            self.output.extend_from_slice(&chunk[..length]);
            self.client.outbox.advance(length);
            left -= length;
        }
    }

    fn feed(&mut self) {
        let space = self.client.inbox.space();
        assert!(!space.is_empty(), "no space to read into");
        let length = space.len().min(self.wire.len()).min(self.cut);
        for (to, octet) in space.iter_mut().zip(self.wire.drain(..length)) {
            *to = octet;
        }
        self.client.inbox.commit(length);
    }

    fn line(&mut self) -> String {
        if memchr::memmem::find(&self.output, b"\r\n").is_none() {
            self.run();
            self.drain();
        }
        let Some(end) = memchr::memmem::find(&self.output, b"\r\n") else {
            return format!("<nothing; told {}, {:?}>", self.told(), self.stopped);
        };
        let line: Vec<u8> = self.output.drain(..end + 2).collect();
        line[..end].escape_ascii().to_string()
    }

    fn event(&mut self) -> String {
        if self.events.is_empty() {
            self.run();
        }
        let nothing = || format!("<nothing; output {:?}>", self.output.escape_ascii().to_string());
        self.events.pop_front().map_or_else(nothing, |event| show(&event))
    }

    fn upgrade(&mut self, place: &str) {
        self.run();
        assert!(matches!(self.stopped, Step::Upgrade { .. }), "{place}: {:?}", self.stopped);
        self.client.upgraded(Tls::default());
    }

    fn answer(&mut self, what: &str, place: &str) {
        let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
        let client = &mut self.client;
        let result = match verb {
            "send" => {
                let recipients = rest.parse().unwrap();
                client.send(envelope(client.next_id, recipients)).map(drop).map_err(show_error)
            }
            "begin" => {
                let recipients = rest.parse().unwrap();
                client.begin(envelope(client.next_id, recipients)).map(drop).map_err(show_error)
            }
            "add" => {
                let path: ForwardPath = rest.parse().unwrap();
                client.add_recipient(path.into()).map(drop).map_err(show_error)
            }
            "content" => client.begin_content().map_err(show_error),
            "body" => client.body(Bytes::from(unescape(rest).into_bytes())).map_err(show_error),
            "finish" => client.finish().map_err(show_error),
            "pause" => client.pause().map_err(show_error),
            "abandon" => client.abandon().map_err(show_error),
            "idle" => client.idle().map_err(show_error),
            "noop" => client.noop().map_err(show_error),
            "reset" => client.reset().map_err(show_error),
            "quit" => client.quit().map_err(show_error),
            "verify" => client.verify(rest).map_err(show_error),
            "expand" => client.expand(rest).map_err(show_error),
            "etrn" => client.etrn(&rest.parse().unwrap()).map_err(show_error),
            "help" => client.help(Some(rest).filter(|rest| !rest.is_empty())).map_err(show_error),
            "starttls" => client.start_tls().map_err(show_error),
            "auth" => {
                let (name, initial) =
                    rest.split_once(' ').map_or((rest, None), |(name, text)| (name, Some(text)));
                let initial = initial.map(|text| text.trim_start_matches('=').as_bytes());
                client.authenticate(name, initial).map_err(show_error)
            }
            "respond" => client.respond(rest.as_bytes()).map_err(show_error),
            "cancel" => client.cancel().map_err(show_error),
            _ => panic!("{place}: what?"),
        };
        assert_eq!(result, Ok(()), "{place}");
    }
}

fn show_error(error: impl core::fmt::Display) -> String {
    error.to_string()
}

fn unescape(text: &str) -> String {
    text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0")
}
