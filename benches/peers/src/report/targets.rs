//! What is aimed at, and whether it is met.

use super::{Outcome, Row, number};
use crate::contest::Item;
use crate::measure::Cost;

const OURS: &str = "smtp-proto (this)";
const REPLY: &str = "smtp-proto (this), Reply::parse";
const IN_PLACE: &str = "smtp-proto (this), in place";
const SHARED: &str = "smtp-proto (this), shared";
const STALWART: &str = "Stalwart smtp-proto";

/// What is looked at.
#[derive(Clone, Copy)]
enum Figure {
    Time,
    Instructions,
    Allocations,
}

/// Ours, as a multiple of theirs or as it is, must not be above `most`.
struct Target {
    group: &'static str,
    /// Corpora whose name begins with one of these; none: all.
    corpora: &'static [&'static str],
    figure: Figure,
    ours: &'static str,
    theirs: Option<&'static str>,
    most: f64,
}

const fn target(
    group: &'static str,
    corpora: &'static [&'static str],
    figure: Figure,
    ours: &'static str,
    theirs: Option<&'static str>,
    most: f64,
) -> Target {
    Target { group, corpora, figure, ours, theirs, most }
}

const TARGETS: &[Target] = &[
    target("command", &[], Figure::Instructions, OURS, Some(STALWART), 0.5),
    target("command", &[], Figure::Instructions, OURS, Some("mailrs-smtp-proto"), 1.0),
    target("command", &[], Figure::Allocations, OURS, None, 0.0),
    target("reply", &[], Figure::Instructions, REPLY, Some(STALWART), 0.5),
    target("reply", &["one line"], Figure::Allocations, REPLY, None, 0.0),
    target("unstuff", &["text", "base64"], Figure::Time, IN_PLACE, Some(STALWART), 0.75),
    target(
        "unstuff",
        &["text", "base64"],
        Figure::Time,
        IN_PLACE,
        Some("memmem for CRLF dot"),
        1.3,
    ),
    target("unstuff", &["dot lines"], Figure::Instructions, IN_PLACE, None, 2.0),
    target("unstuff", &["dots only"], Figure::Instructions, IN_PLACE, None, 15.0),
    target("unstuff", &["empty lines", "LF dot"], Figure::Instructions, IN_PLACE, None, 0.5),
    target("unstuff", &["LF only"], Figure::Instructions, IN_PLACE, None, 15.0),
    target("stuff", &[], Figure::Time, SHARED, Some("lettre, one mail"), 0.05),
    target("stuff", &[], Figure::Time, SHARED, Some("memmem for LF dot"), 2.0),
    target(
        "server",
        &["2 KB", "100 KB", "commands"],
        Figure::Time,
        OURS,
        Some("Stalwart smtp-proto, states by hand"),
        0.8,
    ),
    target("server", &["2 KB", "100 KB"], Figure::Allocations, OURS, None, 3.0),
    target("client", &[], Figure::Time, OURS, Some("mail-send"), 0.15),
];

impl Figure {
    fn of(self, cost: Cost) -> Option<f64> {
        match self {
            Figure::Time => cost.nanoseconds,
            Figure::Instructions => cost.instructions,
            Figure::Allocations => cost.allocations,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Figure::Time => "time",
            Figure::Instructions => "instructions",
            Figure::Allocations => "allocations",
        }
    }
}

impl Target {
    fn is_for(&self, outcome: &Outcome) -> bool {
        let corpus = outcome.topic.corpus;
        self.group == outcome.topic.group
            && (self.corpora.is_empty() || self.corpora.iter().any(|name| corpus.starts_with(name)))
    }

    /// The figure that the target is about.
    fn measured(&self, outcome: &Outcome) -> Option<f64> {
        let of = |row: &Row| self.figure.of(row.cost);
        let ours = outcome.row(self.ours).and_then(of)?;
        match self.theirs {
            None => Some(ours),
            Some(theirs) => Some(ours / outcome.row(theirs).and_then(of)?),
        }
    }

    fn describe(&self, item: Item) -> (String, String) {
        match self.theirs {
            Some(theirs) => (
                format!("{}, in relation to {theirs}", self.figure.name()),
                format!("<= {} x", self.most),
            ),
            None => {
                (format!("{} per {}", self.figure.name(), item.name()), format!("<= {}", self.most))
            }
        }
    }
}

pub(crate) fn head() -> Vec<String> {
    ["", "what", "target", "measured", "met"].map(String::from).into()
}

/// One row for each target and each corpus that it is for.
pub(crate) fn rows(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for target in TARGETS {
        for outcome in outcomes.iter().filter(|outcome| target.is_for(outcome)) {
            let Some(measured) = target.measured(outcome) else { continue };
            let (what, most) = target.describe(outcome.topic.item);
            // As it is shown, so that a table does not contradict itself.
            let is_met = measured <= target.most * 1.005;
            let unit = if target.theirs.is_some() { " x" } else { "" };
            rows.push(vec![
                format!("{}: {}", outcome.topic.group, outcome.topic.corpus),
                what,
                most,
                format!("{}{unit}", number(measured)),
                if is_met { "yes".into() } else { "**no**".into() },
            ]);
        }
    }
    rows
}
