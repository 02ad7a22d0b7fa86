//! Bar charts in SVG that can be read on white and on black.

use svg::Document;
use svg::node::element::{Group, Rectangle, Style, Text, Title};

use super::table::time_unit;
use super::{Outcome, Row, number};
use crate::contest::Side;

const WIDTH: f64 = 860.0;
/// Where bars begin, and how far the longest goes.
const LEFT: f64 = 300.0;
const LENGTH: f64 = 470.0;
const BAR: f64 = 20.0;

const STYLE: &str = "text { font: 13px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 } .note { fill: #57606a }
.ours { fill: #0969da } .peer { fill: #8c959f } .limit { fill: #57ab5a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .note { fill: #9198a1 }
.ours { fill: #4493f8 } .peer { fill: #6e7681 } .limit { fill: #347d39 } }";

/// All contests of a group, one below the other, each with a logarithmic scale of its own.
pub(crate) fn chart(title: &str, outcomes: &[&Outcome]) -> String {
    let mut group = Group::new();
    let mut y = 24.0;
    group = group.add(text(title, 8.0, y, "head"));
    y += 20.0;
    group = group.add(text("shorter is faster; logarithmic; blue: this library, grey: peers, green: what can't be done without", 8.0, y, "note"));
    for outcome in outcomes {
        let (unit, factor) = time_unit(outcome.topic.item);
        y += 32.0;
        let head = format!("{}: {}, {unit}", outcome.topic.corpus, outcome.topic.about);
        group = group.add(text(&head, 8.0, y, "head"));
        y += 8.0;
        let value = |row: &Row| row.cost.nanoseconds.map(|value| value * factor);
        let values: Vec<f64> = outcome.rows.iter().filter_map(value).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(0.0, f64::max);
        for row in &outcome.rows {
            let Some(value) = value(row) else { continue };
            // The shortest bar is a tenth of a decade and a bit, so that it can be seen.
            let share = (value / least * 1.5).ln() / (most / least * 1.5).ln();
            let class = match row.side {
                Side::Ours => "ours",
                Side::Peer => "peer",
                Side::Limit => "limit",
            };
            let bar = Rectangle::new()
                .set("x", LEFT)
                .set("y", y)
                .set("width", format!("{:.1}", share * LENGTH))
                .set("height", BAR - 5.0)
                .set("class", class);
            let label = text(row.name, LEFT - 8.0, y + 12.0, "label").set("text-anchor", "end");
            let end = LEFT + share * LENGTH + 6.0;
            group = group.add(bar).add(label).add(text(&number(value), end, y + 12.0, "label"));
            y += BAR;
        }
    }
    let height = y + 16.0;
    Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .set("role", "img")
        .add(Title::new(title))
        .add(Style::new(STYLE))
        .add(group)
        .to_string()
}

fn text(content: &str, x: f64, y: f64, class: &str) -> Text {
    Text::new(content).set("x", x).set("y", format!("{y:.1}")).set("class", class)
}
