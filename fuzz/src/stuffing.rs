//! Content on its way in and out, against the obvious way to do it, however it is cut.

use arbitrary::Arbitrary;
use bytes::Bytes;
use smtp_proto::body::dot::{Stuffer, Unstuffer};
use smtp_proto::body::newline::{Check, Normalizer, Outgoing};
use smtp_proto::body::{BareNewline, Newlines, OutgoingNewlines, Survey, Surveyed};

use crate::oracle::{Received, ended, normalized, stuffed};

/// Content, and where it is cut.
#[derive(Arbitrary, Debug)]
pub struct Case<'a> {
    /// A letter for each cut, so that an input can be read: 'a' is a piece of one octet.
    cuts: [u8; 4],
    octets: &'a [u8],
}

impl Case<'_> {
    pub fn check(&self) {
        // All at once, octet by octet, and as the input has it.
        for cuts in [&[usize::MAX][..], &[1], &self.cuts.map(piece)] {
            incoming(self.octets, cuts);
            outgoing(self.octets, cuts);
        }
        there_and_back(self.octets);
    }
}

fn piece(letter: u8) -> usize {
    1 + usize::from(letter.wrapping_sub(b'a'))
}

/// Cuts octets into pieces of these sizes, in turn.
fn pieces<'a>(octets: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let (mut rest, mut cuts) = (octets, cuts.iter().cycle());
    std::iter::from_fn(move || {
        let cut = *cuts.next()?;
        let (piece, behind) = rest.split_at(cut.min(rest.len()));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What follows DATA, read.
fn incoming(octets: &[u8], cuts: &[usize]) {
    let oracle = Received::of(octets);
    for policy in [Newlines::Reject, Newlines::Keep, Newlines::Normalize] {
        let mut unstuffer = Unstuffer::new(policy);
        let (mut pending, mut content, mut consumed) = (Vec::new(), Vec::new(), 0);
        for piece in pieces(octets, cuts) {
            pending.extend_from_slice(piece);
            let step = unstuffer.decode(&mut pending);
            assert!(step.kept <= step.consumed && step.consumed <= pending.len());
            assert_eq!(step.done, unstuffer.is_done());
            assert!(step.done || pending.len() - step.consumed < 3, "no progress");
            content.extend_from_slice(&pending[..step.kept]);
            pending.drain(..step.consumed);
            consumed += step.consumed;
        }
        assert_eq!(unstuffer.is_done(), oracle.end.is_some(), "the end");
        assert_eq!(unstuffer.octets(), content.len() as u64);
        if let Some(end) = oracle.end {
            assert_eq!(consumed, end, "an octet behind the end was taken");
            assert_eq!(content, oracle.content, "the content");
            // Behind one that is refused others are not looked for.
            let refused = unstuffer.is_refused();
            assert!(refused || unstuffer.bare_cr() == oracle.bare_cr);
            assert!(refused || unstuffer.bare_lf() == oracle.bare_lf);
        } else {
            // What can't be decided yet was kept back.
            assert!(oracle.content.starts_with(&content));
        }
        let bare = unstuffer.bare_cr() || unstuffer.bare_lf();
        assert_eq!(unstuffer.is_refused(), bare && policy == Newlines::Reject);
    }
}

/// The same octets as content to be sent.
fn outgoing(content: &[u8], cuts: &[usize]) {
    let clean = bare_newline(content);
    let mut check = Check::new();
    let checked =
        pieces(content, cuts).try_for_each(|piece| check.push(piece)).and_then(|()| check.finish());
    assert_eq!(checked, clean);

    let mut normalizer = Normalizer::new();
    let mut out = Vec::new();
    for piece in pieces(content, cuts) {
        out.extend_from_slice(&normalizer.push(Bytes::copy_from_slice(piece)));
    }
    out.extend_from_slice(&normalizer.finish());
    assert_eq!(out, normalized(content));
    assert_eq!(normalized(&out), out, "it is stable");

    for policy in [OutgoingNewlines::Normalize, OutgoingNewlines::Refuse] {
        let refuse = policy == OutgoingNewlines::Refuse;
        let (mut stuffer, mut data) = (Stuffer::new(policy), Vec::new());
        let stuff = |piece| stuffer.stuff(Bytes::copy_from_slice(piece), &mut data);
        let result = pieces(content, cuts).try_for_each(stuff);
        let result = result.and_then(|()| stuffer.finish(&mut data));
        assert_eq!(result, if refuse { clean } else { Ok(()) });
        assert!(result.is_err() || data == stuffed(content), "DATA");

        let (mut outgoing, mut chunks) = (Outgoing::new(policy), Vec::new());
        let push = |piece| outgoing.push(Bytes::copy_from_slice(piece), &mut chunks);
        let result = pieces(content, cuts).try_for_each(push);
        let result = result.and_then(|()| outgoing.finish(&mut chunks));
        assert_eq!(result, if refuse { clean } else { Ok(()) });
        assert!(result.is_err() || chunks == normalized(content), "BDAT");
    }
    survey(content, cuts, clean);
}

fn survey(content: &[u8], cuts: &[usize], clean: Result<(), BareNewline>) {
    let mut survey = Survey::new();
    pieces(content, cuts).for_each(|piece| survey.push(piece));
    let sent = ended(normalized(content));
    let lines = sent.split_inclusive(|octet| *octet == b'\n');
    let expected = Surveyed {
        octets: sent.len() as u64,
        eight_bit: !content.is_ascii(),
        nul: content.contains(&0),
        bare_newlines: clean.is_err(),
        longest_line: lines.map(<[u8]>::len).max().unwrap_or_default(),
    };
    assert_eq!(survey.finish(), expected);
}

/// What a sender makes of content ends where it ends, and nowhere else.
fn there_and_back(content: &[u8]) {
    let sent = [&stuffed(content)[..], b"QUIT\r\n"].concat();
    let received = Received::of(&sent);
    assert_eq!(received.end, Some(sent.len() - 6));
    assert_eq!(received.content, ended(normalized(content)));
    assert!(!received.bare_cr && !received.bare_lf);
}

fn bare_newline(content: &[u8]) -> Result<(), BareNewline> {
    for (at, octet) in content.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| content[before]);
        let bare = match octet {
            b'\r' => content.get(at + 1) != Some(&b'\n'),
            b'\n' => before != Some(b'\r'),
            _ => false,
        };
        if bare {
            return Err(BareNewline { cr: *octet == b'\r', at: at as u64 });
        }
    }
    Ok(())
}
