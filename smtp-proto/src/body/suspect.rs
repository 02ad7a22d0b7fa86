//! Where content needs a closer look. Everything else of it goes by in large steps.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; every octet of a message passes here"
)]

use memchr::{memchr, memchr2};

/// Octets that are looked at as one. A compiler makes a few vector operations of a loop over so many.
const GRANULE: usize = 64;

/// Octets that are looked at as one while nothing was found for a while.
const BLOCK: usize = 4 * GRANULE;

/// So many octets of a block are searched for the end of a line. Few lines of a mail are longer.
const SAMPLE: usize = 96;

/// LF and a dot, added up. Other octets with this sum are a plus and a CR, and control characters.
const LF_DOT: u8 = b'\n' + b'.';

/// Whether a line may be too long, from knowing of few places where one ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    /// The line that is not over began here, or later.
    floor: usize,
    /// So many octets of it were in front of the input.
    before: usize,
    limit: usize,
    /// One may have more octets than the limit.
    pub(super) doubtful: bool,
}

impl Lines {
    /// At the start of an input, with so many octets of the line before it.
    pub(super) fn new(before: usize, limit: usize) -> Self {
        Self { floor: 0, before, limit, doubtful: false }
    }

    /// No line that has begun goes on beyond `at` unnoticed.
    pub(super) fn reach(&mut self, at: usize) {
        self.doubtful |= at.saturating_sub(self.floor).saturating_add(self.before) > self.limit;
    }

    /// A line begins at `at` or behind it, and none that is over reached beyond `end`.
    pub(super) fn begin(&mut self, at: usize, end: usize) {
        self.reach(end);
        (self.floor, self.before) = (at, 0);
    }
}

/// Finds the first octet behind the one at `seen` that does not go with the octet before it: an LF
/// without a CR, anything but an LF behind a CR, a dot behind an LF.
///
/// Here and there it names one with which nothing is wrong.
pub(super) fn suspect(data: &[u8], seen: usize, lines: &mut Lines) -> Option<usize> {
    // Where something was found a moment ago more is to be expected: line by line, then.
    let mut at = seen;
    let mut behind = data.get(seen..).unwrap_or_default();
    match behind {
        [b'\r', b'\n', ..] | [] => {}
        [first, rest @ ..] => {
            if rest.first().is_some_and(|second| is_odd(*first, *second) != 0) {
                return Some(seen + 1);
            }
            at += 1;
            behind = rest;
        }
    }
    for _ in 0..2 {
        let newline = memchr2(b'\r', b'\n', behind)?;
        at += newline;
        match behind.get(newline..).unwrap_or_default() {
            [b'\r', b'\n', b'.', ..] => {
                lines.reach(at + 2);
                return Some(at + 2);
            }
            [b'\r', b'\n', rest @ ..] => {
                at += 2;
                behind = rest;
                lines.begin(at, at);
            }
            [b'\r'] | [] => return None,
            [b'\r', ..] => return Some(at + 1),
            [_, ..] => return Some(at),
        }
    }
    // The LF is looked at again, with what is behind it.
    at = at.saturating_sub(1).max(seen);
    while let (Some(first), Some(second)) = (block(data, at), block(data, at + 1)) {
        let (odd, ends) = look(first, second);
        if odd {
            break;
        }
        at += BLOCK;
        if ends {
            lines.begin(at - BLOCK, at);
        }
    }
    while at + GRANULE < data.len() {
        if let Some(place) = in_granule(data, at) {
            return Some(place);
        }
        at += GRANULE;
    }
    // What is left is less than that: some of what was looked at is looked at again.
    if let Some(last) = data.len().checked_sub(GRANULE + 1).filter(|last| *last >= seen) {
        match in_granule(data, last) {
            // Only where lines were looked at one by one can there be such a place, and nothing wrong.
            Some(place) if place <= at => {}
            found => return found,
        }
    }
    let mut pairs = data.get(at..).unwrap_or_default().windows(2);
    let odd =
        pairs.position(|pair| matches!(pair, [first, second] if is_odd(*first, *second) != 0));
    odd.map(|place| at + place + 1)
}

/// Finds the first dot behind CRLF, the CR at `from` or behind it.
pub(super) fn dotted_line(data: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'\r', data.get(at..)?)?;
        if !is_dotted(data, at) {
            at += GRANULE;
            continue;
        }
        let place = data.get(at..)?.windows(3).position(|three| three == b"\r\n.")?;
        return Some(at + place + 2);
    }
}

/// Whether there may be a dot behind CRLF, the CR among the next octets.
fn is_dotted(data: &[u8], at: usize) -> bool {
    let (Some(first), Some(second), Some(third)) = (
        block::<GRANULE>(data, at),
        block::<GRANULE>(data, at + 1),
        block::<GRANULE>(data, at + 2),
    ) else {
        return true; // so few are left that they are looked at one by one
    };
    let mut found = 0;
    for ((first, second), third) in first.iter().zip(second).zip(third) {
        found |= u8::from(*first == b'\r') & u8::from(*second == b'\n') & u8::from(*third == b'.');
    }
    found != 0
}

fn block<const N: usize>(data: &[u8], at: usize) -> Option<&[u8; N]> {
    data.get(at..)?.first_chunk()
}

/// Whether any of `second` does not go with that of `first`, and whether a line ends at the beginning.
fn look(first: &[u8; BLOCK], second: &[u8; BLOCK]) -> (bool, bool) {
    let (mut odd, mut ends) = (0, 0);
    for (first, second) in first.iter().zip(second) {
        odd |= is_odd(*first, *second);
    }
    let sample: Option<&[u8; SAMPLE]> = second.first_chunk();
    if let Some(sample) = sample {
        for octet in sample {
            ends |= u8::from(*octet == b'\n');
        }
    }
    (odd != 0, ends != 0)
}

/// The first octet behind `at` that does not go with the one before it, among so many.
#[inline]
fn in_granule(data: &[u8], at: usize) -> Option<usize> {
    let first: &[u8; GRANULE] = block(data, at)?;
    let second: &[u8; GRANULE] = block(data, at + 1)?;
    let mut odd = 0;
    for (first, second) in first.iter().zip(second) {
        odd |= is_odd(*first, *second);
    }
    if odd == 0 { None } else { place(first, second).map(|place| at + place + 1) }
}

#[cold]
fn place(first: &[u8; GRANULE], second: &[u8; GRANULE]) -> Option<usize> {
    let mut odd = [0; GRANULE];
    for ((first, second), odd) in first.iter().zip(second).zip(&mut odd) {
        *odd = is_odd(*first, *second);
    }
    memchr(1, &odd)
}

/// 1 or 0: without a branch, for there are many of them.
#[inline]
fn is_odd(first: u8, second: u8) -> u8 {
    let bare = u8::from(first == b'\r') ^ u8::from(second == b'\n');
    bare | u8::from(first.saturating_add(second) == LF_DOT)
}
