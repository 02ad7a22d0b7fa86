//! A server that keeps books: what it was told, what it said, what it delivered.
//!
//! It is written from the RFCs and knows nothing of the client's table of phases. Where they leave
//! a server the choice, it does what is worst for the client.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What the server says, where it has a choice. What runs out goes on with acceptance.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) capabilities: Vec<&'static str>,
    pub(super) lmtp: bool,
    pub(super) mail: VecDeque<u16>,
    pub(super) rcpt: VecDeque<u16>,
    pub(super) data: VecDeque<u16>,
    pub(super) chunk: VecDeque<u16>,
    pub(super) content: VecDeque<u16>,
    /// Says 354 although there is no recipient.
    pub(super) careless: bool,
    /// Instead of the reply with this number: 421, or nothing, and the end.
    pub(super) last: Option<(usize, End)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Unavailable,
    Eof,
    /// Half of a reply and no more.
    Torn,
}

/// A message that the server has taken responsibility for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) content: Vec<u8>,
}

#[derive(Debug)]
enum At {
    Command,
    Data,
    Chunk { left: usize, last: bool },
}

#[derive(Debug)]
pub(super) struct Peer {
    plan: Plan,
    input: Vec<u8>,
    at: At,
    /// The transaction that is open: MAIL, accepted recipients, content.
    open: Option<Delivered>,
    /// A BDAT was refused, and RSET was not seen yet.
    failed: bool,
    chunked: bool,
    replies: usize,
    pub(super) wire: Vec<u8>,
    pub(super) closed: bool,
    pub(super) delivered: Vec<Delivered>,
    /// The commands, without content.
    pub(super) log: Vec<String>,
}

impl Peer {
    pub(super) fn new(plan: Plan) -> Self {
        let mut peer = Self {
            plan,
            input: Vec::new(),
            at: At::Command,
            open: None,
            failed: false,
            chunked: false,
            replies: 0,
            wire: Vec::new(),
            closed: false,
            delivered: Vec::new(),
            log: Vec::new(),
        };
        peer.reply(220, "mx");
        peer
    }

    /// Takes what the client wrote.
    pub(super) fn take(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        while !self.closed && self.step() {}
    }

    fn step(&mut self) -> bool {
        match self.at {
            At::Command => self.command(),
            At::Data => self.data(),
            At::Chunk { left, last } => self.chunk(left, last),
        }
    }

    fn reply(&mut self, code: u16, text: &str) {
        if self.closed {
            return;
        }
        if let Some((number, end)) = self.plan.last
            && number == self.replies
        {
            self.closed = true;
            match end {
                End::Unavailable => self.wire.extend_from_slice(b"421 closing\r\n"),
                End::Eof => {}
                End::Torn => self.wire.extend_from_slice(format!("{code} {text}\r").as_bytes()),
            }
            return;
        }
        self.replies += 1;
        self.wire.extend_from_slice(format!("{code} {text}\r\n").as_bytes());
    }

