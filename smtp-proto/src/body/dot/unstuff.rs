//! Takes the content out of what follows DATA.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; every octet of a message passes here"
)]

use memchr::memrchr;

use super::content::{CALM, Content};
use crate::body::Newlines;
use crate::body::suspect::{Lines, dotted_line, suspect};

/// Decodes what follows the 354 reply: finds the end of the content, and takes away the dots that
/// were added for transparency (RFC 5321 section 4.5.2).
///
/// Only CRLF.CRLF ends the content, or .CRLF right at its start, where the CRLF of the DATA command
/// serves as the first (section 4.1.1.4). Only after CRLF does a line begin. A CR or LF alone is
/// content and nothing else, whatever surrounds it, and it is noted: a receiver that takes one for
/// a line end where others do not lets a message be smuggled in within another. NUL is content.
#[derive(Clone, Debug)]
pub struct Unstuffer {
    policy: Newlines,
    state: State,
    bare_cr: bool,
    bare_lf: bool,
    long_line: bool,
    /// Octets of the line that is not over.
    line: usize,
    /// Octets a line may have.
    limit: usize,
    octets: u64,
}

/// What [`Unstuffer::decode`] did.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unstuffed {
    /// So many octets of the input were used. The others are to be offered again, with more behind
    /// them.
    pub consumed: usize,
    /// So many octets of content are now at the front of the input. At most `consumed`.
    pub kept: usize,
    /// The content is over. What follows what was consumed is not part of it.
    pub done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    InLine,
    Done,
}

/// What there is at the start of a line.
enum Start {
    Text,
    /// A dot that was added for transparency.
    Dot,
    End,
    Undecided,
}

impl Default for Unstuffer {
    fn default() -> Self {
        Self::new(Newlines::default())
    }
}

impl Unstuffer {
    /// Stands right behind the CRLF of the DATA command. Lines may have any length.
    #[must_use]
    pub fn new(policy: Newlines) -> Self {
        Self {
            policy,
            state: State::LineStart,
            bare_cr: false,
            bare_lf: false,
            long_line: false,
            line: 0,
            limit: usize::MAX,
            octets: 0,
        }
    }

    /// Notes if a line has more octets than this, CRLF included.
    #[must_use]
    pub fn with_line_limit(mut self, octets: usize) -> Self {
        self.limit = octets;
        self
    }

    /// Decodes in place, as far as can be decided.
    ///
    /// A CR at the end of `data`, or a dot or dot CR there that begins a line, is not consumed, for
    /// its meaning depends on what comes next. Of three octets or more, some are always consumed.
    ///
    /// What is content does not depend on the policy. Behind a CR or LF alone that it
    /// [rejects](Newlines::Reject), others and long lines are not looked for.
    pub fn decode(&mut self, data: &mut [u8]) -> Unstuffed {
        let mut content = Content::default();
        let mut lines = Lines::new(self.line, self.limit);
        let consumed = match self.state {
            State::Done => 0,
            State::LineStart | State::InLine => self.run(data, &mut content, &mut lines),
        };
        let kept = content.kept;
        if !self.is_refused() {
            self.measure(data.get(..kept).unwrap_or_default(), lines.doubtful);
        }
        self.octets = self.octets.saturating_add(kept as u64);
        Unstuffed { consumed, kept, done: self.is_done() }
    }

    /// Goes through `data` from one place to the next at which it is not plain text. How many octets
    /// were used.
    fn run(&mut self, data: &mut [u8], content: &mut Content, lines: &mut Lines) -> usize {
        if self.state == State::LineStart {
            match line_start(data) {
                Start::Text => {}
                Start::Dot => content.from = 1,
                Start::End => {
                    self.state = State::Done;
                    return 3;
                }
                Start::Undecided => return 0,
            }
        }
        self.state = State::InLine;
        // A CR would not have been used without it.
        self.bare_lf |= data.first() == Some(&b'\n');
        if self.is_refused() {
            return self.skip(data, content, 0);
        }
        let mut seen = 0;
        let mut calm = usize::MAX;
        loop {
            let mut dot = None;
            if calm < CALM {
                let crawled = content.crawl(data, seen, self.policy != Newlines::Reject);
                self.bare_cr |= crawled.bare_cr;
                self.bare_lf |= crawled.bare_lf;
                if let Some(begins) = crawled.begins {
                    lines.begin(begins, crawled.seen + 1);
                }
                (seen, dot) = (crawled.seen, crawled.dot);
            }
            let Some(place) = dot.or_else(|| suspect(data, seen, lines)) else { break };
            let (before, at) = data.split_at_checked(place).unwrap_or_default();
            calm = place - seen;
            seen = place;
            if dot.is_some() || matches!((before, at), ([.., b'\r', b'\n'], [b'.', ..])) {
                let start = line_start(at);
                content.keep(data, place);
                lines.begin(place, place);
                match start {
                    Start::Text | Start::Dot => content.from = place + 1,
                    Start::End => {
                        self.state = State::Done;
                        return place + 3;
                    }
                    Start::Undecided => {
                        self.state = State::LineStart;
                        return place;
                    }
                }
            } else if before.last() == Some(&b'\r') {
                self.bare_cr = true;
            } else if at.first() == Some(&b'\n') {
                self.bare_lf = true;
            }
            if self.is_refused() {
                return self.skip(data, content, place - 1);
            }
        }
        lines.reach(data.len());
        self.pause(data, content)
    }

