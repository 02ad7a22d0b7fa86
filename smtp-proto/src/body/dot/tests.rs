use alloc::{vec, vec::Vec};

use proptest::{collection, prelude::*};

use super::Unstuffer;
use crate::body::{
    Newlines,
    tests::{ALPHABET, every_input, pieces},
};

mod stuffing;

/// The receiver as a table of states, one octet at a time.
#[derive(Clone, Debug, Default)]
struct Naive {
    state: State,
    content: Vec<u8>,
    consumed: usize,
    bare_cr: bool,
    bare_lf: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    LineStart,
    Dot,
    DotCr,
    InLine,
    Cr,
    End,
}

impl Naive {
    fn octet(&mut self, octet: u8) {
        use State::{Cr, Dot, DotCr, End, InLine, LineStart};
        let (emit, next): (&[u8], State) = match (self.state, octet) {
            (End, _) => return,
            (LineStart, b'.') => (b"", Dot),
            (Dot, b'\r') => (b"", DotCr),
            (DotCr, b'\n') => (b"", End),
            (LineStart | InLine, b'\r') => (b"", Cr),
            (Cr, b'\n') => (b"\r\n", LineStart),
            (DotCr | Cr, b'\r') => (b"\r", Cr),
            (DotCr | Cr, _) => (&[b'\r', octet], InLine),
            (LineStart | Dot | InLine, _) => (&[octet], InLine),
        };
        let after_cr = matches!(self.state, DotCr | Cr);
        self.bare_cr |= after_cr && octet != b'\n';
        self.bare_lf |= !after_cr && octet == b'\n';
        self.content.extend_from_slice(emit);
        self.consumed += 1;
        self.state = next;
    }

    fn octets(&mut self, octets: &[u8]) {
        for octet in octets {
            self.octet(*octet);
        }
    }

    /// Octets whose meaning depends on what comes next.
    fn undecided(&self) -> usize {
        match self.state {
            State::LineStart | State::InLine | State::End => 0,
            State::Dot | State::Cr => 1,
            State::DotCr => 2,
        }
    }

    fn longest_line(&self) -> usize {
        // Lines end with CRLF, and only with it.
        let mut longest = 0;
        let mut line = 0;
        let mut before = 0;
        for octet in &self.content {
            line += 1;
            longest = longest.max(line);
            if before == b'\r' && *octet == b'\n' {
                line = 0;
            }
            before = *octet;
        }
        longest
    }
}

/// An [`Unstuffer`], and what it was offered and did.
#[derive(Clone)]
struct Receiver {
    unstuffer: Unstuffer,
    pending: Vec<u8>,
    content: Vec<u8>,
    consumed: usize,
}

impl Receiver {
    fn new(policy: Newlines, limit: usize) -> Self {
        let unstuffer = Unstuffer::new(policy).with_line_limit(limit);
        Self { unstuffer, pending: Vec::new(), content: Vec::new(), consumed: 0 }
    }

    fn offer(&mut self, octets: &[u8]) {
        self.pending.extend_from_slice(octets);
        let step = self.unstuffer.decode(&mut self.pending);
        assert!(step.kept <= step.consumed);
        assert_eq!(step.done, self.unstuffer.is_done());
        self.content.extend_from_slice(&self.pending[..step.kept]);
        self.consumed += step.consumed;
        self.pending.drain(..step.consumed);
        assert!(step.done || self.pending.len() < 3, "no progress");
    }
}

/// One that keeps bare newlines, and one that rejects them.
#[derive(Clone)]
struct Sut {
    limit: usize,
    keep: Receiver,
    reject: Receiver,
}

impl Sut {
    fn new(limit: usize) -> Self {
        let [keep, reject] =
            [Newlines::Keep, Newlines::Reject].map(|policy| Receiver::new(policy, limit));
        Self { limit, keep, reject }
    }

    fn offer(&mut self, octets: &[u8]) {
        self.keep.offer(octets);
        self.reject.offer(octets);
    }

