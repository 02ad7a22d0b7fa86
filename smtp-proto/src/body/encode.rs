//! The one loop behind everything that goes out, and behind normalising what came in.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; this loop sees every octet of a message"
)]

use core::{mem, ops::Range};

use bytes::Bytes;

use super::Sink;
use super::suspect::{Lines, suspect};

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
/// Nothing is copied but what lies between two changes that are close together. A piece that needs no
/// change goes on whole.
pub(super) fn encode(place: &mut Place, input: Bytes, dots: Dots, out: &mut impl Sink) {
    let (Some(first), Some(last)) = (input.first(), input.last()) else { return };
    let ends = Place { in_line: *last != b'\n', after_cr: *last == b'\r' };
    let begins = mem::replace(place, ends);
    // What is in front of `from` was passed on.
    let mut from = 0;
    if begins.after_cr && *first != b'\n' {
        out.literal(b"\n");
    }
    if !begins.after_cr && *first == b'\n' {
        out.literal(b"\r\n");
        from = 1;
    }
    let begins_line = begins.after_cr || !begins.in_line;
    if begins_line && *first == b'.' && dots == Dots::Double {
        out.literal(b".");
    }
    let mut lines = Lines::new(0, usize::MAX);
    let mut seen = 0;
    while let Some(odd) = suspect(&input, seen, &mut lines) {
        seen = odd;
        let (before, at) = input.split_at_checked(odd).unwrap_or_default();
        let dot = dots == Dots::Double && at.first() == Some(&b'.');
        match (before.last(), at.first()) {
            (Some(b'\r'), _) => {
                pass(&input, from..odd - 1, out);
                out.literal(if dot { b"\r\n." } else { b"\r\n" });
                from = odd;
            }
            (_, Some(b'\n')) => {
                pass(&input, from..odd, out);
                from = odd + 1;
                let dot = dots == Dots::Double && at.get(1) == Some(&b'.');
                out.literal(if dot { b"\r\n." } else { b"\r\n" });
                if dot {
                    seen = from;
                }
            }
            (Some(b'\n'), _) if dot => {
                // It ends one span and begins the next.
                pass(&input, from..odd + 1, out);
                from = odd;
            }
            _ => {}
        }
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
