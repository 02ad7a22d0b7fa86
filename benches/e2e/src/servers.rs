//! Servers: what a thousand messages cost them.

use std::process::Command;

use crate::contest::{self, Entrant};
use crate::process::{self, Server};
use crate::table::{Cell, Row, Table, median};
use crate::{Result, Run};

/// What clients do.
struct Workload {
    name: &'static str,
    messages: usize,
    /// What ours may cost, in relation to a bare server.
    target: f64,
    client: Client,
}

enum Client {
    /// smtp-source with these arguments.
    Source(&'static [&'static str]),
    /// One of `peer load`.
    Load(&'static str),
}

const WORKLOADS: [Workload; 7] = [
    Workload {
        name: "5 KB, kept",
        messages: 5000,
        target: 1.05,
        client: Client::Source(&["-d", "-l", "5120"]),
    },
    Workload {
        name: "5 KB, one each",
        messages: 2000,
        target: 1.05,
        client: Client::Source(&["-l", "5120"]),
    },
    Workload {
        name: "100 KB",
        messages: 1000,
        target: 1.1,
        client: Client::Source(&["-d", "-l", "102400"]),
    },
    Workload {
        name: "20 recipients",
        messages: 1000,
        target: 1.05,
        client: Client::Source(&["-d", "-l", "5120", "-r", "20"]),
    },
    Workload {
        name: "pipelined",
        messages: 10_000,
        target: 1.1,
        client: Client::Load("pipelined"),
    },
    Workload { name: "chained", messages: 20_000, target: 1.1, client: Client::Load("chained") },
    Workload { name: "chunked", messages: 20_000, target: 1.1, client: Client::Load("chunked") },
];

impl Workload {
    fn is_for(&self, entrant: &Entrant) -> bool {
        entrant.chunking || !matches!(self.client, Client::Load("chunked"))
    }

    /// What one of its messages takes, roughly, in those of others.
    fn slowness(&self, entrant: &Entrant) -> usize {
        match self.client {
            Client::Load(_) => entrant.slow.max(entrant.stalls),
            Client::Source(_) => entrant.slow,
        }
    }

    /// None if it can't be had.
    fn command(&self, run: &Run, server: &Server, messages: usize) -> Option<Command> {
        let messages = messages.to_string();
        Some(match self.client {
            Client::Source(args) => {
                let mut command = Command::new(run.programs.source.as_ref()?);
                command.args(["-s", "10", "-m", &messages]).args(args);
                command.args(["-f", "sender@load.example", "-t", "recipient@load.example"]);
                command.arg(server.address.to_string());
                command
            }
            Client::Load(style) => {
                let mut command = run.programs.peer("load");
                command.args([style, "--messages", &messages]);
                command.args(["--server", &server.address.to_string()]);
                command
            }
        })
    }
}

/// What was measured of one server with one workload.
#[derive(Clone, Default)]
struct Figures {
    /// Milliseconds of CPU time for a thousand messages.
    cpu: Vec<f64>,
    /// Messages per second.
    rate: Vec<f64>,
}

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let entrants = contest::servers(run);
    let servers: Vec<Server> =
        entrants.iter().map(|entrant| entrant.start(run)).collect::<Result<_>>()?;
    let mut figures = vec![vec![Figures::default(); WORKLOADS.len()]; entrants.len()];
    for round in 0..=run.rounds {
        for (at, workload) in WORKLOADS.iter().enumerate() {
            for turn in 0..entrants.len() {
                // Nobody is always behind the same.
                let one = (turn + round) % entrants.len();
                let (entrant, server) = (entrants[one], &servers[one]);
                if !workload.is_for(entrant) {
                    continue;
                }
                run.told(format!(
                    "{}, {}, round {round} of {}",
                    workload.name, entrant.name, run.rounds
                ));
                // The first round is a short one, and not counted: everybody is warm then.
                let count = if round == 0 { workload.messages / 10 } else { workload.messages };
                let messages = run.count(count / workload.slowness(entrant)).max(20);
                let Some(mut command) = workload.command(run, server, messages) else { continue };
                let before = server.cpu()?;
                let cost = process::run(&mut command)?;
                let cpu = server.cpu()?.saturating_sub(before);
                if round > 0 {
                    let figures = &mut figures[one][at];
                    figures.cpu.push(cpu.as_secs_f64() * 1e6 / messages as f64);
                    figures.rate.push(messages as f64 / cost.elapsed.as_secs_f64());
                }
            }
        }
    }
    let cpu = table(
        &entrants,
        |one, at| median(figures[one][at].cpu.clone()),
        "Servers: milliseconds of CPU time for 1,000 messages",
        true,
    );
    let rate = table(
        &entrants,
        |one, at| median(figures[one][at].rate.clone()),
        "Servers: messages per second",
        false,
    );
    Ok(vec![cpu, rate])
}

fn table(
    entrants: &[&'static Entrant],
    figure: impl Fn(usize, usize) -> Option<f64>,
    title: &str,
    related: bool,
) -> Table {
    let rows = entrants.iter().enumerate().map(|(one, entrant)| {
        let floor = entrants.iter().position(|other| other.name == entrant.floor);
        let cells = WORKLOADS.iter().enumerate().map(|(at, workload)| {
            let value = figure(one, at);
            let floor = floor.filter(|floor| related && *floor != one);
            let ratio = floor.and_then(|floor| Some(value? / figure(floor, at)?));
            let target = ratio.filter(|_| entrant.is_ours()).map(|_| workload.target);
            Cell { figure: value, ratio, target }
        });
        Row { name: entrant.name.into(), cells: cells.collect() }
    });
    let about = if related {
        "In brackets: in relation to the bare server of the same runtime, and what ours should not be above. Up to 20 \
         recipients the client is smtp-source with 10 connections; the others don't wait for each reply, with 5 KB."
    } else {
        "With 10 connections, on a machine that runs the client, too."
    };
    Table {
        title: title.into(),
        about: about.into(),
        columns: WORKLOADS.iter().map(|workload| workload.name.into()).collect(),
        rows: rows.collect(),
        drawn: related
            .then(|| (0, "ms of CPU time for 1,000 messages of 5 KB, kept connections".into())),
    }
}
