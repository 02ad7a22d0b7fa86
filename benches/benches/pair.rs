//! One against the other.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn pair(criterion: &mut Criterion) {
    measure::group(criterion, "pair", works::pair());
}

criterion_group!(group, pair);
criterion_main!(group);
