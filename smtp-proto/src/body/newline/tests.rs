use alloc::{string::ToString, vec, vec::Vec};

use bytes::Bytes;
use proptest::{collection, prelude::*};

use super::{BareNewline, Check, Normalizer, Outgoing, OutgoingNewlines};
use crate::body::{
    Sink,
    tests::{every_input, pieces},
};

/// CRLF for every line end, one octet at a time.
pub(crate) fn naive(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_cr = false;
    for octet in content {
        match octet {
            b'\n' if after_cr => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(*octet),
        }
        after_cr = *octet == b'\r';
    }
    out
}

/// The first CR or LF that stands alone.
pub(crate) fn naive_check(content: &[u8]) -> Result<(), BareNewline> {
    for (at, octet) in content.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| content[before]);
        let behind = content.get(at + 1);
        let at = at as u64;
        match octet {
            b'\r' if behind != Some(&b'\n') => return Err(BareNewline { cr: true, at }),
            b'\n' if before != Some(b'\r') => return Err(BareNewline { cr: false, at }),
            _ => {}
        }
    }
    Ok(())
}

fn normalize<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut normalizer = Normalizer::new();
    let mut out = Vec::new();
    for piece in pieces {
        out.extend_from_slice(&normalizer.push(Bytes::copy_from_slice(piece)));
    }
    out.extend_from_slice(&normalizer.finish());
    out
}

fn check<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<(), BareNewline> {
    let mut check = Check::new();
    for piece in pieces {
        check.push(piece)?;
    }
    check.finish()
}

#[test]
fn every_short_content() {
    every_input(6, &mut |content| {
        let (normal, checked) = (naive(content), naive_check(content));
        assert_eq!(naive(&normal), normal, "the oracle is stable");
        assert_eq!(naive_check(&normal), Ok(()), "the oracles agree");
        assert_eq!(checked.is_ok(), normal == content, "the oracles agree");
        for size in 1..=content.len().max(1) {
            assert_eq!(normalize(content.chunks(size)), normal, "{content:?} by {size}");
            assert_eq!(check(content.chunks(size)), checked, "{content:?} by {size}");
        }
    });
}

#[test]
fn what_needs_no_change_is_not_copied() {
    let mut normalizer = Normalizer::new();
    for text in ["one\r\ntwo", "\r\n\r", "\nthree\r\n"] {
        let piece = Bytes::from(text);
        assert_eq!(normalizer.push(piece.clone()).as_ptr(), piece.as_ptr());
    }
}

#[test]
fn a_refused_piece_leaves_no_trace() {
    let mut out = Vec::new();
    let mut outgoing = Outgoing::new(OutgoingNewlines::Refuse);
    outgoing.push("one\r".into(), &mut out).unwrap();
    let refused = outgoing.push("two\r\n".into(), &mut out).unwrap_err();
    assert_eq!(refused, BareNewline { cr: true, at: 3 });
    assert_eq!(refused.to_string(), "bare CR at offset 3 of the content: lines end with CR LF");
    let refused = outgoing.push("\nfive\n".into(), &mut out).unwrap_err();
    assert_eq!(refused, BareNewline { cr: false, at: 9 });
    outgoing.push("\nfive\r\n".into(), &mut out).unwrap();
    outgoing.finish(&mut out).unwrap();
    assert_eq!(out, b"one\r\nfive\r\n");
}

/// Counts what is shared.
#[derive(Default)]
struct Shares(Vec<Bytes>, Vec<u8>);

impl Sink for Shares {
    fn literal(&mut self, octets: &[u8]) {
        self.1.extend_from_slice(octets);
    }

    fn share(&mut self, piece: Bytes) {
        self.1.extend_from_slice(&piece);
        self.0.push(piece);
    }
}

#[test]
fn long_spans_are_shared() {
    let long = vec![b'a'; 5000];
    let piece = Bytes::from([&long[..], b"\n", &long, b"\na\nb\r", &long].concat());
    let mut out = Shares::default();
    let mut outgoing = Outgoing::new(OutgoingNewlines::Normalize);
    outgoing.push(piece.clone(), &mut out).unwrap();
    assert_eq!(out.1, naive(&piece));
    let sizes: Vec<usize> = out.0.iter().map(Bytes::len).collect();
    assert_eq!(sizes, [5000; 3]);
    let storage = piece.as_ptr_range();
    assert!(out.0.iter().all(|share| storage.contains(&share.as_ptr())));
}

proptest! {
    #[test]
    fn any_content_any_cuts(
        content in collection::vec(
            prop::sample::select(vec![&b"\r\n"[..], b"\r", b"\n", b"a", &[b'x'; 600]]),
            0..50,
        ),
        cuts in collection::vec(0..700_usize, 1..20),
        small_cuts in collection::vec(0..4_usize, 1..20),
    ) {
        let content = content.concat();
        for cuts in [cuts, small_cuts] {
            prop_assert_eq!(normalize(pieces(&content, &cuts)), naive(&content));
            prop_assert_eq!(check(pieces(&content, &cuts)), naive_check(&content));
        }
    }
}
