use alloc::vec::Vec;

use bytes::Bytes;
use proptest::{collection, prelude::*};

use super::{super::Stuffer, Receiver, text};
use crate::body::{
    BareNewline, Newlines, OutgoingNewlines, Sink,
    newline::tests as newline,
    tests::{every_input, pieces},
};

fn naive_stuff(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in newline::naive(content).split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
    }
    out.extend_from_slice(b".\r\n");
    out
}

fn stuff<'a>(
    newlines: OutgoingNewlines,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, BareNewline> {
    let mut stuffer = Stuffer::new(newlines);
    let mut out = Vec::new();
    for piece in pieces {
        stuffer.stuff(Bytes::copy_from_slice(piece), &mut out)?;
    }
    stuffer.finish(&mut out)?;
    Ok(out)
}

#[test]
fn every_short_content_is_stuffed_and_comes_back() {
    every_input(6, &mut |content| {
        let stuffed = naive_stuff(content);
        for size in 1..=content.len().max(1) {
            let pieces = || content.chunks(size);
            let normalized = stuff(OutgoingNewlines::Normalize, pieces());
            assert_eq!(normalized.as_ref(), Ok(&stuffed), "{content:?} by {size}");
            let refused = stuff(OutgoingNewlines::Refuse, pieces());
            let expected = newline::naive_check(content).map(|()| stuffed.clone());
            assert_eq!(refused, expected, "{content:?} by {size}");
        }
        let mut sut = Receiver::new(Newlines::Reject, usize::MAX);
        sut.offer(&stuffed);
        assert!(sut.unstuffer.is_done() && sut.pending.is_empty());
        let mut sent = newline::naive(content);
        if !sent.is_empty() && !sent.ends_with(b"\r\n") {
            sent.extend_from_slice(b"\r\n");
        }
        assert_eq!(sut.content, sent, "{content:?}");
        assert!(!sut.unstuffer.is_refused());
    });
}

/// Keeps what is shared apart.
#[derive(Default)]
struct Shares(Vec<Bytes>);

impl Sink for Shares {
    fn literal(&mut self, _: &[u8]) {}

    fn share(&mut self, piece: Bytes) {
        self.0.push(piece);
    }
}

#[test]
fn what_needs_no_change_goes_on_whole() {
    for newlines in [OutgoingNewlines::Normalize, OutgoingNewlines::Refuse] {
        let mut stuffer = Stuffer::new(newlines);
        let mut out = Shares::default();
        let piece = Bytes::from("a line of text.\r\n".repeat(1000));
        stuffer.stuff(piece.clone(), &mut out).unwrap();
        assert_eq!(out.0.len(), 1);
        assert_eq!(out.0[0].as_ptr_range(), piece.as_ptr_range());
    }
}

proptest! {
    #[test]
    fn any_content_any_cuts_is_stuffed(
        content in text(),
        cuts in collection::vec(prop_oneof![0..5_usize, 0..3000_usize], 1..20),
    ) {
        let stuffed = naive_stuff(&content);
        prop_assert_eq!(stuff(OutgoingNewlines::Normalize, pieces(&content, &cuts)), Ok(stuffed));
        prop_assert_eq!(
            stuff(OutgoingNewlines::Refuse, pieces(&content, &cuts)).err(),
            newline::naive_check(&content).err()
        );
    }
}
