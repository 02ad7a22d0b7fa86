//! Counting what was checked.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::{Duration, Instant};

use super::feature::{Feature, Role};
use crate::processes::adapter::Adapter;

/// What came of the checks with one peer in one of its roles.
pub(crate) struct Tally {
    pub(crate) peer: &'static str,
    pub(crate) role: Role,
    /// As the peer reports itself.
    pub(crate) version: String,
    /// What the next checks count for.
    feature: Feature,
    pub(crate) features: BTreeMap<Feature, Outcome>,
    failures: Vec<String>,
    /// What could not be checked, and why.
    missing: Vec<String>,
    began: Instant,
    took: Duration,
}

/// What came of the checks of one feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Checked {
        passed: usize,
        failed: usize,
    },
    /// The peer does not have that.
    NotOffered(&'static str),
}

impl Tally {
    /// Checks count for plain delivery until they are [on] something else.
    ///
    /// [on]: Self::on
    pub(crate) fn new(peer: &'static str, role: Role) -> Self {
        Self {
            peer,
            role,
            version: String::new(),
            feature: Feature::Plain,
            features: BTreeMap::new(),
            failures: Vec::new(),
            missing: Vec::new(),
            began: Instant::now(),
            took: Duration::ZERO,
        }
    }

    /// What the peer says that it is, in a few words.
    pub(crate) fn is(&mut self, version: impl Into<String>) {
        self.version = version.into();
    }

    /// The checks that follow count for this.
    pub(crate) fn on(&mut self, feature: Feature) {
        self.feature = feature;
    }

    /// The peer does not have that: what a reader of the matrix should know of it.
    pub(crate) fn not_offered(&mut self, feature: Feature, why: &'static str) {
        let before = self.features.insert(feature, Outcome::NotOffered(why));
        let checked = matches!(before, Some(Outcome::Checked { .. }));
        assert!(!checked, "{}: {} was checked", self.peer, feature.name());
    }

    pub(crate) fn check(&mut self, what: impl Display, result: Result<(), String>) {
        let fresh = Outcome::Checked { passed: 0, failed: 0 };
        let outcome = self.features.entry(self.feature).or_insert(fresh);
        let Outcome::Checked { passed, failed } = outcome else {
            panic!("{}: {} is not offered, and checked", self.peer, self.feature.name());
        };
        match result {
            Ok(()) => *passed += 1,
            Err(why) => {
                *failed += 1;
                let name = self.feature.name();
                self.failures.push(format!("{} ({name}) {what}: {why}", self.peer));
            }
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

    fn count(&self) -> (usize, usize) {
        self.features.values().fold((0, 0), |(passed, failed), outcome| match outcome {
            Outcome::Checked { passed: more, failed: bad } => (passed + more, failed + bad),
            Outcome::NotOffered(_) => (passed, failed),
        })
    }
}

/// Prints how many checks there were with each peer. Returns how many failed.
pub(crate) fn conclude(adapter: &Adapter, tallies: &[Tally]) -> usize {
    println!("receive{0} and send{0} with", adapter.suffix);
    println!("{:<28} {:>6} {:>6} {:>8}", "peer", "passed", "failed", "seconds");
    for tally in tallies {
        let (passed, failed) = tally.count();
        let name = format!("{}, {}", tally.peer, tally.role.name());
        println!("{name:<28} {passed:>6} {failed:>6} {:>8.1}", tally.took.as_secs_f64());
    }
    for missing in tallies.iter().flat_map(|tally| &tally.missing) {
        println!("not checked: {missing}");
    }
    let failures: Vec<&String> = tallies.iter().flat_map(|tally| &tally.failures).collect();
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    let passed: usize = tallies.iter().map(|tally| tally.count().0).sum();
    println!("interop: {passed} checks passed, {} failed", failures.len());
    assert!(tallies.iter().all(|tally| tally.count().0 > 0), "a peer was not checked at all");
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
