//! What messages hold, the nastier the better, and what has to arrive of it.

use fastrand::Rng;

/// What a line may hold that makes a bad receiver stumble.
const LINES: &[&[u8]] = &[
    b"",
    b".",
    b"..",
    b". ",
    b".\t.",
    b"...hidden",
    b"QUIT",
    b"RSET",
    b"MAIL FROM:<evil@example.org>",
    b"BDAT 3 LAST",
    b"250 2.0.0 OK",
    b"354 go on",
    b"354-",
    b"421 4.3.2 Bye",
    b"Subject: a line of a header",
    b" folded",
    b"From me to you",
    b"the quick brown fox jumps over the lazy dog",
];

/// What no line may hold, but some do.
const BARE: &[&[u8]] = &[b"\n", b"\r", b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\r\n", b"\r\n.\n"];

/// What is in the content of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines that end with CRLF, in ASCII.
    Text,
    /// The same, with octets above 0x7F.
    EightBit,
    /// With CR and LF that stand alone.
    Bare,
    /// A line longer than any server takes.
    Overlong,
    /// Any octets.
    Binary,
}

impl Kind {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.u32(..16) {
            0 | 1 => Self::EightBit,
            2 | 3 => Self::Bare,
            4 => Self::Overlong,
            5 | 6 => Self::Binary,
            _ => Self::Text,
        }
    }
}

/// About so many octets of content.
pub(crate) fn content(rng: &mut Rng, kind: Kind, octets: usize) -> Vec<u8> {
    let mut content = Vec::with_capacity(octets + 1000);
    while content.len() < octets {
        match rng.u32(..12) {
            0 => content.resize(content.len() + rng.usize(990..=998), b'x'),
            1 => content.resize(content.len() + rng.usize(..80), b'.'),
            _ => content.extend_from_slice(LINES[rng.usize(..LINES.len())]),
        }
        match kind {
            Kind::EightBit => content.extend_from_slice("ä".as_bytes()),
            Kind::Bare if rng.u32(..4) == 0 => {
                content.extend_from_slice(BARE[rng.usize(..BARE.len())]);
            }
            Kind::Binary => {
                content.push(0);
                content.extend((0..rng.usize(..8)).map(|_| rng.u8(..)));
                content.extend_from_slice(BARE[rng.usize(..BARE.len())]);
            }
            Kind::Overlong if rng.u32(..4) == 0 => content.resize(content.len() + 1001, b'y'),
            _ => {}
        }
        content.extend_from_slice(b"\r\n");
    }
    // Not every message ends with the end of a line.
    if rng.u32(..4) == 0 {
        content.truncate(content.len().saturating_sub(rng.usize(1..=3)));
    }
    content
}

/// With CRLF in the place of every CR and every LF that stands alone.
pub(crate) fn as_lines(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(content.len() + 2);
    let mut after_cr = false;
    for octet in content {
        match octet {
            b'\n' if after_cr => {}
            b'\r' | b'\n' => lines.extend_from_slice(b"\r\n"),
            octet => lines.push(*octet),
        }
        after_cr = *octet == b'\r';
    }
    lines
}

/// Ends with CRLF, unless there is nothing.
pub(crate) fn ended(mut content: Vec<u8>) -> Vec<u8> {
    if !content.is_empty() && !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    content
}