    #[track_caller]
    fn check(&self, naive: &Naive, input: &[u8]) {
        let (keep, reject) = (&self.keep, &self.reject);
        assert_eq!(keep.content, naive.content, "{input:?}");
        assert_eq!(keep.unstuffer.bare_cr(), naive.bare_cr, "{input:?}");
        assert_eq!(keep.unstuffer.bare_lf(), naive.bare_lf, "{input:?}");
        let long = naive.longest_line() > self.limit;
        assert_eq!(keep.unstuffer.has_long_lines(), long, "{input:?}");
        for receiver in [keep, reject] {
            assert_eq!(receiver.consumed, naive.consumed - naive.undecided(), "{input:?}");
            assert_eq!(receiver.unstuffer.is_done(), naive.state == State::End, "{input:?}");
            assert_eq!(receiver.unstuffer.octets(), receiver.content.len() as u64, "{input:?}");
        }
        assert_eq!(reject.content, naive.content, "{input:?}");
        assert_eq!(reject.unstuffer.is_refused(), naive.bare_cr || naive.bare_lf, "{input:?}");
        assert!(long || !reject.unstuffer.has_long_lines(), "{input:?}");
    }
}

/// Follows every input to its end, octet by octet, and offers it whole as well.
fn explore(naive: &Naive, bytewise: &Sut, input: &mut Vec<u8>, longest: usize) {
    let mut whole = Sut::new(bytewise.limit);
    whole.offer(input);
    whole.check(naive, input);
    bytewise.check(naive, input);
    if input.len() == longest {
        return;
    }
    for octet in ALPHABET {
        let (mut naive, mut bytewise) = (naive.clone(), bytewise.clone());
        naive.octet(octet);
        bytewise.offer(&[octet]);
        input.push(octet);
        explore(&naive, &bytewise, input, longest);
        input.pop();
    }
}

#[test]
fn every_short_input_decodes_like_the_table() {
    explore(&Naive::default(), &Sut::new(3), &mut Vec::new(), 8);
}

#[test]
fn every_short_input_cut_in_three() {
    every_input(5, &mut |input| {
        let mut naive = Naive::default();
        naive.octets(input);
        for second in 0..=input.len() {
            for first in 0..=second {
                let mut sut = Sut::new(3);
                sut.offer(&input[..first]);
                sut.offer(&input[first..second]);
                sut.offer(&input[second..]);
                sut.check(&naive, input);
            }
        }
    });
}

#[test]
fn only_one_sequence_ends_the_content() {
    let never: [&[u8]; 11] = [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r\r\n",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\r\n..\r\n",
    ];
    for input in never {
        let mut sut = Sut::new(usize::MAX);
        sut.offer(&[b"text", input, b"MAIL FROM:<>"].concat());
        assert!(!sut.keep.unstuffer.is_done() && !sut.reject.unstuffer.is_done(), "{input:?}");
    }
    for (input, content) in [
        (&b".\r\nQUIT\r\n"[..], &b""[..]),
        (b"\r\n.\r\nQUIT\r\n", b"\r\n"),
        (b"text\r\n.\r\nQUIT\r\n", b"text\r\n"),
        (b"..\r\n.\r\nQUIT\r\n", b".\r\n"),
        (b".text\r\n...\r\n.\r\nQUIT\r\n", b"text\r\n..\r\n"),
    ] {
        let mut sut = Receiver::new(Newlines::Reject, usize::MAX);
        sut.offer(input);
        assert!(sut.unstuffer.is_done(), "{input:?}");
        assert_eq!(sut.content, content, "{input:?}");
        assert_eq!(sut.pending, b"QUIT\r\n", "{input:?}");
    }
}

