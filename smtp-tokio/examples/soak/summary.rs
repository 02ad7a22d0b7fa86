//! What it came to.

use crate::args::Args;
use crate::check::{Findings, Kind as FaultKind};
use crate::load::Load;
use crate::mix::{Group, Kind};
use crate::peer::World;
use crate::show::{float, mebibytes};
use crate::tally::Column;
use crate::watch::Course;

/// So many faults of a kind are named.
const NAMED: usize = 10;

/// The table of connections and messages.
pub(crate) fn table(world: &World, load: &Load) {
    let tally = &world.tally;
    let names = Column::ALL.map(|(_, name)| format!("{name:>8}"));
    println!("{:<22} {:>8} {}", "peer", "connect.", names.join(" "));
    for kind in Kind::all().filter(|kind| tally.connections(*kind) > 0) {
        let name = format!("{} {}", kind.group().name(), kind.name());
        let cells = Column::ALL.iter().map(|(column, _)| tally.of(kind, *column));
        println!("{}", row(&name, tally.connections(kind), cells));
    }
    let connections = Kind::all().map(|kind| tally.connections(kind)).sum();
    println!(
        "{}",
        row("all", connections, Column::ALL.iter().map(|(column, _)| tally.sum(*column)))
    );
    let acknowledged = tally.sum(Column::Acknowledged);
    let seconds = load.took.as_secs_f64();
    println!(
        "\n{acknowledged} messages acknowledged in {seconds:.1} s: {:.1}/s; 421 heard {} times",
        float(acknowledged) / seconds,
        tally.sum(Column::Told),
    );
}

fn row(name: &str, connections: u64, cells: impl Iterator<Item = u64>) -> String {
    let show = |cell| if cell == 0 { " ".repeat(8) } else { format!("{cell:>8}") };
    let cells: Vec<_> = cells.map(show).collect();
    format!("{name:<22} {connections:>8} {}", cells.join(" "))
}

/// What is wrong with how the server took it. Says what there is to be said.
pub(crate) fn server(args: &Args, world: &World, load: &Load) -> Vec<String> {
    let mut faults = Vec::new();
    if world.tally.sum(Column::Acknowledged) == 0 {
        faults.push("no message was acknowledged: nothing was put to the test".to_owned());
    }
    if args.steady {
        faults.extend(disappointed(world));
    }
    let Some(pid) = args.pid else { return faults };
    match Course::new(&load.samples) {
        Some(course) => {
            let (middle, end, most) = (course.middle, course.end, course.most);
            println!(
                "memory of the server: {} in the middle, {} at the end, {} at most; descriptors: {}, {}, {}",
                mebibytes(middle.memory),
                mebibytes(end.memory),
                mebibytes(most.memory),
                middle.descriptors,
                end.descriptors,
                most.descriptors,
            );
            if !course.is_flat() {
                faults.push("the server's memory grew by more than a tenth".to_owned());
            }
        }
        None if load.samples.is_empty() => {
            println!(
                "the memory of process {pid} can't be told: there is no /proc, or no such process"
            );
        }
        None => {
            println!("the memory of the server was not watched for long enough to say anything");
        }
    }
    faults
}

/// Good peers that did not get what they came for.
fn disappointed(world: &World) -> Option<String> {
    let wrong = [
        Column::Told,
        Column::Rejected,
        Column::Cut,
        Column::Absent,
        Column::Late,
        Column::Refused,
        Column::Unknown,
        Column::Unfinished,
    ];
    let good = || Kind::all().filter(|kind| kind.group() == Group::Good);
    let count = |kind: Kind| wrong.iter().map(|column| world.tally.of(kind, *column)).sum::<u64>();
    let total: u64 = good().map(count).sum();
    for trouble in world.tally.troubles() {
        println!("  {trouble}");
    }
    (total > 0).then(|| format!("good peers were disappointed {total} times"))
}

/// What is wrong with the store.
pub(crate) fn store(findings: &Findings) -> Vec<String> {
    println!(
        "store: {} whole messages for {} acknowledged; {} more whose reply was lost, {} of them there again",
        findings.whole, findings.acknowledged, findings.unacknowledged, findings.repeated,
    );
    if findings.foreign > 0 {
        println!("store: {} whole messages of other runs", findings.foreign);
    }
    if findings.leftovers > 0 {
        println!("store: {} files that don't count as messages", findings.leftovers);
    }
    for fault in FaultKind::ALL.iter().flat_map(|kind| {
        findings.faults.iter().filter(move |fault| fault.kind == *kind).take(NAMED)
    }) {
        println!("  {}: {}", fault.kind.name(), fault.what);
    }
    let kinds = FaultKind::ALL.iter().filter(|kind| findings.count(**kind) > 0);
    kinds
        .map(|kind| format!("{} {} ({})", findings.count(*kind), kind.name(), kind.explanation()))
        .collect()
}
