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
        self.bare_cr |= matches!(self.state, DotCr | Cr) && octet != b'\n';
        self.bare_lf |= !matches!(self.state, DotCr | Cr) && octet == b'\n';
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
#[derive(Clone, Default)]
struct Sut {
    unstuffer: Unstuffer,
    pending: Vec<u8>,
    content: Vec<u8>,
    consumed: usize,
}

impl Sut {
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

    #[track_caller]
    fn check(&self, naive: &Naive, input: &[u8]) {
        assert_eq!(self.content, naive.content, "{input:?}");
        assert_eq!(self.consumed, naive.consumed - naive.undecided(), "{input:?}");
        assert_eq!(self.unstuffer.is_done(), naive.state == State::End, "{input:?}");
        assert_eq!(self.unstuffer.bare_cr(), naive.bare_cr, "{input:?}");
        assert_eq!(self.unstuffer.bare_lf(), naive.bare_lf, "{input:?}");
        assert_eq!(self.unstuffer.octets(), naive.content.len() as u64, "{input:?}");
        assert_eq!(self.unstuffer.longest_line(), naive.longest_line(), "{input:?}");
    }
}

/// Follows every input to its end, octet by octet, and offers it whole as well.
fn explore(naive: &Naive, bytewise: &Sut, input: &mut Vec<u8>, longest: usize) {
    let mut whole = Sut::default();
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
    explore(&Naive::default(), &Sut::default(), &mut Vec::new(), 9);
}

#[test]
fn every_short_input_cut_in_three() {
    every_input(5, &mut |input| {
        let mut naive = Naive::default();
        naive.octets(input);
        for second in 0..=input.len() {
            for first in 0..=second {
                let mut sut = Sut::default();
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
        let mut sut = Sut::default();
        sut.offer(&[b"text", input, b"MAIL FROM:<>"].concat());
        assert!(!sut.unstuffer.is_done(), "{input:?}");
    }
    for (input, content) in [
        (&b".\r\nQUIT\r\n"[..], &b""[..]),
        (b"\r\n.\r\nQUIT\r\n", b"\r\n"),
        (b"text\r\n.\r\nQUIT\r\n", b"text\r\n"),
        (b"..\r\n.\r\nQUIT\r\n", b".\r\n"),
        (b".text\r\n...\r\n.\r\nQUIT\r\n", b"text\r\n..\r\n"),
    ] {
        let mut sut = Sut::default();
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

proptest! {
    #[test]
    fn any_input_any_cuts_decodes_like_the_table(
        input in text(),
        cuts in collection::vec(prop_oneof![0..5_usize, 0..3000_usize], 1..20),
    ) {
        let mut naive = Naive::default();
        naive.octets(&input);
        let mut sut = Sut::default();
        for piece in pieces(&input, &cuts) {
            sut.offer(piece);
        }
        sut.check(&naive, &input);
    }
}
