//! Tables, for a terminal and for a document.

use comfy_table::{CellAlignment, Table, presets};

use super::{Outcome, Row, number};
use crate::contest::{Item, Side};

/// What a time of a nanosecond for one item is called, and how many of them make one of these.
pub(crate) fn time_unit(item: Item) -> (&'static str, f64) {
    match item {
        // Of an octet in nanoseconds: of a MiB in microseconds.
        Item::Octets => ("µs per MiB", 1_048_576.0 / 1000.0),
        Item::Command => ("ns per command", 1.0),
        Item::Reply => ("ns per reply", 1.0),
        Item::Mail => ("ns per mail", 1.0),
        Item::Recipient => ("ns per recipient", 1.0),
    }
}

/// A table with a head, its first column to the left and the others to the right.
pub(crate) fn table(head: &[String], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(head.to_vec());
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Markdown aligns by the line below the head, which the table knows nothing of.
    let text = table.to_string();
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    if let Some(line) = lines.get_mut(1) {
        *line = line.replace("-|", ":|").replacen(":|", "-|", 1);
    }
    lines.join("\n")
}

/// All of one contest.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let item = outcome.topic.item;
    let (unit, factor) = time_unit(item);
    let has_octets = outcome.rows.iter().any(|row| row.verdict.octets.is_some());
    let mut head = vec![
        String::new(),
        unit.into(),
        "x ours".into(),
        format!("instructions per {}", item.name()),
        "x ours".into(),
        match item {
            Item::Octets => "allocations per MiB".into(),
            _ => format!("allocations per {}", item.name()),
        },
    ];
    if let Some((right, lines)) = outcome.topic.lines {
        head.push(format!("accepted of {lines} ({right} are right)"));
    }
    if has_octets {
        head.push("octets".into());
    }
    let ours = outcome.rows.first();
    let cells = |row: &Row| {
        let cost = row.cost;
        let base = ours.map(|ours| ours.cost).unwrap_or_default();
        let per_item = if item == Item::Octets { 1_048_576.0 } else { 1.0 };
        let mut cells = vec![
            name(row),
            figure(cost.nanoseconds.map(|value| value * factor)),
            ratio(cost.nanoseconds, base.nanoseconds),
            figure(cost.instructions),
            ratio(cost.instructions, base.instructions),
            figure(cost.allocations.map(|value| value * per_item)),
        ];
        if outcome.topic.lines.is_some() {
            cells.push(row.verdict.accepted.map_or("-".into(), |lines| lines.to_string()));
        }
        if has_octets {
            cells.push(match &row.verdict.octets {
                None => "-".into(),
                Some(Ok(())) => "right".into(),
                Some(Err(wrong)) => wrong.clone(),
            });
        }
        cells
    };
    table(&head, outcome.rows.iter().map(cells).collect())
}

fn name(row: &Row) -> String {
    match row.side {
        Side::Ours => format!("**{}**", row.name),
        Side::Peer => row.name.into(),
        Side::Limit => format!("*{}*", row.name),
    }
}

fn figure(value: Option<f64>) -> String {
    value.map_or("-".into(), number)
}

fn ratio(theirs: Option<f64>, ours: Option<f64>) -> String {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) if ours > 0.0 => number(theirs / ours),
        _ => "-".into(),
    }
}
