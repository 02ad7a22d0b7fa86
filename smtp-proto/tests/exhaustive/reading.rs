//! What a third party sees who reads both directions of a conversation and knows no machine: which
//! messages the client has finished, and what the server has said to each.
//!
//! It is told nothing of events. Lines end with CRLF; each line of the client's is a command and has
//! one reply, but for content behind 354, octets behind BDAT, and responses behind 334. By counting it
//! finds the reply to each command (RFC 5321, RFC 2033, RFC 3030, RFC 4954).

/// A message that the client has finished, and to which the server has said something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its octets, dots removed. `None` if a part of it was fetched by the server.
    pub(crate) content: Option<Vec<u8>>,
    /// Content that has no lines (`BODY=BINARYMIME`).
    pub(crate) binary: bool,
    /// The codes of the final replies, as far as they have come: one, or with LMTP one for each
    /// recipient.
    pub(crate) replies: Vec<u16>,
    /// There was nobody to deliver it to, although 354 was said; or a part of it was refused.
    pub(crate) in_vain: bool,
}

impl Message {
    pub(crate) fn positive(&self) -> usize {
        self.replies.iter().filter(|code| **code / 100 == 2).count()
    }
}

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) lmtp: bool,
    /// Recipients of a transaction that began on another connection (355).
    pub(crate) resumed: usize,
}

/// A transaction that is open.
#[derive(Default)]
struct Transaction {
    recipients: usize,
    content: Vec<u8>,
    fetched: bool,
    binary: bool,
    /// A chunk was refused: whatever is said to the last, it is not to all of them.
    failed: bool,
}

impl Transaction {
    fn end(self, mut last: Vec<u8>, replies: Vec<u16>) -> Message {
        let mut content = self.content;
        content.append(&mut last);
        Message {
            content: (!self.fetched).then_some(content),
            binary: self.binary,
            replies,
            in_vain: self.recipients == 0 || self.failed,
        }
    }
}

impl Reader {
    /// Reads what the client has sent and what the server has.
    pub(crate) fn read(self, up: &[u8], down: &[u8]) -> Vec<Message> {
        let mut messages = Vec::new();
        let _ = self.walk(&mut Up(up), &mut Down(down), &mut messages);
        messages
    }

    /// Goes on until something is missing, or the conversation is over.
    fn walk(self, up: &mut Up<'_>, down: &mut Down<'_>, messages: &mut Vec<Message>) -> Option<()> {
        let mut transaction: Option<Transaction> = None;
        down.reply()?;
        loop {
            let line = up.line()?;
            let upper = String::from_utf8_lossy(line).to_ascii_uppercase();
            let mut words = upper.split_whitespace();
            // A line that has an LF in it is none, and a verb begins its line.
            let is_command =
                line.first().is_some_and(u8::is_ascii_alphanumeric) && !line.contains(&b'\n');
            let verb = words.next().filter(|_| is_command).unwrap_or_default();
            match verb {
                "BDAT" => {
                    let size: Option<usize> = words.next().and_then(|size| size.parse().ok());
                    // Of a chunk without a size nobody knows where it ends.
                    let chunk = up.octets(size?)?.to_vec();
                    let last = words.next() == Some("LAST");
                    self.chunk(&mut transaction, chunk, last, down, messages)?;
                    continue;
                }
                "BURL" => {
                    if let Some(transaction) = &mut transaction {
                        transaction.fetched = true;
                    }
                    let last = words.nth(1) == Some("LAST");
                    self.chunk(&mut transaction, Vec::new(), last, down, messages)?;
                    continue;
                }
                _ => {}
            }
            // The first digit decides (RFC 5321 section 4.2.1).
            match (verb, down.reply()? / 100) {
                ("EHLO" | "HELO" | "LHLO" | "RSET" | "XCLIENT" | "STARTTLS", 2) => {
                    transaction = None;
                }
                ("MAIL", class @ (2 | 3)) => {
                    let recipients = if class == 3 { self.resumed } else { 0 };
                    let binary = upper.contains("BODY=BINARYMIME");
                    transaction =
                        Some(Transaction { recipients, binary, ..Transaction::default() });
                }
                ("RCPT", 2) => {
                    if let Some(transaction) = &mut transaction {
                        transaction.recipients += 1;
                    }
                }
                ("DATA", 3) => {
                    let content = up.content()?;
                    let transaction = transaction.take().unwrap_or_default();
                    let replies = if self.lmtp { transaction.recipients.max(1) } else { 1 };
                    let replies = down.replies(replies);
                    messages.push(transaction.end(content, replies));
                }
                ("AUTH", 3) => {
                    while {
                        up.line()?;
                        down.reply()? / 100 == 3
                    } {}
                }
                ("QUIT" | "ATRN", 2) => return None,
                _ => {}
            }
        }
    }

