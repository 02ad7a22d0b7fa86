//! Takes the content out of what follows DATA.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; this loop sees every octet of a message"
)]

use memchr::memchr2;

use crate::body::Newlines;

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
    /// Octets of the line that is not over.
    line: usize,
    longest: usize,
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
    /// Stands right behind the CRLF of the DATA command.
    ///
    /// The policy does not change what is content; see [`is_refused`](Self::is_refused).
    #[must_use]
    pub fn new(policy: Newlines) -> Self {
        Self {
            policy,
            state: State::LineStart,
            bare_cr: false,
            bare_lf: false,
            line: 0,
            longest: 0,
            octets: 0,
        }
    }

    /// Decodes in place, as far as can be decided.
    ///
    /// A CR at the end of `data`, or a dot or dot CR there that begins a line, is not consumed, for
    /// its meaning depends on what comes next. Of three octets or more, some are always consumed.
    pub fn decode(&mut self, data: &mut [u8]) -> Unstuffed {
        // What is in `from..at` is content and not in its place yet, which is `kept`.
        let (mut at, mut from, mut kept) = (0, 0, 0);
        while self.state != State::Done {
            let rest = data.get(at..).unwrap_or_default();
            if self.state == State::LineStart {
                match line_start(rest) {
                    Start::Text => {}
                    Start::Dot => {
                        kept += move_down(data, from, at, kept);
                        at += 1;
                        from = at;
                    }
                    Start::End => {
                        kept += move_down(data, from, at, kept);
                        at += 3;
                        from = at;
                        self.state = State::Done;
                        break;
                    }
                    Start::Undecided => break,
                }
                self.state = State::InLine;
            }
            let rest = data.get(at..).unwrap_or_default();
            let Some(end) = memchr2(b'\r', b'\n', rest) else {
                self.line = self.line.saturating_add(rest.len());
                at += rest.len();
                break;
            };
            self.line = self.line.saturating_add(end);
            at += end;
            match rest.get(end..).unwrap_or_default() {
                [b'\r', b'\n', ..] => {
                    self.longest = self.longest.max(self.line.saturating_add(2));
                    self.line = 0;
                    self.state = State::LineStart;
                    at += 2;
                }
                [b'\r'] | [] => break,
                [newline, ..] => {
                    self.bare_cr |= *newline == b'\r';
                    self.bare_lf |= *newline == b'\n';
                    self.line = self.line.saturating_add(1);
                    at += 1;
                }
            }
        }
        kept += move_down(data, from, at, kept);
        self.octets = self.octets.saturating_add(kept as u64);
        Unstuffed { consumed: at, kept, done: self.is_done() }
    }

    /// Whether the content is over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether a CR was seen that no LF followed.
    #[must_use]
    pub fn bare_cr(&self) -> bool {
        self.bare_cr
    }

    /// Whether an LF was seen that followed no CR.
    #[must_use]
    pub fn bare_lf(&self) -> bool {
        self.bare_lf
    }

    /// Whether a bare CR or LF was seen and the policy is to [reject](Newlines::Reject) them.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.policy == Newlines::Reject && (self.bare_cr || self.bare_lf)
    }

    /// Octets of the longest line so far, CRLF included. A dot that was added does not count, as
    /// RFC 5321 section 4.5.3.1.6 has it.
    #[must_use]
    pub fn longest_line(&self) -> usize {
        self.longest.max(self.line)
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

/// Moves `data[from..to]` down to `place`, and says how much that was. Nothing moves as long as no
/// dot was taken away.
fn move_down(data: &mut [u8], from: usize, to: usize, place: usize) -> usize {
    // Said in this way, it leaves `copy_within` no reason to panic that the compiler could not rule out.
    if place < from
        && from <= to
        && let Some(span) = data.get_mut(place..to)
    {
        span.copy_within(from - place.., 0);
    }
    to - from
}
