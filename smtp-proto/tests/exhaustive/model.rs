//! Which replies a server has to give, told by one who has read the RFCs and has no table.

/// Something that a client says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Helo,
    /// EHLO, or LHLO.
    Hello,
    Mail,
    MailRefused,
    MailBinary,
    Rcpt,
    RcptRefused,
    /// With a message that looks like a command.
    Data,
    Chunk,
    ChunkTooLarge,
    LastChunk,
    LastOfNothing,
    Rset,
    Noop,
    Quit,
    Unknown,
    Auth,
    StartTls,
}

impl Word {
    pub(crate) const ALL: [Self; 18] = [
        Self::Helo,
        Self::Hello,
        Self::Mail,
        Self::MailRefused,
        Self::MailBinary,
        Self::Rcpt,
        Self::RcptRefused,
        Self::Data,
        Self::Chunk,
        Self::ChunkTooLarge,
        Self::LastChunk,
        Self::LastOfNothing,
        Self::Rset,
        Self::Noop,
        Self::Quit,
        Self::Unknown,
        Self::Auth,
        Self::StartTls,
    ];
}

/// A mail transaction.
#[derive(Debug, Default)]
struct Mail {
    recipients: usize,
    binary: bool,
    /// A chunk was accepted.
    begun: bool,
    /// A chunk was refused.
    failed: bool,
    content: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    lmtp: bool,
    hello: bool,
    /// By EHLO or LHLO: there are extensions.
    extended: bool,
    tls: bool,
    authenticated: bool,
    mail: Option<Mail>,
    over: bool,
    /// The replies so far.
    pub(crate) codes: Vec<u16>,
    pub(crate) delivered: Vec<Vec<u8>>,
}

impl Model {
    pub(crate) fn new(lmtp: bool) -> Self {
        Self { lmtp, codes: vec![220], ..Self::default() }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    pub(crate) fn hear(&mut self, word: Word) {
        match word {
            // RFC 2033 section 4.1: LHLO instead of them.
            Word::Helo if self.lmtp => self.say(500),
            Word::Helo | Word::Hello => {
                (self.hello, self.extended, self.mail) = (true, word == Word::Hello, None);
                self.say(250);
            }
            Word::Mail | Word::MailRefused | Word::MailBinary => self.mail(word),
            Word::Rcpt | Word::RcptRefused => match &mut self.mail {
                Some(mail) if !mail.begun && !mail.failed => {
                    mail.recipients += usize::from(word == Word::Rcpt);
                    self.say(if word == Word::Rcpt { 250 } else { 550 });
                }
                _ => self.say(503),
            },
            Word::Data => self.data(),
            Word::Chunk => self.chunk(b"QUIT\r\n", false),
            Word::ChunkTooLarge => self.chunk(&b"NOOP\r\n".repeat(10), false),
            Word::LastChunk => self.chunk(b"RSET\r\n", true),
            Word::LastOfNothing => self.chunk(b"", true),
            Word::Rset => {
                self.mail = None;
                self.say(250);
            }
            Word::Noop => self.say(250),
            Word::Quit => {
                self.over = true;
                self.say(221);
            }
            Word::Unknown => self.say(500),
            // RFC 4954 section 4: once, and not in a transaction. It is an extension.
            Word::Auth if !self.extended || self.mail.is_some() || self.authenticated => {
                self.say(503);
            }
            Word::Auth => {
                self.authenticated = true;
                self.say(235);
            }
            // RFC 3207 section 4, and behind AUTH there would be two ideas of who the client is.
            Word::StartTls
                if !self.hello || self.mail.is_some() || self.tls || self.authenticated =>
            {
                self.say(503);
            }
            Word::StartTls => {
                (self.tls, self.hello, self.extended) = (true, false, false);
                self.say(220);
            }
        }
    }

    fn say(&mut self, code: u16) {
        self.codes.push(code);
    }

    fn mail(&mut self, word: Word) {
        if !self.hello || self.mail.is_some() {
            return self.say(503);
        }
        if word == Word::MailRefused {
            return self.say(550);
        }
        // RFC 5321 section 2.2.1: no parameters behind HELO.
        if word == Word::MailBinary && !self.extended {
            return self.say(555);
        }
        self.mail = Some(Mail { binary: word == Word::MailBinary, ..Mail::default() });
        self.say(250);
    }

    fn data(&mut self) {
        let code = match &self.mail {
            Some(mail) if mail.begun || mail.failed => 503,
            // RFC 2033 section 4.2 is stricter here than RFC 5321 section 3.3.
            Some(mail) if mail.recipients == 0 => {
                if self.lmtp {
                    503
                } else {
                    554
                }
            }
            // RFC 3030 section 3.
            Some(mail) if mail.binary => 503,
            Some(_) => 354,
            None => 503,
        };
        self.say(code);
        if code != 354 {
            // The message is not one, but two lines: NOOP, and a dot.
            self.say(250);
            return self.say(500);
        }
        self.deliver(b"NOOP\r\n");
    }

    /// The octets of a chunk are never anything else, whatever is said to it (RFC 3030 section 2).
    fn chunk(&mut self, octets: &[u8], last: bool) {
        let lmtp = self.lmtp;
        let Some(mail) = &mut self.mail else { return self.say(503) };
        if mail.failed {
            let replies = if last && lmtp { mail.recipients } else { 1 };
            (0..replies).for_each(|_| self.codes.push(503));
            if last {
                self.mail = None;
            }
        } else if mail.recipients == 0 {
            // RFC 2033 section 4.3: nobody, so no reply.
            match (lmtp, last) {
                (true, true) => {}
                (true, false) => self.say(503),
                (false, _) => self.say(554),
            }
        } else if octets.len() + mail.content.len() > 50 {
            mail.failed = true;
            self.say(552);
        } else if last {
            self.deliver(octets);
        } else {
            mail.begun = true;
            mail.content.extend_from_slice(octets);
            self.say(250);
        }
    }

    fn deliver(&mut self, rest: &[u8]) {
        let Some(Mail { recipients, content, .. }) = self.mail.take() else { return };
        for _ in 0..if self.lmtp { recipients } else { 1 } {
            self.delivered.push([content.as_slice(), rest].concat());
            self.say(250);
        }
    }
}
