//! Commands: lines of whole sessions, envelopes with and without parameters, long and wrong ones.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn command(criterion: &mut Criterion) {
    measure::group(criterion, "command", works::command());
}

criterion_group!(group, command);
criterion_main!(group);
