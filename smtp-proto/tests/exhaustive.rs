//! Where the space is small, all of it: every short message content, every short sequence of commands,
//! every cut, every corruption of a single octet in every dialogue.
//!
//! What takes longer than a few seconds is ignored by default, and meant for an optimised build:
//!
//! ```text
//! cargo test --release -p smtp-proto --test exhaustive -- --ignored --nocapture
//! ```
//!
//! Every test prints how much it has tried.

#[allow(dead_code, reason = "some of it is for the replay of the dialogues as they are written")]
mod dialogue;
#[allow(dead_code, reason = "some of it is for other tests")]
mod rig;

mod exhaustive {
    pub(crate) mod clients;
    pub(crate) mod commands;
    pub(crate) mod damage;
    pub(crate) mod dots;
    pub(crate) mod model;
    pub(crate) mod pairs;
    pub(crate) mod reading;
    pub(crate) mod servers;
}

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How often what was tried.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    pub(crate) fn add(&mut self, what: &'static str, count: u64) {
        *self.0.entry(what).or_default() += count;
    }

    fn merge(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            self.add(what, *count);
        }
    }

    pub(crate) fn print(&self, of: &str) {
        for (what, count) in &self.0 {
            println!("{of}: {count} {what}");
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// Does the work for each of the jobs, on all processors, and panics with what went wrong.
pub(crate) fn spread<J: Sync>(
    jobs: &[J],
    work: impl Fn(&J, &mut Tally) -> Result<(), String> + Sync,
) -> Tally {
    let next = AtomicUsize::new(0);
    let sum = Mutex::new((Tally::default(), Vec::new()));
    let worker = || {
        let mut tally = Tally::default();
        let mut failures = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = work(job, &mut tally) {
                failures.push(failure);
            }
        }
        let mut sum = sum.lock().unwrap();
        sum.0.merge(&tally);
        sum.1.append(&mut failures);
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let (tally, failures) = sum.into_inner().unwrap();
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
    tally
}

/// What a test says that must not panic, with a panic as one more thing that can go wrong.
pub(crate) fn calmly<T>(test: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(test)).unwrap_or_else(|panic| Err(message(panic.as_ref())))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("?"))
}
