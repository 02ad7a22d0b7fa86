//! A server in memory: sessions of small mails, of large ones, of commands only.

mod measure;

use criterion::{Criterion, criterion_group, criterion_main};
use smtp_benches::works;

fn server(criterion: &mut Criterion) {
    measure::group(criterion, "server", works::server());
}

criterion_group!(group, server);
criterion_main!(group);