    fn chunk(
        self,
        transaction: &mut Option<Transaction>,
        mut chunk: Vec<u8>,
        last: bool,
        down: &mut Down<'_>,
        messages: &mut Vec<Message>,
    ) -> Option<()> {
        if !last {
            let refused = down.reply()? / 100 != 2;
            if let Some(transaction) = transaction.as_mut().filter(|open| open.recipients > 0) {
                transaction.content.append(&mut chunk);
                transaction.failed |= refused;
            }
            return Some(());
        }
        let replies = match &transaction {
            Some(transaction) if self.lmtp => transaction.recipients,
            _ => 1,
        };
        let replies = down.replies(replies);
        if let Some(transaction) = transaction.take_if(|open| open.recipients > 0) {
            messages.push(transaction.end(chunk, replies));
        }
        Some(())
    }
}

/// What the client has sent and nobody has read yet.
struct Up<'a>(&'a [u8]);

impl<'a> Up<'a> {
    fn line(&mut self) -> Option<&'a [u8]> {
        let end = self.0.windows(2).position(|two| two == b"\r\n")?;
        let line = &self.0[..end];
        self.0 = &self.0[end + 2..];
        Some(line)
    }

    fn octets(&mut self, count: usize) -> Option<&'a [u8]> {
        let (octets, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(octets)
    }

    /// Lines up to that of one dot.
    fn content(&mut self) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        loop {
            let line = self.line()?;
            if line == b"." {
                return Some(content);
            }
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            content.extend_from_slice(b"\r\n");
        }
    }
}

/// What the server has sent and nobody has read yet.
struct Down<'a>(&'a [u8]);

impl Down<'_> {
    /// The code of the next reply, if the conversation goes on behind it.
    fn reply(&mut self) -> Option<u16> {
        self.any_reply().filter(|code| *code != 421)
    }

    fn any_reply(&mut self) -> Option<u16> {
        let mut first = None;
        loop {
            let (code, last, rest) = reply_line(self.0)?;
            if first.is_some_and(|first| first != code) {
                return None;
            }
            first = Some(code);
            self.0 = rest;
            if last {
                return Some(code);
            }
        }
    }

    fn replies(&mut self, count: usize) -> Vec<u16> {
        (0..count).map_while(|_| self.any_reply()).collect()
    }
}

/// A line of a reply: its code, whether it is the last, what is behind it.
fn reply_line(octets: &[u8]) -> Option<(u16, bool, &[u8])> {
    let end = octets.windows(2).position(|two| two == b"\r\n")?;
    let (line, rest) = (&octets[..end], &octets[end + 2..]);
    if line.contains(&b'\n') {
        return None;
    }
    let (code, text) = line.split_at_checked(3)?;
    let separator = text.first().copied().unwrap_or(b' ');
    let code: u16 = std::str::from_utf8(code).ok()?.parse().ok()?;
    let right = (200..600).contains(&code) && matches!(separator, b' ' | b'-');
    right.then_some((code, separator == b' ', rest))
}

/// Whether a server may write that: whole replies, each of lines with one code and with text that
/// needs no looking away.
pub(crate) fn check_replies(output: &[u8]) -> Result<(), String> {
    let mut rest = output;
    let mut before = None;
    while !rest.is_empty() {
        let (code, last, behind) = reply_line(rest)
            .ok_or_else(|| format!("no reply: {}", crate::dialogue::quote(rest)))?;
        let line = &rest[..rest.len() - behind.len()];
        let text = &line[3..line.len() - 2];
        let clean = text.iter().all(|octet| *octet == b'\t' || !octet.is_ascii_control());
        let short = line.len() <= 512 || code == 334;
        if !clean || !short || before.is_some_and(|before| before != code) {
            return Err(format!("not a line of a reply: {}", crate::dialogue::quote(line)));
        }
        before = (!last).then_some(code);
        rest = behind;
    }
    if before.is_some() { Err("half a reply".into()) } else { Ok(()) }
}

/// What a receiver of lines makes of content: CRLF for every CR and LF that stands alone.
pub(crate) fn normalize(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&octet) = content.get(at) {
        at += if content[at..].starts_with(b"\r\n") { 2 } else { 1 };
        match octet {
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
    }
    out
}
