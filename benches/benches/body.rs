//! Message content: dots taken out and put in.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use smtp_proto::body::dot::{Stuffer, Unstuffer};
use smtp_proto::body::{Newlines, OutgoingNewlines, Sink};

const MEBIBYTE: usize = 1 << 20;

/// Mail as it is; mail in the longest lines; and the worst there is.
fn contents() -> [(&'static str, Vec<u8>); 3] {
    let long = [&[b'x'; 998][..], b"\r\n"].concat();
    [
        ("text", smtp_benches::text(MEBIBYTE)),
        ("long-lines", long.repeat(MEBIBYTE / long.len())),
        ("dots", b".\r\n".repeat(MEBIBYTE / 3)),
    ]
}

fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut stuffer = Stuffer::new(OutgoingNewlines::Normalize);
    stuffer.stuff(Bytes::copy_from_slice(content), &mut out).expect("no bare newline");
    stuffer.finish(&mut out).expect("no bare newline");
    out
}

/// Counts, and keeps nothing: what is shared costs nothing here.
struct Counter(usize);

impl Sink for Counter {
    fn literal(&mut self, octets: &[u8]) {
        self.0 += octets.len();
    }

    fn share(&mut self, piece: Bytes) {
        self.0 += piece.len();
    }
}

/// Decodes in place, as a server does, in pieces of 16 KiB.
fn unstuff(wire: &mut [u8]) -> usize {
    let mut unstuffer = Unstuffer::new(Newlines::Reject);
    let (mut kept, mut at) = (0, 0);
    while !unstuffer.is_done() {
        let end = wire.len().min(at + (16 << 10));
        let decoded = unstuffer.decode(&mut wire[at..end]);
        kept += decoded.kept;
        at += decoded.consumed;
    }
    kept
}

fn unstuffing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("unstuff");
    for (name, content) in contents() {
        let wire = stuffed(&content);
        assert_eq!(unstuff(&mut wire.clone()), content.len());
        group.throughput(Throughput::Bytes(wire.len() as u64));
        group.bench_function(name, |bencher| {
            let copy = || wire.clone();
            bencher.iter_batched_ref(copy, |wire| unstuff(wire), BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn stuffing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stuff");
    for (name, content) in contents() {
        let content = Bytes::from(content);
        let stuff = || {
            let mut counter = Counter(0);
            let mut stuffer = Stuffer::new(OutgoingNewlines::Normalize);
            stuffer.stuff(black_box(content.clone()), &mut counter).expect("no bare newline");
            stuffer.finish(&mut counter).expect("no bare newline");
            counter.0
        };
        assert_eq!(stuff(), stuffed(&content).len());
        group.throughput(Throughput::Bytes(content.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(stuff));
    }
    group.finish();
}

criterion_group!(body, unstuffing, stuffing);
criterion_main!(body);
