//! Dots put into a message that goes out, and its line ends made right.

use std::hint::black_box;

use bytes::Bytes;
use smtp_proto::body::dot::Stuffer;
use smtp_proto::body::{OutgoingNewlines, Sink};

use crate::corpora::bodies::{self, Body};
use crate::work::{Unit, Work};

/// Bodies of nearly so many octets, whole and in pieces.
#[must_use]
pub fn stuff(octets: usize) -> Vec<Work> {
    let bodies = bodies::all(octets);
    let works = bodies
        .iter()
        .flat_map(|body| bodies::CUTS.iter().map(move |(cut, size)| work(body, cut, *size)));
    works.collect()
}

fn work(body: &Body, cut: &str, size: usize) -> Work {
    let expected = bodies::expected(&body.content);
    let content = Bytes::from(body.content.clone());
    let mut written = Vec::new();
    encode(&content, size, &mut written);
    assert!(written == expected, "{}: the output is wrong", body.name);
    let amount = (content.len(), Unit::Octet);
    Work::new(format!("{}/{cut}", body.name), amount, expected.len(), move || {
        let mut counter = Counter::default();
        encode(black_box(&content), size, &mut counter);
        counter.octets
    })
}

fn encode(content: &Bytes, size: usize, out: &mut impl Sink) {
    let mut stuffer = Stuffer::new(OutgoingNewlines::Normalize);
    let mut rest = content.clone();
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(size));
        stuffer.stuff(piece, out).expect("newlines are made right");
    }
    stuffer.finish(out).expect("newlines are made right");
}

/// Copies what is to be copied, and drops what may be shared: where that goes is another's business.
#[derive(Default)]
struct Counter {
    literals: Vec<u8>,
    octets: usize,
}

impl Sink for Counter {
    fn literal(&mut self, octets: &[u8]) {
        if self.literals.len() > 4096 {
            self.literals.clear();
        }
        self.literals.extend_from_slice(octets);
        self.octets += octets.len();
    }

    fn share(&mut self, piece: Bytes) {
        self.octets += black_box(piece).len();
    }
}
