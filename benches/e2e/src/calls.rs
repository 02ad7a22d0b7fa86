//! System calls of servers, by strace.

use std::process::{Command, Stdio};
use std::{fs, thread, time::Duration};

use nix::sys::signal::{Signal, kill};

use crate::contest;
use crate::process::{self, Server};
use crate::table::{Cell, Row, Table};
use crate::{Result, Run};

/// A column: how it is said, who makes it so, what is allowed.
const COLUMNS: [(&str, &[&str], Option<f64>); 4] = [
    ("lock-step", &["load", "lockstep"], None),
    ("pipelined", &["load", "pipelined"], Some(3.0)),
    ("chained", &["load", "chained"], Some(3.0)),
    ("chunked", &["load", "chunked"], Some(3.0)),
];

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let Some(strace) = &run.programs.strace else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for entrant in contest::servers(run) {
        let mut cells = Vec::new();
        for (name, args, target) in COLUMNS {
            if name == "chunked" && !entrant.chunking {
                cells.push(Cell::default());
                continue;
            }
            run.told(format!("{}, system calls, {name}", entrant.name));
            let server = entrant.start(run)?;
            let messages = run.count(2000 / entrant.slow.min(4)).max(40);
            let mut load = run.programs.peer(args[0]);
            load.args(&args[1..]).args(["--messages", &messages.to_string()]);
            load.args(["--server", &server.address.to_string()]);
            let figure = counted(strace, &server, &mut load)? / messages as f64;
            let target = target.filter(|_| entrant.is_ours());
            cells.push(Cell { figure: Some(figure), ratio: None, target });
        }
        rows.push((entrant, Row { name: entrant.name.into(), cells }));
    }
    // The rest is what the bare server of the same runtime needs.
    let floors: Vec<_> =
        rows.iter().map(|(_, row)| (row.name.clone(), row.cells[0].figure)).collect();
    for (entrant, row) in &mut rows {
        if entrant.is_ours() {
            let floor = floors.iter().find(|(name, _)| name == entrant.floor);
            row.cells[0].target = floor.and_then(|(_, figure)| *figure);
        }
    }
    Ok(vec![Table {
        title: "Servers: system calls per message".into(),
        about: "10 kept connections, 5 KB; what connections themselves take is among it. All calls of all threads count, \
                waiting for others included."
            .into(),
        columns: COLUMNS.iter().map(|(name, ..)| (*name).into()).collect(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        drawn: None,
    }])
}

/// How many system calls a server makes while this runs.
fn counted(strace: &std::path::Path, server: &Server, load: &mut Command) -> Result<f64> {
    let told = tempfile::NamedTempFile::new()?;
    let mut tracer = Command::new(strace)
        .args(["-c", "-f", "-o"])
        .arg(told.path())
        .args(["-p", &server.id().to_string()])
        .stderr(Stdio::null())
        .spawn()?;
    thread::sleep(Duration::from_millis(300));
    let ran = process::run(load);
    kill(process::pid(tracer.id())?, Signal::SIGINT)?;
    tracer.wait()?;
    ran?;
    let told = fs::read_to_string(told.path())?;
    let total = told.lines().rev().find(|line| line.ends_with("total"));
    let calls =
        total.and_then(|line| line.split_whitespace().nth(3)).ok_or("strace has told nothing")?;
    Ok(calls.parse()?)
}
