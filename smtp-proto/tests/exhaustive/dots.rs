//! The end of data, and the dots before it: every content of up to ten octets of those that mean
//! something, against what RFC 5321 says of a whole text and not of one octet after another.

use bytes::Bytes;
use smtp_proto::body::dot::{Stuffer, Unstuffer};
use smtp_proto::body::{BareNewline, Newlines, OutgoingNewlines, Sink};

use crate::{Tally, spread};

/// What means something, what means nothing, what some software stops at, what is not ASCII.
const ALPHABET: &[u8; 6] = b".\r\na\0\x80";

const INCOMING: [Newlines; 3] = [Newlines::Reject, Newlines::Keep, Newlines::Normalize];
const OUTGOING: [OutgoingNewlines; 2] = [OutgoingNewlines::Normalize, OutgoingNewlines::Refuse];

/// A short text that is copied and not allocated.
#[derive(Clone, Copy)]
struct Short {
    octets: [u8; 32],
    len: usize,
}

impl Short {
    const EMPTY: Self = Self { octets: [0; 32], len: 0 };

    fn push(&mut self, octets: &[u8]) {
        self.octets[self.len..self.len + octets.len()].copy_from_slice(octets);
        self.len += octets.len();
    }

    fn drop_front(&mut self, n: usize) {
        self.octets.copy_within(n..self.len, 0);
        self.len -= n;
    }

    fn as_slice(&self) -> &[u8] {
        &self.octets[..self.len]
    }
}

impl Sink for Short {
    fn literal(&mut self, octets: &[u8]) {
        self.push(octets);
    }

    fn share(&mut self, piece: Bytes) {
        self.push(&piece);
    }
}

/// What an input holds by the words of the RFC.
struct Meaning {
    content: Short,
    /// Octets that are content, or the end of it, or a dot that was added; behind them nothing can be
    /// said before more is there.
    decided: usize,
    ended: bool,
    bare_cr: bool,
    bare_lf: bool,
}

/// Looks at the text as a whole: a line begins at the start and behind CRLF, a dot that begins a line
/// goes, and a line of one dot is the end.
fn meaning(input: &[u8]) -> Meaning {
    let begins_line = |at: usize| at == 0 || input[..at].ends_with(b"\r\n");
    let end = (0..input.len()).find(|&at| begins_line(at) && input[at..].starts_with(b".\r\n"));
    let text = &input[..end.unwrap_or(input.len())];
    let mut undecided = 0;
    if end.is_none() {
        let lone = |tail: &[u8]| text.ends_with(tail) && begins_line(text.len() - tail.len());
        undecided = match text.last() {
            Some(b'\r') if lone(b".\r") => 2,
            Some(b'\r') => 1,
            Some(b'.') if lone(b".") => 1,
            _ => 0,
        };
    }
    let (mut content, mut bare_cr, mut bare_lf) = (Short::EMPTY, false, false);
    let decided = text.len() - undecided;
    for at in 0..decided {
        let (octet, behind) = (text[at], input.get(at + 1));
        if octet == b'.' && begins_line(at) {
            continue;
        }
        bare_cr |= octet == b'\r' && behind != Some(&b'\n');
        bare_lf |= octet == b'\n' && (at == 0 || text[at - 1] != b'\r');
        content.push(&[octet]);
    }
    let decided = decided + if end.is_some() { 3 } else { 0 };
    Meaning { content, decided, ended: end.is_some(), bare_cr, bare_lf }
}

/// An unstuffer, and what it was offered and did.
#[derive(Clone)]
struct Receiver {
    unstuffer: Unstuffer,
    pending: Short,
    content: Short,
    consumed: usize,
}

impl Receiver {
    fn new(policy: Newlines) -> Self {
        let unstuffer = Unstuffer::new(policy);
        Self { unstuffer, pending: Short::EMPTY, content: Short::EMPTY, consumed: 0 }
    }

