//! Dots taken out of a message that comes in.

use smtp_proto::body::Newlines;
use smtp_proto::body::dot::Unstuffer;

use crate::corpora::bodies::{self, Body};
use crate::work::{Unit, Work};

/// Bodies of nearly so many octets, in place, whole and in pieces, with an eye on bare newlines.
#[must_use]
pub fn unstuff(octets: usize) -> Vec<Work> {
    let bodies = bodies::all(octets);
    let works = bodies
        .iter()
        .flat_map(|body| bodies::CUTS.iter().map(move |(cut, size)| work(body, cut, *size)));
    works.collect()
}

pub(super) fn work(body: &Body, cut: &str, size: usize) -> Work {
    let mut decoded = Vec::new();
    let refused = decode(&mut body.wire.clone(), size, |piece| decoded.extend_from_slice(piece));
    // Who ends content that has bare newlines ends its last line before.
    let expected =
        if body.is_clean { &body.content[..] } else { &body.wire[..body.wire.len() - 3] };
    assert!(decoded == expected, "{}: the content is wrong", body.name);
    assert_eq!(refused, !body.is_clean, "{}: refused", body.name);
    let amount = (body.wire.len(), Unit::Octet);
    let name = format!("{}/{cut}", body.name);
    Work::in_place(name, amount, body.wire.clone(), decoded.len(), move |wire| {
        let mut kept = 0;
        decode(wire, size, |piece| kept += piece.len());
        kept
    })
}

/// As a server does it that reads so much at a time. Whether the message is refused.
fn decode(wire: &mut [u8], size: usize, mut take: impl FnMut(&[u8])) -> bool {
    let mut unstuffer = Unstuffer::new(Newlines::Reject);
    let mut at = 0;
    let mut end = 0;
    while !unstuffer.is_done() {
        end = wire.len().min(size.saturating_add(end));
        let decoded = unstuffer.decode(&mut wire[at..end]);
        take(&wire[at..at + decoded.kept]);
        at += decoded.consumed;
    }
    unstuffer.is_refused()
}
