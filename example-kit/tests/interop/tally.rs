//! Counting what was checked.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::processes::adapter::Adapter;

/// What came of the checks with one peer.
pub(crate) struct Tally {
    peer: &'static str,
    passed: usize,
    failures: Vec<String>,
    /// What could not be checked, and why.
    missing: Vec<String>,
    began: Instant,
    took: Duration,
}

impl Tally {
    pub(crate) fn new(peer: &'static str) -> Self {
        let (began, took) = (Instant::now(), Duration::ZERO);
        Self { peer, passed: 0, failures: Vec::new(), missing: Vec::new(), began, took }
    }

    pub(crate) fn check(&mut self, what: impl Display, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(why) => self.failures.push(format!("{} {what}: {why}", self.peer)),
        }
    }

    /// The peer, as it is installed here, can't do that.
    pub(crate) fn not_built_in(&mut self, what: impl Display) {
        self.missing.push(format!("{} has no {what} built in", self.peer));
    }

    pub(crate) fn stop(mut self) -> Self {
        self.took = self.began.elapsed();
        self
    }
}

/// Prints the table. Returns how many checks failed.
pub(crate) fn conclude(adapter: &Adapter, tallies: &[Tally]) -> usize {
    println!("receive{0} and send{0} with", adapter.suffix);
    println!("{:<12} {:>6} {:>6} {:>8}", "peer", "passed", "failed", "seconds");
    for Tally { peer, passed, failures, took, .. } in tallies {
        println!("{peer:<12} {passed:>6} {:>6} {:>8.1}", failures.len(), took.as_secs_f64());
    }
    for missing in tallies.iter().flat_map(|tally| &tally.missing) {
        println!("not checked: {missing}");
    }
    let failures: Vec<&String> = tallies.iter().flat_map(|tally| &tally.failures).collect();
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    let passed: usize = tallies.iter().map(|tally| tally.passed).sum();
    println!("interop: {passed} checks passed, {} failed", failures.len());
    assert!(tallies.iter().all(|tally| tally.passed > 0), "a peer was not checked at all");
    failures.len()
}

/// An error for everything but this.
pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let found = format!("{found:?}");
    Err(format!("{what}: {expected:?} expected, {} found", shortened(&found)))
}

/// An error that tells where two contents part.
pub(crate) fn expect_content(found: &[u8], expected: &[u8]) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let at = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let around = |content: &[u8]| {
        let from = at.saturating_sub(20);
        let to = content.len().min(at + 20);
        String::from_utf8_lossy(content.get(from..to).unwrap_or_default()).into_owned()
    };
    Err(format!(
        "{} octets expected, {} found; they differ at {at}: {:?} expected, {:?} found",
        expected.len(),
        found.len(),
        around(expected),
        around(found),
    ))
}

fn shortened(text: &str) -> &str {
    text.get(..300).unwrap_or(text)
}
