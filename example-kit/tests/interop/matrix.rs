//! `docs/interop.md`: every peer, and what came of each feature with it.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::feature::{Feature, Role};
use super::tally::{Outcome, Tally};
use crate::processes::adapter::Adapter;

/// From here on the file depends on what is installed, and is not compared.
const VERSIONS: &str = "\n## Versions\n";
const WRITE: &str = "SMTP_INTEROP_WRITE";
const FILE: &str = "docs/interop.md";

const HEAD: &str = "\
# Interoperability

What other people's software and the examples `receive` and `send` do with each other, on all four
adapters: Tokio, blocking, async-std and smol. The results are the same for each. The servers that
deliver to maildirs or relay (Exim, Postfix, OpenSMTPD, Dovecot's LMTP) get all samples with Tokio,
and with the others those that differ most.

Written by the tests: `SMTP_INTEROP=1 SMTP_INTEROP_WRITE=docs/interop.md cargo test -p
smtp-example-kit --test interop`. Without `SMTP_INTEROP_WRITE` they check that this file says what
they found, apart from the versions.

- **ok**: every check passed. Contents arrive octet for octet.
- **no**: the peer does not have it, as it is installed or at all; the reasons are below the tables.
- **failed**: a check failed.
- An empty field was not checked.
";

/// Of all adapters, whose results have to be the same.
pub(crate) struct Matrix(Vec<Row>);

struct Row {
    peer: &'static str,
    role: Role,
    version: String,
    features: BTreeMap<Feature, Outcome>,
}

impl Matrix {
    pub(crate) fn new(results: Vec<(&Adapter, Vec<Tally>)>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for (adapter, tallies) in results {
            for (index, tally) in tallies.into_iter().enumerate() {
                let Tally { peer, role, version, features, .. } = tally;
                match rows.get_mut(index) {
                    None => rows.push(Row { peer, role, version, features }),
                    Some(row) => row.merge(adapter, features),
                }
            }
        }
        Self(rows)
    }

    /// With how many checks passed.
    pub(crate) fn print(&self) {
        for row in &self.0 {
            println!("{}, {}: {}", row.peer, row.role.name(), row.version);
            for (feature, outcome) in &row.features {
                println!("    {:<14}{}", feature.name(), counted(outcome));
            }
        }
    }

    /// Writes the file if that is asked for, and otherwise compares it.
    pub(crate) fn keep(&self) {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = self.text();
        if let Some(path) = env::var_os(WRITE).map(PathBuf::from) {
            // Relative to where tests were started, which is not where they run.
            fs::write(workspace.join(path), text).expect("the matrix, written");
            return;
        }
        let kept = fs::read_to_string(workspace.join(FILE)).unwrap_or_default();
        let without = |text: &str| text.split(VERSIONS).next().map(str::to_owned);
        assert!(
            without(&kept) == without(&text),
            "{FILE} is not what was found. To renew it, run this with {WRITE}={FILE}. Found was:\n{text}"
        );
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        self.table(&mut text, "Clients, and `receive`", Role::Sending);
        self.table(&mut text, "Servers, and `send`", Role::Receiving);
        self.reasons(&mut text);
        text.push_str(VERSIONS);
        text.push_str("\nAs each reports itself.\n\n");
        let mut known = Vec::new();
        for Row { peer, version, .. } in &self.0 {
            if !version.is_empty() && !known.contains(peer) {
                known.push(peer);
                let _ = writeln!(text, "- {peer}: {version}");
            }
        }
        text
    }

    fn table(&self, text: &mut String, title: &str, role: Role) {
        let rows: Vec<&Row> = self.0.iter().filter(|row| row.role == role).collect();
        let checked = |feature: &Feature| rows.iter().any(|row| row.features.contains_key(feature));
        let features: Vec<Feature> = Feature::ALL.into_iter().filter(checked).collect();
        let names: Vec<&str> = features.iter().map(|feature| feature.name()).collect();
        let _ = write!(text, "\n## {title}\n\n| peer | {} |\n", names.join(" | "));
        let _ = writeln!(text, "|---|{}", "---|".repeat(features.len()));
        for row in rows {
            let cell = |feature| row.features.get(feature).map_or("", status);
            let cells: Vec<&str> = features.iter().map(cell).collect();
            let _ = writeln!(text, "| {} | {} |", row.peer, cells.join(" | "));
        }
    }

    /// Why there are things that peers do not have; features with the same reason in one line.
    fn reasons(&self, text: &mut String) {
        text.push_str("\n## What peers do not have\n\n");
        for row in &self.0 {
            let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
            for (feature, outcome) in &row.features {
                let Outcome::NotOffered(why) = outcome else { continue };
                match reasons.iter_mut().find(|(known, _)| known == why) {
                    Some((_, features)) => features.push(feature.name()),
                    None => reasons.push((why, vec![feature.name()])),
                }
            }
            for (why, features) in reasons {
                let (peer, role) = (row.peer, row.role.name());
                let _ = writeln!(text, "- {peer}, {role}: {}: {why}", features.join(", "));
            }
        }
    }
}

impl Row {
    fn merge(&mut self, adapter: &Adapter, others: BTreeMap<Feature, Outcome>) {
        let place = format!("{} with {}{}", self.peer, adapter.package, adapter.suffix);
        assert!(
            self.features.keys().eq(others.keys()),
            "{place}: other features than with another adapter"
        );
        for (feature, other) in others {
            let outcome = self.features.get_mut(&feature).expect("the same features");
            match (outcome, other) {
                (
                    Outcome::Checked { passed, failed },
                    Outcome::Checked { passed: more, failed: bad },
                ) => {
                    *passed += more;
                    *failed += bad;
                }
                (outcome, other) => {
                    assert_eq!(*outcome, other, "{place}: {}", feature.name());
                }
            }
        }
    }
}

fn status(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Checked { failed: 0, .. } => "ok",
        Outcome::Checked { .. } => "**failed**",
        Outcome::NotOffered(_) => "no",
    }
}

fn counted(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Checked { passed, failed: 0 } => format!("ok, {passed} checks"),
        Outcome::Checked { passed, failed } => format!("FAILED, {failed} of {}", passed + failed),
        Outcome::NotOffered(why) => format!("not offered: {why}"),
    }
}