    fn offer(&mut self, octets: &[u8]) {
        self.pending.push(octets);
        let len = self.pending.len;
        let step = self.unstuffer.decode(&mut self.pending.octets[..len]);
        self.content.push(&self.pending.octets[..step.kept]);
        self.consumed += step.consumed;
        self.pending.drop_front(step.consumed);
    }

    fn check(&self, policy: Newlines, meaning: &Meaning, input: &[u8]) -> Result<(), String> {
        let bare = meaning.bare_cr || meaning.bare_lf;
        // Behind one that is refused others are not looked for.
        let rejected = bare && policy == Newlines::Reject;
        let right = self.content.as_slice() == meaning.content.as_slice()
            && self.consumed == meaning.decided
            && self.unstuffer.is_done() == meaning.ended
            && (rejected || self.unstuffer.bare_cr() == meaning.bare_cr)
            && (rejected || self.unstuffer.bare_lf() == meaning.bare_lf)
            && self.unstuffer.octets() == meaning.content.len as u64
            && self.unstuffer.is_refused() == rejected;
        if right { Ok(()) } else { Err(format!("{policy:?} {input:?}: {:?}", self.unstuffer)) }
    }
}

/// Content as it has to be sent, and the first newline in it that stands alone.
fn sent(content: &[u8]) -> (Short, Option<BareNewline>) {
    let (mut out, mut first, mut at) = (Short::EMPTY, None, 0);
    let mut begins_line = true;
    while let Some(&octet) = content.get(at) {
        let crlf = content[at..].starts_with(b"\r\n");
        if begins_line && octet == b'.' {
            out.push(b".");
        }
        begins_line = octet == b'\r' || octet == b'\n';
        if begins_line {
            out.push(b"\r\n");
            if !crlf && first.is_none() {
                first = Some(BareNewline { cr: octet == b'\r', at: at as u64 });
            }
        } else {
            out.push(&[octet]);
        }
        at += if crlf { 2 } else { 1 };
    }
    if !begins_line {
        out.push(b"\r\n");
    }
    out.push(b".\r\n");
    (out, first)
}

/// A stuffer, and what came of what it was given: the first refusal stands.
#[derive(Clone)]
struct Sender {
    stuffer: Stuffer,
    out: Short,
    refusal: Option<BareNewline>,
}

impl Sender {
    fn new(policy: OutgoingNewlines) -> Self {
        Self { stuffer: Stuffer::new(policy), out: Short::EMPTY, refusal: None }
    }

    fn offer(&mut self, piece: Bytes) {
        if self.refusal.is_none() {
            self.refusal = self.stuffer.stuff(piece, &mut self.out).err();
        }
    }

    fn check(
        mut self,
        policy: OutgoingNewlines,
        sent: &(Short, Option<BareNewline>),
        content: &[u8],
    ) -> Result<(), String> {
        if self.refusal.is_none() {
            self.refusal = self.stuffer.finish(&mut self.out).err();
        }
        let expected = sent.1.filter(|_| policy == OutgoingNewlines::Refuse);
        let whole = self.refusal.is_some() || self.out.as_slice() == sent.0.as_slice();
        if self.refusal == expected && whole {
            return Ok(());
        }
        Err(format!("{policy:?} {content:?}: {:?} {:?}", self.refusal, self.out.as_slice()))
    }
}

/// Where a walk through all inputs has come, octet by octet.
#[derive(Clone)]
struct Walk {
    input: Short,
    receivers: [Receiver; 3],
    senders: [Sender; 2],
}

/// How far to go.
#[derive(Clone, Copy)]
struct Depth {
    longest: usize,
    /// Inputs up to this length are cut in two at each place, too.
    cut: usize,
}

impl Walk {
    fn new() -> Self {
        let receivers = INCOMING.map(Receiver::new);
        Self { input: Short::EMPTY, receivers, senders: OUTGOING.map(Sender::new) }
    }

