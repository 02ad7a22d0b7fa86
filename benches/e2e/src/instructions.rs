//! User instructions of servers, by valgrind: twice, with more messages the second time, so that what is done once
//! does not count.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::contest::{self, Entrant};
use crate::process::{self, Server};
use crate::table::{Cell, Row, Table};
use crate::{Result, Run};

const MESSAGES: (usize, usize) = (200, 1200);

/// What a message of 5 KB may cost on Tokio.
const TARGET: f64 = 13_000.0;

const COLUMNS: [&str; 2] = ["lockstep", "chained"];

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let Some(valgrind) = &run.programs.valgrind else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for entrant in contest::servers(run) {
        if !entrant.compiled || run.quick && entrant.name != "smtp-tokio" {
            continue;
        }
        let mut cells = Vec::new();
        for style in COLUMNS {
            run.told(format!("{}, instructions, {style}", entrant.name));
            let many = if run.quick { MESSAGES.0 * 2 } else { MESSAGES.1 };
            let few = counted(run, valgrind, entrant, style, MESSAGES.0)?;
            let figure =
                (counted(run, valgrind, entrant, style, many)? - few) / (many - MESSAGES.0) as f64;
            let target = (entrant.name == "smtp-tokio" && style == COLUMNS[0]).then_some(TARGET);
            cells.push(Cell { figure: Some(figure), ratio: None, target });
        }
        rows.push(Row { name: entrant.name.into(), cells });
    }
    Ok(vec![Table {
        title: "Servers: user instructions per message of 5 KB".into(),
        about: "Kept connections, counted by valgrind's callgrind.".into(),
        columns: vec!["lock-step".into(), "chained".into()],
        rows,
        drawn: None,
    }])
}

fn counted(
    run: &Run,
    valgrind: &std::path::Path,
    entrant: &Entrant,
    style: &str,
    messages: usize,
) -> Result<f64> {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("out");
    let (command, begins) = entrant.command(run).ok_or("it is not installed")?;
    let mut under = Command::new(valgrind);
    under.args(["--tool=callgrind", &format!("--callgrind-out-file={}", out.display())]);
    under.arg(command.get_program()).args(command.get_args());
    let server = Server::start(entrant.name, under, begins)?;
    let mut load = run.programs.peer("load");
    load.args([style, "--messages", &messages.to_string(), "--connections", "4"]);
    process::run(load.args(["--server", &server.address.to_string()]))?;
    kill(process::pid(server.id())?, Signal::SIGTERM)?;
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let told = fs::read_to_string(&out).unwrap_or_default();
        let totals = told.lines().find_map(|line| line.strip_prefix("totals: "));
        if let Some(totals) = totals {
            return Ok(totals.trim().parse()?);
        }
        if Instant::now() > until {
            return Err(format!("{}: valgrind has told nothing", entrant.name).into());
        }
        thread::sleep(Duration::from_millis(100));
    }
}
