//! Dots put into content, and its line ends made right: the same bodies and pieces.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn stuff(criterion: &mut Criterion) {
    measure::group(criterion, "stuff", works::stuff(measure::MEBIBYTE));
}

criterion_group!(group, stuff);
criterion_main!(group);
