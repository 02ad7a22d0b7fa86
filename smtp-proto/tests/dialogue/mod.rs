//! Dialogues in text files, and how they are replayed against a machine. `dialogues/README.md`
//! describes the format.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

pub(crate) mod client;
pub(crate) mod parse;
pub(crate) mod server;

use smtp_proto::Machine;

use crate::rig::{Asks, Next, Random, Rig, Writes};
use parse::{Body, Expected, Item, Piece, Turn};

/// Replays with random cuts, for each dialogue.
const RANDOM_CUTS: u64 = 12;

/// Inputs longer than this are not cut in two everywhere, but only around the ends of lines and at
/// so many other places.
const LONG: usize = 1500;

/// How the input is cut into pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// All that may be pipelined in one piece.
    Whole,
    /// As written in the file: each block of lines is answered before the next is sent.
    Turns,
    /// An octet at a time.
    Octets,
    /// In two pieces, the first of so many octets.
    At(usize),
    /// In pieces of random length; replies are taken in pieces of random length too.
    Random(u64),
}

/// Where the next piece of the input ends.
pub(crate) struct Cutter {
    cut: Cut,
    fed: usize,
    random: Random,
}

impl Cutter {
    pub(crate) fn new(cut: Cut) -> Self {
        let seed = if let Cut::Random(seed) = cut { seed } else { 0 };
        Self { cut, fed: 0, random: Random::new(seed) }
    }

    /// How much of `left` octets to feed at once.
    pub(crate) fn next(&mut self, left: usize) -> usize {
        match self.cut {
            Cut::Octets => left.min(1),
            Cut::At(at) if self.fed < at => left.min(at - self.fed),
            Cut::Whole | Cut::Turns | Cut::At(_) => left,
            Cut::Random(_) => self.random.up_to(left).min(left),
        }
    }

    pub(crate) fn feed(&mut self, n: usize) {
        self.fed += n;
    }

    pub(crate) fn writes(&self) -> Writes {
        if matches!(self.cut, Cut::Random(_)) { Writes::Random } else { Writes::All }
    }
}

/// The files, by name; all of them, or those whose name contains `$DIALOGUE`.
pub(crate) fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues");
    let wanted = env::var("DIALOGUE").unwrap_or_default();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| path.to_string_lossy().contains(&wanted))
        .collect();
    files.sort();
    files
}

/// Every way to cut a dialogue.
pub(crate) fn cuts(items: &[Item], whole_only: bool) -> Vec<Cut> {
    if whole_only {
        return vec![Cut::Turns];
    }
    let seed = env::var("DIALOGUE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut cuts = vec![Cut::Turns, Cut::Whole, Cut::Octets];
    cuts.extend((0..RANDOM_CUTS).map(|n| Cut::Random(seed + n)));
    cuts.extend(splits(items).into_iter().map(Cut::At));
    cuts
}

/// Where to cut the input in two.
fn splits(items: &[Item]) -> Vec<usize> {
    let turns = items.iter().filter_map(|item| match item {
        Item::Turn(turn) => Some(turn.input.as_slice()),
        Item::Boundary(..) => None,
    });
    let input: Vec<u8> = turns.flatten().copied().collect();
    let step = input.len() / LONG + 1;
    let near_line_end = |at: usize| {
        let around = at.saturating_sub(3)..input.len().min(at + 3);
        input[around].contains(&b'\n')
    };
    (1..input.len()).filter(|&at| at % step == 0 || near_line_end(at)).collect()
}

/// Feeds a machine with what is sent to it, and hands on its events, until nothing more happens.
///
/// What is sent to a machine that is done, or waits for a handshake, is not its concern.
pub(crate) fn play<M>(
    rig: &mut Rig<M>,
    cutter: &mut Cutter,
    mut input: &[u8],
    mut on_event: impl FnMut(&mut M, M::Event) -> Result<(), String>,
) -> Result<(), String>
where
    M: Machine,
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    loop {
        let wait = loop {
            match rig.next()? {
                Next::Event(event) => on_event(&mut rig.machine, event)?,
                Next::Idle(wait) => break wait,
                Next::Upgrade | Next::Turn | Next::Done => return Ok(()),
            }
        };
        if input.is_empty() {
            return Ok(());
        }
        if !wait.read {
            return Err("reads no further".into());
        }
        let fed = rig.feed(&input[..cutter.next(input.len())]);
        cutter.feed(fed);
        input = &input[fed..];
    }
}

