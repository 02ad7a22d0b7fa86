//! Dots taken out of content: usual and unusual bodies, whole and in pieces.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn unstuff(criterion: &mut Criterion) {
    measure::group(criterion, "unstuff", works::unstuff(measure::MEBIBYTE));
}

criterion_group!(group, unstuff);
criterion_main!(group);
