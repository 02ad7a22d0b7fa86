//! What SMTP costs, here and in other people's crates: the same corpora, in turns, in one run.

mod contest;
mod corpus;
mod groups;
mod lines;
mod measure;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::contest::{Contest, Side, Topic};
use crate::groups::GROUPS;
use crate::measure::time::Effort;
use crate::measure::{Cost, instructions, time};
use crate::report::{Outcome, Row, document, table, targets};

/// Compares this library with its peers, and with what cannot be done without.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    hidden: Option<Hidden>,
    /// These groups only: command, reply, unstuff, stuff, server, client.
    #[arg(long, value_delimiter = ',', value_parser = GROUPS)]
    groups: Vec<String>,
    /// Corpora only whose name contains this.
    #[arg(long)]
    corpus: Option<String>,
    /// Fewer and shorter rounds.
    #[arg(long)]
    quick: bool,
    /// Measure nothing: see that everybody does what the tables say of them.
    #[arg(long)]
    check: bool,
    /// No instructions and no allocations.
    #[arg(long)]
    no_instructions: bool,
    /// Instructions and allocations only, which don't mind a busy machine.
    #[arg(long)]
    no_time: bool,
    /// Write the section of docs/performance.md, and draw its charts.
    #[arg(long)]
    write: bool,
}

#[derive(Subcommand)]
enum Hidden {
    /// So many passes of one contestant, for valgrind.
    #[command(hide = true)]
    Pass { group: String, corpus: String, name: String, passes: u32, prepared: u32 },
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(Hidden::Pass { group, corpus, name, passes, prepared }) = options.hidden {
        return pass(&group, &corpus, &name, passes, prepared);
    }
    let groups = GROUPS.iter().filter(|group| {
        options.groups.is_empty() || options.groups.iter().any(|wanted| wanted == *group)
    });
    let topics: Vec<Topic> = groups
        .flat_map(|group| groups::topics(group))
        .filter(|topic| options.corpus.as_ref().is_none_or(|part| topic.corpus.contains(part)))
        .collect();
    if options.check {
        return check(&topics);
    }
    let outcomes = compete(&topics, &options);
    print(&outcomes);
    if options.write {
        let docs: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        if let Err(error) = document::write(&docs, &outcomes) {
            eprintln!("docs/performance.md: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Everybody is made, which looks at their answers; each does one more pass, which looks at them again.
/// Ours have to be right.
fn check(topics: &[Topic]) -> ExitCode {
    let mut wrong = 0;
    let mut contestants = 0;
    for topic in topics {
        let mut contest = groups::contest(*topic);
        for contestant in &mut contest.contestants {
            contestants += 1;
            contestant.work.prepare();
            contestant.work.pass();
            if let Some(problem) = problem(*topic, contestant.side, &contestant.verdict) {
                println!("{}, {}, {}: {problem}", topic.group, topic.corpus, contestant.name);
                wrong += usize::from(contestant.side == Side::Ours);
            }
        }
    }
    println!("{} corpora, {contestants} contestants, ours wrong: {wrong}", topics.len());
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is not as it should be.
fn problem(topic: Topic, side: Side, verdict: &contest::Verdict) -> Option<String> {
    if let (Some((right, _)), Some(accepted)) = (topic.lines, verdict.accepted)
        && accepted != right
    {
        return Some(format!("accepts {accepted}, and {right} would be right"));
    }
    match &verdict.octets {
        // To refuse a message with bare newlines is what it is asked to do.
        Some(Err(wrong)) if side != Side::Ours || wrong != "refuses bare LF" => Some(wrong.clone()),
        _ => None,
    }
}

fn compete(topics: &[Topic], options: &Options) -> Vec<Outcome> {
    let effort = match options.quick {
        true => Effort { rounds: 5, turn: Duration::from_micros(300) },
        false => Effort { rounds: 31, turn: Duration::from_millis(2) },
    };
    let count = !options.no_instructions && instructions::is_possible();
    if !count && !options.no_instructions {
        eprintln!("there is no valgrind: instructions and allocations are left out");
    }
    let progress = ProgressBar::new(topics.len() as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta})");
    progress.set_style(style.expect("a template"));
    let outcomes = topics
        .iter()
        .map(|topic| {
            progress.set_message(format!("{}: {}", topic.group, topic.corpus));
            let mut contest = groups::contest(*topic);
            let times = match options.no_time {
                true => vec![None; contest.contestants.len()],
                false => time::measure(&mut contest, effort).into_iter().map(Some).collect(),
            };
            let outcome = outcome(&contest, times, count);
            progress.inc(1);
            outcome
        })
        .collect();
    progress.finish_and_clear();
    outcomes
}

fn outcome(contest: &Contest, times: Vec<Option<f64>>, count: bool) -> Outcome {
    let rows = contest.contestants.iter().zip(times).map(|(contestant, nanoseconds)| {
        let counted = match count.then(|| instructions::measure(contest, contestant.name)) {
            Some(Err(error)) => {
                eprintln!("{}: {error}", contestant.name);
                None
            }
            counted => counted.and_then(Result::ok),
        };
        let cost = Cost {
            nanoseconds,
            instructions: counted.map(|counted| counted.0),
            allocations: counted.map(|counted| counted.1),
        };
        let verdict = contestant.verdict.clone();
        Row { name: contestant.name, side: contestant.side, verdict, cost }
    });
    Outcome { topic: contest.topic, rows: rows.collect(), absent: contest.absent }
}

fn print(outcomes: &[Outcome]) {
    for outcome in outcomes {
        let topic = outcome.topic;
        println!(
            "\n{}, {}: {}\n\n{}",
            topic.group,
            topic.corpus,
            topic.about,
            table::outcome(outcome)
        );
    }
    let rows = targets::rows(outcomes);
    if !rows.is_empty() {
        println!("\nTargets\n\n{}", table::table(&targets::head(), rows));
    }
}

fn pass(group: &str, corpus: &str, name: &str, passes: u32, prepared: u32) -> ExitCode {
    let found = groups::topics(group).into_iter().find(|topic| topic.corpus == corpus);
    let contest = found.map(groups::contest);
    let contestant =
        contest.and_then(|contest| contest.contestants.into_iter().find(|one| one.name == name));
    let Some(mut contestant) = contestant else { return ExitCode::FAILURE };
    if !contestant.work.is_prepared() {
        contestant.work.passes(passes);
        return ExitCode::SUCCESS;
    }
    for n in 0..prepared {
        contestant.work.prepare();
        if n < passes {
            contestant.work.pass();
        }
    }
    ExitCode::SUCCESS
}
