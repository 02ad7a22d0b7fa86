//! The section of docs/performance.md that is written by this program, and its charts.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use super::{Outcome, chart, machine, table, targets};
use crate::groups::GROUPS;

const BEGIN: &str = "<!-- begin peers -->";
const END: &str = "<!-- end peers -->";

/// What a chart is called, and what it shows of its group.
fn title(group: &str) -> &'static str {
    match group {
        "command" => "Parsing commands",
        "reply" => "Parsing replies",
        "unstuff" => "Content of DATA, coming in, as one piece",
        "stuff" => "Content of DATA, going out",
        "server" => "Server sessions in memory",
        _ => "Client sessions in memory",
    }
}

/// Everything, as it goes into the document.
pub(crate) fn section(outcomes: &[Outcome]) -> String {
    let mut out = String::from("## Beside other crates, in memory\n\n");
    let versions: Vec<String> =
        machine::versions().iter().map(|(name, version)| format!("{name} {version}")).collect();
    _ = writeln!(
        out,
        "Measured in one run, in turns, medians: {}. Against {}. What is compared, and how fair that is, \
         is in [benches/peers](../benches/peers/README.md).\n",
        machine::conditions(),
        versions.join(", ")
    );
    let rows = targets::rows(outcomes);
    if !rows.is_empty() {
        let met = rows.iter().filter(|row| row.last().is_some_and(|met| met == "yes")).count();
        _ = writeln!(out, "### Targets\n\n{met} of {} are met.\n", rows.len());
        _ = writeln!(out, "{}\n", table::table(&targets::head(), rows));
    }
    for group in GROUPS {
        let of_group: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| outcome.topic.group == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let title = title(group);
        _ = writeln!(out, "### {title}\n\n![{title}](performance/peers-{group}.svg)\n");
        for (name, why) in of_group.first().map(|outcome| outcome.absent).unwrap_or_default() {
            _ = writeln!(out, "- not there: {name}: {why}");
        }
        out.push('\n');
        for outcome in of_group {
            _ = writeln!(out, "**{}**: {}.\n", outcome.topic.corpus, outcome.topic.about);
            _ = writeln!(out, "{}\n", table::outcome(outcome));
        }
    }
    out
}

/// Puts the section where it belongs, and the charts beside it.
pub(crate) fn write(docs: &Path, outcomes: &[Outcome]) -> io::Result<()> {
    let path = docs.join("performance.md");
    let document = fs::read_to_string(&path).unwrap_or_else(|_| "# Performance\n".into());
    let section = format!("{BEGIN}\n{}\n{END}", section(outcomes).trim_end());
    let document = match (document.find(BEGIN), document.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}{section}{}", &document[..begin], &document[end + END.len()..])
        }
        _ => format!("{}\n\n{section}\n", document.trim_end()),
    };
    fs::write(path, document)?;
    let charts = docs.join("performance");
    fs::create_dir_all(&charts)?;
    for group in GROUPS {
        let of_group: Vec<&Outcome> = outcomes
            .iter()
            .filter(|outcome| outcome.topic.group == group)
            // A chart of every way of cutting would show the same three times.
            .filter(|outcome| group != "unstuff" || outcome.topic.corpus.ends_with(", whole"))
            .collect();
        if !of_group.is_empty() {
            let chart = chart::chart(title(group), &of_group);
            fs::write(charts.join(format!("peers-{group}.svg")), chart + "\n")?;
        }
    }
    Ok(())
}
