//! Criterion for a group of works.

use criterion::{BatchSize, Criterion, Throughput};
use smtp_benches::work::{Unit, Work};

/// How large bodies are, nearly.
#[allow(dead_code, reason = "not every group has bodies")]
pub(crate) const MEBIBYTE: usize = 1 << 20;

/// Checks the answer of each, and measures it.
pub(crate) fn group(criterion: &mut Criterion, name: &str, works: Vec<Work>) {
    let mut group = criterion.benchmark_group(name);
    for mut work in works {
        work.check();
        group.throughput(match work.amount() {
            (octets, Unit::Octet) => Throughput::Bytes(octets),
            (items, Unit::Line | Unit::Message) => Throughput::Elements(items),
        });
        group.bench_function(work.name().to_owned(), |bencher| {
            if work.is_in_place() {
                let input = work.input();
                let copy = || input.clone();
                bencher.iter_batched_ref(copy, |input| work.run(input), BatchSize::LargeInput);
            } else {
                bencher.iter(|| work.run(&mut []));
            }
        });
    }
    group.finish();
}
