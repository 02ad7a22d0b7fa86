//! Messages that can be told to be whole by nobody but themselves.
//!
//! The first line says who the message is, how many octets follow, and their SHA-256 with the name in
//! front. A message that lost its end, or one octet, or took another's name, shows it.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

const FIELD: &str = "X-Soak: ";

/// The name of a message. Whoever is sent again keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    /// Which run of this program made it.
    pub(crate) run: u64,
    pub(crate) number: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.run, self.number)
    }
}

impl Id {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (run, number) = text.split_once('-')?;
        Some(Self { run: u64::from_str_radix(run, 16).ok()?, number: number.parse().ok()? })
    }
}

/// A message as it has to arrive.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: Id,
    pub(crate) content: Vec<u8>,
}

impl Message {
    /// Lines of all lengths, many with dots in front, none of which is the same in two messages.
    pub(crate) fn new(id: Id, octets: usize, rng: &mut fastrand::Rng) -> Self {
        let mut rest = format!(
            "From: <soak@example.org>\r\nTo: <sink@example.net>\r\n\
             Message-ID: <{id}@soak.example>\r\nSubject: soak\r\n\r\n"
        )
        .into_bytes();
        let end = rest.len() + octets;
        while rest.len() < end {
            rest.extend(std::iter::repeat_n(b'.', rng.usize(0..3)));
            let length = rng.usize(0..=end.saturating_sub(rest.len()).min(990));
            rest.extend(std::iter::repeat_with(|| rng.u8(b' '..=b'~')).take(length));
            rest.extend_from_slice(b"\r\n");
        }
        let mut content = format!("{FIELD}{id} {} {}\r\n", rest.len(), sum(id, &rest)).into_bytes();
        content.append(&mut rest);
        Self { id, content }
    }

    /// As it goes behind DATA: dots doubled (RFC 5321 section 4.5.2), and the end. Not done by the
    /// library that is put to the test.
    pub(crate) fn dotted(&self) -> Vec<u8> {
        let mut dotted = Vec::with_capacity(self.content.len() + self.content.len() / 8);
        for line in self.content.split_inclusive(|octet| *octet == b'\n') {
            if line.starts_with(b".") {
                dotted.push(b'.');
            }
            dotted.extend_from_slice(line);
        }
        dotted.extend_from_slice(b".\r\n");
        dotted
    }
}

/// What a stored file turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Whole(Id),
    /// It has a name, and something happened to it.
    Damaged(Id),
    /// Nobody's.
    Strange,
}

pub(crate) fn inspect(content: &[u8]) -> Found {
    let Some((id, octets, expected, rest)) = take_apart(content) else { return Found::Strange };
    if octets == rest.len() && expected == sum(id, rest) {
        Found::Whole(id)
    } else {
        Found::Damaged(id)
    }
}

fn take_apart(content: &[u8]) -> Option<(Id, usize, &str, &[u8])> {
    let end = content.windows(2).position(|two| two == b"\r\n")?;
    let (line, rest) = content.split_at(end);
    let line = str::from_utf8(line).ok()?.strip_prefix(FIELD)?;
    let mut words = line.split(' ');
    let id = Id::parse(words.next()?)?;
    let octets = words.next()?.parse().ok()?;
    Some((id, octets, words.next()?, &rest[2..]))
}

fn sum(id: Id, rest: &[u8]) -> String {
    let digest = Sha256::new().chain_update(id.to_string()).chain_update(b"\n").chain_update(rest);
    digest.finalize().iter().fold(String::with_capacity(64), |mut hex, octet| {
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}