    fn command(&mut self) -> bool {
        let Some(end) = self.input.windows(2).position(|two| two == b"\r\n") else { return false };
        let line: Vec<u8> = self.input.drain(..end + 2).collect();
        let line = String::from_utf8(line).unwrap().trim_end().to_string();
        self.log.push(line.clone());
        let argument = || {
            let (_, rest) = line.split_once(":<").unwrap();
            rest.split_once('>').unwrap().0.to_string()
        };
        match line.split([' ', ':']).next().unwrap() {
            "EHLO" | "LHLO" => {
                let all = self.plan.capabilities.clone();
                let mut reply = String::from("250-mx\r\n");
                for capability in &all {
                    reply = reply + "250-" + capability + "\r\n";
                }
                if self.plan.last.is_none_or(|(number, _)| number != self.replies) {
                    self.wire.extend_from_slice(reply.as_bytes());
                }
                self.reply(250, "X-END");
            }
            "MAIL" if self.open.is_some() => self.reply(503, "nested MAIL"),
            "MAIL" => {
                let from = argument();
                let code = self.plan.mail.pop_front().unwrap_or(250);
                self.reply(code, &from);
                if code < 300 {
                    self.open = Some(Delivered { from, to: Vec::new(), content: Vec::new() });
                }
            }
            "RCPT" => match &mut self.open {
                _ if self.failed || self.chunked => self.reply(503, "after BDAT"),
                None => self.reply(503, "no MAIL"),
                Some(open) => {
                    let to = argument();
                    let code = self.plan.rcpt.pop_front().unwrap_or(250);
                    if code < 300 {
                        open.to.push(to.clone());
                    }
                    self.reply(code, &to);
                }
            },
            "DATA" => {
                let recipients = self.open.as_ref().map(|open| open.to.len());
                match recipients {
                    _ if self.chunked || self.failed => self.reply(503, "after BDAT"),
                    Some(1..) => {
                        let code = self.plan.data.pop_front().unwrap_or(354);
                        self.reply(code, "data");
                        if code == 354 {
                            self.at = At::Data;
                        }
                    }
                    _ if self.plan.careless && !self.plan.lmtp => {
                        self.reply(354, "nobody, but go on");
                        self.at = At::Data;
                    }
                    _ => self.reply(503, "no recipients"),
                }
            }
            "BDAT" => {
                let mut words = line.split(' ').skip(1);
                let left = words.next().unwrap().parse().unwrap();
                let last = words.next() == Some("LAST");
                assert!(left > 0 || last, "BDAT 0");
                self.at = At::Chunk { left, last };
            }
            "RSET" => {
                self.open = None;
                self.failed = false;
                self.chunked = false;
                self.reply(250, "reset");
            }
            "QUIT" => {
                self.reply(221, "bye");
                self.closed = true;
            }
            other => panic!("{other}"),
        }
        true
    }

    fn data(&mut self) -> bool {
        let end = if self.input.starts_with(b".\r\n") {
            Some((0, 3))
        } else {
            let dot = self.input.windows(5).position(|five| five == b"\r\n.\r\n");
            dot.map(|at| (at + 2, at + 5))
        };
        let Some((content, end)) = end else { return false };
        let stuffed = self.input[..content].to_vec();
        self.input.drain(..end);
        self.at = At::Command;
        let mut plain = Vec::new();
        for line in stuffed.split_inclusive(|octet| *octet == b'\n') {
            plain.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        match self.open.take() {
            Some(open) if !open.to.is_empty() => {
                self.outcomes(Delivered { content: plain, ..open });
            }
            _ => {
                assert!(plain.is_empty(), "content for nobody");
                self.reply(554, "no valid recipients");
            }
        }
        true
    }

    fn chunk(&mut self, left: usize, last: bool) -> bool {
        if self.input.len() < left {
            return false;
        }
        let content: Vec<u8> = self.input.drain(..left).collect();
        self.at = At::Command;
        let recipients = self.open.as_ref().map_or(0, |open| open.to.len());
        if self.plan.lmtp {
            assert!(recipients > 0, "BDAT for nobody");
            assert!(!(self.failed && last), "BDAT LAST behind a refused one");
        }
        if recipients == 0 || self.failed {
            self.failed = self.open.is_some();
            self.reply(503, "chunk for nobody");
            return true;
        }
        self.chunked = true;
        if let Some(open) = &mut self.open {
            open.content.extend_from_slice(&content);
        }
        if last {
            // Until RSET, a server may take its time to forget (RFC 3030 section 2).
            let open = self.open.clone().unwrap();
            if self.outcomes(open) {
                self.open = None;
                self.chunked = false;
            } else {
                self.failed = true;
            }
            return true;
        }
        let code = self.plan.chunk.pop_front().unwrap_or(250);
        self.reply(code, "chunk");
        self.failed = code >= 300;
        true
    }

    /// The reply to the content, in LMTP one for each recipient. Whether the message is over.
    fn outcomes(&mut self, mut message: Delivered) -> bool {
        let tag = String::from_utf8_lossy(message.content.split(|o| *o == b'\r').next().unwrap());
        let tag = tag.to_string();
        if self.plan.lmtp {
            let to = core::mem::take(&mut message.to);
            for recipient in to {
                let code = self.plan.content.pop_front().unwrap_or(250);
                if code < 300 {
                    let to = Vec::from([recipient.clone()]);
                    self.delivered.push(Delivered { to, ..message.clone() });
                }
                self.reply(code, &format!("{tag} {recipient}"));
            }
            return true;
        }
        let code = self.plan.content.pop_front().unwrap_or(250);
        if code < 300 {
            self.delivered.push(message);
        }
        self.reply(code, &tag);
        code < 300
    }
}