#[test]
fn only_the_policy_refuses() {
    for (policy, refused) in
        [(Newlines::Reject, true), (Newlines::Keep, false), (Newlines::Normalize, false)]
    {
        let mut unstuffer = Unstuffer::new(policy);
        assert_eq!(unstuffer.decode(&mut b"good\r\n".to_vec()).kept, 6);
        assert!(!unstuffer.is_refused());
        assert_eq!(unstuffer.decode(&mut b"bad\n".to_vec()).kept, 4);
        assert_eq!(unstuffer.is_refused(), refused);
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => collection::vec(any::<u8>(), 0..90),
        2 => collection::vec(prop::sample::select(&ALPHABET[..]), 0..9),
        1 => (0..2000_usize).prop_map(|n| vec![b'x'; n]),
        1 => Just(b".".to_vec()),
    ];
    let end = prop::sample::select(vec![&b"\r\n"[..], b"\r\n", b"\r\n", b"\r\n.", b"\r"]);
    collection::vec((line, end), 0..40)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [&line, end].concat()).collect())
}

/// What may stand in otherwise plain text.
const ODD: [&[u8]; 19] = [
    b"+\r\n",
    b"+\r\n\n",
    b"+\r\n+\r\n+\r\n",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n.",
    b"\r\n..",
    b"\r\n.\r\n",
    b"\r\n.\r",
    b"\r\r\n",
    b"\n.\r\n",
    b"\n\n.",
    b"\t/",
    b"/\t",
    b"\r\n\r\n.",
    b".\r\n.x\r\n.",
    b"\r\n.\n",
    b"\r\n.\r.",
];

/// Large steps go by nothing, wherever it is.
#[test]
fn whatever_is_odd_is_found_at_every_place() {
    let mut plain = Vec::new();
    while plain.len() < 1500 {
        plain.extend_from_slice(if plain.len() % 5 == 0 {
            b"short\r\n"
        } else {
            b"A line of text.\r\n"
        });
    }
    for odd in ODD {
        for place in 0..700 {
            let input = [&plain[..place], odd, &plain[place..], b".\r\nQUIT\r\n"].concat();
            let mut naive = Naive::default();
            naive.octets(&input);
            for cut in [input.len(), place, place + 1, 300] {
                let mut sut = Sut::new(900);
                sut.offer(&input[..cut]);
                sut.offer(&input[cut..]);
                sut.check(&naive, &input);
            }
        }
    }
}

/// A plus and a CR have the same sum as LF and a dot, and what is left at the end is looked at twice.
#[test]
fn what_only_looks_odd_changes_nothing() {
    for odd in
        [&b"+\r\n"[..], b"+\r\n\n", b"+\r\n+\r\n\n+\r\n", b"\t/\r\n\t/", b"+\r\n.+\r\n.+\r\n"]
    {
        for (before, behind) in (0..200).flat_map(|before| [0, 1, 9, 60].map(|n| (before, n))) {
            let input = [&vec![b'x'; before], odd, &vec![b'x'; behind]].concat();
            let mut naive = Naive::default();
            naive.octets(&input);
            let mut sut = Sut::new(100);
            sut.offer(&input);
            sut.check(&naive, &input);
        }
    }
}

/// Nor by a line that is too long by an octet.
#[test]
fn a_long_line_is_found_at_every_place() {
    for (long, limit) in [(1000, 999), (1000, 1000), (300, 299), (300, 300), (64, 63)] {
        let long = [&vec![b'x'; long - 2][..], b"\r\n"].concat();
        for lines in 0..60 {
            let before = b"A line.\r\n".repeat(lines);
            let input = [&before[..], &long, b"..dot\r\n", &before, b".\r\n"].concat();
            let mut naive = Naive::default();
            naive.octets(&input);
            for cut in (0..input.len()).step_by(97) {
                let mut sut = Sut::new(limit);
                sut.offer(&input[..cut]);
                sut.offer(&input[cut..]);
                sut.check(&naive, &input);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_input_any_cuts_decodes_like_the_table(
        input in text(),
        cuts in collection::vec(prop_oneof![0..5_usize, 0..3000_usize], 1..20),
        limit in prop_oneof![0..100_usize, 100..2100_usize],
    ) {
        let mut naive = Naive::default();
        naive.octets(&input);
        let mut sut = Sut::new(limit);
        for piece in pieces(&input, &cuts) {
            sut.offer(piece);
        }
        sut.check(&naive, &input);
    }
}
