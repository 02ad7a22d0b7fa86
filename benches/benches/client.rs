//! A client in memory: the same.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn client(criterion: &mut Criterion) {
    measure::group(criterion, "client", works::client());
}

criterion_group!(group, client);
criterion_main!(group);