/// What happened in a turn, against what should have happened.
pub(crate) struct Ledger<'a> {
    expected: Vec<&'a Expected>,
    next: usize,
    /// Message content since the last event of another kind.
    body: Vec<u8>,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(turns: &[&'a Turn]) -> Self {
        let expected = turns.iter().flat_map(|turn| &turn.events).collect();
        Self { expected, next: 0, body: Vec::new() }
    }

    /// Notes a piece of message content, and returns the answers to it, if it is the first.
    pub(crate) fn body(&mut self, piece: &[u8]) -> Result<&'a [String], String> {
        if piece.is_empty() {
            return Err("an empty piece of content".into());
        }
        let first = self.body.is_empty();
        self.body.extend_from_slice(piece);
        match self.expected.get(self.next) {
            Some(expected) if expected.body.is_some() => {
                Ok(if first { &expected.answers } else { &[] })
            }
            Some(expected) => Err(format!("content, and not {}", expected.name())),
            None => Err(format!("content that was not expected: {}", quote(piece))),
        }
    }

    /// Whether this event is expected next.
    pub(crate) fn is_next(&self, event: &str) -> bool {
        self.expected.get(self.next).is_some_and(|expected| matches(&expected.text, event))
    }

    /// Notes an event, and returns the answers to it.
    pub(crate) fn event(&mut self, event: &str) -> Result<&'a [String], String> {
        self.event_with_content(event).map(|(answers, _)| answers)
    }

    /// Notes an event, and returns the answers to it and the message that goes with them.
    pub(crate) fn event_with_content(
        &mut self,
        event: &str,
    ) -> Result<(&'a [String], &'a [u8]), String> {
        self.end_of_body()?;
        let Some(expected) = self.expected.get(self.next) else {
            return Err(format!("an event that was not expected: {event}"));
        };
        if expected.body.is_some() || !matches(&expected.text, event) {
            return Err(format!("{event}, and not {}", expected.name()));
        }
        self.next += 1;
        Ok((&expected.answers, &expected.content))
    }

    /// Nothing else happens in this turn.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.end_of_body()?;
        match self.expected.get(self.next) {
            Some(expected) => Err(format!("did not happen: {}", expected.name())),
            None => Ok(()),
        }
    }

    fn end_of_body(&mut self) -> Result<(), String> {
        let body = std::mem::take(&mut self.body);
        let mut expected = Vec::new();
        let (mut any, mut some) = (false, false);
        while let Some(Expected { body: Some(next), .. }) = self.expected.get(self.next) {
            match next {
                Body::Octets(octets) => expected.extend_from_slice(octets),
                Body::Some => some = true,
                Body::Any => any = true,
            }
            self.next += 1;
        }
        if any || (some && !body.is_empty()) || body == expected {
            return Ok(());
        }
        Err(format!("content {}, and not {}", quote(&body), quote(&expected)))
    }
}

/// Compares output with what was expected.
pub(crate) fn check_output(turns: &[&Turn], output: &[u8]) -> Result<(), String> {
    let mut rest = output;
    for Piece { octets, open } in turns.iter().flat_map(|turn| &turn.output) {
        let Some(after) = rest.strip_prefix(octets.as_slice()) else {
            let rest = &rest[..rest.len().min(octets.len() + 200)];
            return Err(format!("wrote {}, and not {}", quote(rest), quote(octets)));
        };
        rest = after;
        if *open {
            let end = rest.windows(2).position(|two| two == b"\r\n");
            let end = end.ok_or_else(|| format!("no end of line: {}", quote(rest)))?;
            rest = &rest[end + 2..];
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(format!("wrote too much: {}", quote(rest))) }
}

/// Whether a text is the expected one; a pattern with `...` at its end means any text that begins so.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix("...") {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    }
}

/// Octets as a quoted text.
pub(crate) fn quote(octets: &[u8]) -> String {
    let shown = octets.get(..400).unwrap_or(octets);
    let parts = shown.utf8_chunks().flat_map(|part| {
        let invalid = part.invalid().iter().map(|octet| format!("\\x{octet:02x}"));
        part.valid().chars().map(escape).chain(invalid)
    });
    let text: String = parts.collect();
    match octets.len() - shown.len() {
        0 => format!("\"{text}\""),
        more => format!("\"{text}\" and {more} octets more"),
    }
}

fn escape(character: char) -> String {
    match character {
        '\r' => "\\r".into(),
        '\n' => "\\n".into(),
        '\0' => "\\0".into(),
        '"' | '\\' => format!("\\{character}"),
        '\x01'..='\x1F' | '\x7F' => format!("\\x{:02x}", character as u32),
        _ => character.into(),
    }
}

/// `300s`, `5m`, `1h`, `20ms`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(60 * number),
        "h" => Duration::from_secs(3600 * number),
        _ => return None,
    })
}
