//! Conversations by the thousand.
#![allow(missing_docs, reason = "tests")]

use std::cell::Cell;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use smtp_simulation::{Statistics, hold};

/// Failures that are shown.
const SHOWN: usize = 10;

#[test]
fn conversations_end_well() {
    hold_all(0, number("CONVERSATIONS").unwrap_or(2_000));
}

#[test]
#[ignore = "takes a minute, optimised: `cargo test -p smtp-simulation --release -- --ignored`"]
fn a_hundred_thousand_conversations_end_well() {
    hold_all(0, number("CONVERSATIONS").unwrap_or(100_000));
    // Where nobody has looked before.
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs() << 24);
    hold_all(number("BASE").unwrap_or(fresh), 10_000);
}

/// `SEED=123 cargo test -p smtp-simulation --release replay -- --nocapture`
#[test]
fn replay() {
    if let Some(seed) = number("SEED") {
        println!("{}", hold(seed, true));
        return;
    }
    for seed in 0..100 {
        assert_eq!(hold(seed, false), hold(seed, false), "seed {seed} is not the same again");
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Holds those with the seeds from `base` on, over all processors.
fn hold_all(base: u64, count: u64) {
    silence_threads_that_ask_for_it();
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let all = Mutex::new((Statistics::default(), Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                SILENT.set(true);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let seed = base.wrapping_add(number);
                    let held = panic::catch_unwind(|| hold(seed, false));
                    let mut all = all.lock().expect("nobody panics with the lock");
                    match held {
                        Ok(statistics) => all.0.merge(&statistics),
                        Err(panic) => {
                            let text = panic.downcast_ref::<String>().cloned();
                            let fixed = panic.downcast_ref::<&str>().map(ToString::to_string);
                            all.1.push((seed, text.or(fixed).unwrap_or_default()));
                        }
                    }
                }
            });
        }
    });
    let (statistics, mut failures) = all.into_inner().expect("nobody panics with the lock");
    println!("seeds from {base}, {count} of them, in {:.1?}:\n{statistics}", began.elapsed());
    failures.sort();
    for (seed, why) in failures.iter().take(SHOWN) {
        println!("FAILED: {}", why.chars().take(600).collect::<String>());
        println!("  SEED={seed} cargo test -p smtp-simulation --release replay -- --nocapture");
    }
    assert!(failures.is_empty(), "{} of {count} conversations failed", failures.len());
    assert_eq!(statistics.missing(), [""; 0], "that never happened");
}

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// What they panic with is told at the end.
fn silence_threads_that_ask_for_it() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if !SILENT.get() {
                loud(info);
            }
        }));
    });
}