    fn step(&mut self, octet: &'static [u8]) {
        self.input.push(octet);
        self.receivers.iter_mut().for_each(|receiver| receiver.offer(octet));
        self.senders.iter_mut().for_each(|sender| sender.offer(Bytes::from_static(octet)));
    }

    fn explore(&self, depth: Depth, tally: &mut Tally) -> Result<(), String> {
        self.check(depth, tally)?;
        if self.input.len == depth.longest {
            return Ok(());
        }
        for octet in ALPHABET.chunks(1) {
            let mut next = self.clone();
            next.step(octet);
            next.explore(depth, tally)?;
        }
        Ok(())
    }

    /// The input octet by octet, whole, and in two pieces; a long one whole by one policy only, for
    /// what is content does not depend on it.
    fn check(&self, depth: Depth, tally: &mut Tally) -> Result<(), String> {
        let input = self.input.as_slice();
        let (meaning, sent) = (meaning(input), sent(input));
        tally.add("inputs, octet by octet and whole", 1);
        for (receiver, policy) in self.receivers.iter().zip(INCOMING) {
            receiver.check(policy, &meaning, input)?;
            if policy == Newlines::Reject || input.len() <= depth.cut {
                let mut whole = Receiver::new(policy);
                whole.offer(input);
                whole.check(policy, &meaning, input)?;
            }
        }
        let piece = Bytes::copy_from_slice(input);
        for (sender, policy) in self.senders.iter().zip(OUTGOING) {
            sender.clone().check(policy, &sent, input)?;
            let mut whole = Sender::new(policy);
            whole.offer(piece.clone());
            whole.check(policy, &sent, input)?;
        }
        if input.len() <= depth.cut {
            for at in 1..input.len() {
                tally.add("cuts in two", 1);
                for policy in INCOMING {
                    let mut two = Receiver::new(policy);
                    two.offer(&input[..at]);
                    two.offer(&input[at..]);
                    two.check(policy, &meaning, input)?;
                }
                for policy in OUTGOING {
                    let mut two = Sender::new(policy);
                    two.offer(piece.slice(..at));
                    two.offer(piece.slice(at..));
                    two.check(policy, &sent, input)?;
                }
            }
        }
        // And back again.
        let mut back = Receiver::new(Newlines::Reject);
        back.offer(sent.0.as_slice());
        if !back.unstuffer.is_done() || back.unstuffer.is_refused() || back.pending.len > 0 {
            return Err(format!("{input:?} does not come back from {:?}", sent.0.as_slice()));
        }
        Ok(())
    }
}

fn every_input(depth: Depth) -> Tally {
    // The short ones, then what begins with each pair of octets.
    let mut short = Tally::default();
    Walk::new().explore(Depth { longest: 1, ..depth }, &mut short).unwrap();
    let pairs: Vec<[&'static [u8]; 2]> = ALPHABET
        .chunks(1)
        .flat_map(|first| ALPHABET.chunks(1).map(move |second| [first, second]))
        .collect();
    let mut tally = spread(&pairs, |pair, tally| {
        let mut walk = Walk::new();
        for octet in pair {
            walk.step(octet);
        }
        walk.explore(depth, tally)
    });
    tally.merge(&short);
    tally
}

fn inputs(longest: u32) -> u64 {
    (0..=longest).map(|len| 6_u64.pow(len)).sum()
}

#[test]
fn every_content_of_up_to_five_octets() {
    let tally = every_input(Depth { longest: 5, cut: 5 });
    tally.print("dots");
    assert_eq!(tally.0["inputs, octet by octet and whole"], inputs(5));
}

#[test]
#[ignore = "72 million inputs: for an optimised build"]
fn every_content_of_up_to_ten_octets() {
    let tally = every_input(Depth { longest: 10, cut: 8 });
    tally.print("dots");
    assert_eq!(tally.0["inputs, octet by octet and whole"], inputs(10));
}