    /// Goes on behind `seen` when the content is refused: CR and LF need no look any more, but for what
    /// begins a line. How many octets were used.
    fn skip(&mut self, data: &mut [u8], content: &mut Content, seen: usize) -> usize {
        let mut at = seen;
        while let Some(dot) = dotted_line(data, at) {
            let start = line_start(data.get(dot..).unwrap_or_default());
            content.keep(data, dot);
            match start {
                Start::Text | Start::Dot => {
                    content.from = dot + 1;
                    at = dot + 1;
                }
                Start::End => {
                    self.state = State::Done;
                    return dot + 3;
                }
                Start::Undecided => {
                    self.state = State::LineStart;
                    return dot;
                }
            }
        }
        self.pause(data, content)
    }

    /// Stops at the end of `data`. How many octets were used.
    fn pause(&mut self, data: &mut [u8], content: &mut Content) -> usize {
        let (state, undecided) = match data {
            [.., b'\r', b'\n'] => (State::LineStart, 0),
            [.., b'\r'] => (State::InLine, 1),
            _ => (State::InLine, 0),
        };
        self.state = state;
        let used = data.len() - undecided;
        content.keep(data, used);
        used
    }

    /// Looks at the lines of what is kept: closely if one of them may be too long.
    fn measure(&mut self, kept: &[u8], doubtful: bool) {
        if doubtful && !self.long_line {
            self.long_line = self.has_long_line(kept);
        }
        self.line = match self.last_line_end(kept) {
            Some(end) => kept.len() - end,
            None => self.line.saturating_add(kept.len()),
        };
    }

    fn has_long_line(&self, kept: &[u8]) -> bool {
        let (mut rest, mut before) = (kept, self.line);
        // As far as a line may go there has to be an end.
        while let Some(most) = rest.get(..self.limit.saturating_sub(before))
            && most.len() < rest.len()
        {
            let Some(end) = self.last_line_end(most) else { return true };
            rest = rest.get(end..).unwrap_or_default();
            before = 0;
        }
        false
    }

    /// What is behind the last CRLF.
    fn last_line_end(&self, kept: &[u8]) -> Option<usize> {
        if self.bare_lf {
            let crlf = kept.windows(2).rposition(|pair| pair == b"\r\n");
            return crlf.map(|place| place + 2);
        }
        memrchr(b'\n', kept).map(|place| place + 1)
    }

    /// Whether the content is over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether a CR was seen that no LF followed, up to where the content was refused.
    #[must_use]
    pub fn bare_cr(&self) -> bool {
        self.bare_cr
    }

    /// Whether an LF was seen that followed no CR, up to where the content was refused.
    #[must_use]
    pub fn bare_lf(&self) -> bool {
        self.bare_lf
    }

    /// Whether a bare CR or LF was seen and the policy is to [reject](Newlines::Reject) them.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.policy == Newlines::Reject && (self.bare_cr || self.bare_lf)
    }

    /// Whether a line has more octets than it [may](Self::with_line_limit). A dot that was added does
    /// not count, as RFC 5321 section 4.5.3.1.6 has it.
    #[must_use]
    pub fn has_long_lines(&self) -> bool {
        self.long_line
    }

    /// Octets of content so far: without dots that were added, and without the end.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.octets
    }
}

fn line_start(rest: &[u8]) -> Start {
    match rest {
        [b'.', b'\r', b'\n', ..] => Start::End,
        [] | [b'.'] | [b'.', b'\r'] => Start::Undecided,
        [b'.', ..] => Start::Dot,
        _ => Start::Text,
    }
}
