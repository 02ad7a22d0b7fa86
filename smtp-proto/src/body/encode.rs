//! The one loop behind everything that goes out, and behind normalising what came in.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; this loop sees every octet of a message"
)]

use core::{mem, ops::Range};

use bytes::Bytes;
use memchr::memchr2;

use super::Sink;

/// From so many octets on, part of a piece is shared and not copied.
const SHARE_FROM: usize = 512;

/// What to do about a dot at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dots {
    Keep,
    /// RFC 5321 section 4.5.2.
    Double,
}

/// Where the last piece stopped. By default at the start of content.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// A line has begun and is not over.
    in_line: bool,
    /// The last octet was a CR. It was passed on; whether it needs an LF depends on what follows.
    after_cr: bool,
}

impl Place {
    /// What it takes for the content to have no bare CR at its end.
    pub(super) fn missing_lf(self) -> &'static [u8] {
        if self.after_cr { b"\n" } else { b"" }
    }

    /// What it takes for the last line to be whole. Content of nothing needs nothing.
    pub(super) fn missing_line_end(self) -> &'static [u8] {
        match self {
            Self { after_cr: true, .. } => b"\n",
            Self { in_line: true, .. } => b"\r\n",
            Self { .. } => b"",
        }
    }
}

/// Passes a piece of content on, with CRLF for every CR and LF that stands alone.
///
/// One search per line finds everything there is to find, and nothing is copied but what lies
/// between two changes that are close together. A piece that needs no change goes on whole.
pub(super) fn encode(place: &mut Place, input: Bytes, dots: Dots, out: &mut impl Sink) {
    if input.is_empty() {
        return;
    }
    // `from..at` was looked at and not passed on.
    let (mut from, mut at) = (0, 0);
    if mem::take(&mut place.after_cr) {
        if input.first() == Some(&b'\n') {
            at = 1;
        } else {
            out.literal(b"\n");
        }
        place.in_line = false;
    }
    while at < input.len() {
        let rest = input.get(at..).unwrap_or_default();
        let dot = rest.first() == Some(&b'.');
        if dots == Dots::Double && dot && !place.in_line {
            // It ends one span and begins the next.
            pass(&input, from..at + 1, out);
            from = at;
        }
        place.in_line = true;
        let Some(newline) = memchr2(b'\r', b'\n', rest) else { break };
        at += newline;
        match rest.get(newline..).unwrap_or_default() {
            [b'\r', b'\n', ..] => at += 2,
            [b'\r'] => {
                place.after_cr = true;
                break;
            }
            _ => {
                pass(&input, from..at, out);
                out.literal(b"\r\n");
                at += 1;
                from = at;
            }
        }
        place.in_line = false;
    }
    if from == 0 {
        out.share(input);
    } else {
        pass(&input, from..input.len(), out);
    }
}

fn pass(input: &Bytes, span: Range<usize>, out: &mut impl Sink) {
    if span.len() >= SHARE_FROM {
        out.share(input.slice(span));
    } else if !span.is_empty() {
        out.literal(input.get(span).unwrap_or_default());
    }
}
