//! Replies: one line, and the ten of EHLO.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn reply(criterion: &mut Criterion) {
    measure::group(criterion, "reply", works::reply());
}

criterion_group!(group, reply);
criterion_main!(group);
