//! Clients: what a thousand messages cost them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::contest;
use crate::process::{self, Server};
use crate::table::{Cell, Row, Table, median};
use crate::{Result, Run};

/// What a client is to do.
pub struct Task<'a> {
    pub server: &'a Server,
    pub connections: usize,
    pub messages: usize,
    /// The content, for who wants a file.
    pub file: &'a Path,
}

/// A client that takes part.
pub struct Client {
    pub name: &'static str,
    /// It needs BDAT.
    pub chunking: bool,
    /// What one of its messages takes, roughly, in those of others: it gets fewer.
    pub slow: usize,
    command: fn(&Run, &Task<'_>) -> Option<Command>,
}

/// What the others are compared with.
const FLOOR: &str = "floor, chained";
const TARGET: f64 = 1.15;
pub const OURS: &str = "smtp-tokio, send";

const fn client(name: &'static str, command: fn(&Run, &Task<'_>) -> Option<Command>) -> Client {
    Client { name, chunking: false, slow: 1, command }
}

const ALL: &[Client] = &[
    client(OURS, |run, task| Some(send(run, task))),
    client("floor, lock-step", |run, task| Some(peer(run, task, &["load", "lockstep"]))),
    client("floor, pipelined", |run, task| Some(peer(run, task, &["load", "pipelined"]))),
    client(FLOOR, |run, task| Some(peer(run, task, &["load", "chained"]))),
    Client {
        chunking: true,
        ..client("floor, chunked", |run, task| Some(peer(run, task, &["load", "chunked"])))
    },
    client("smtp-source", source),
    Client {
        slow: 20,
        ..client("lettre, blocking", |run, task| {
            Some(peer(run, task, &["client", "lettre-blocking"]))
        })
    },
    Client {
        slow: 20,
        ..client("lettre, Tokio", |run, task| Some(peer(run, task, &["client", "lettre-tokio"])))
    },
    Client {
        slow: 20,
        ..client("mail-send", |run, task| Some(peer(run, task, &["client", "mail-send"])))
    },
    client("async-smtp", |run, task| Some(peer(run, task, &["client", "async-smtp"]))),
];

impl Client {
    pub fn command(&self, run: &Run, task: &Task<'_>) -> Option<Command> {
        (self.command)(run, task)
    }
}

/// Those who are asked for.
pub fn all(run: &Run) -> Vec<&'static Client> {
    ALL.iter().filter(|client| run.takes(client.name)).collect()
}

fn send(run: &Run, task: &Task<'_>) -> Command {
    let mut command = run.programs.example("send");
    command.args(["--server", &task.server.address.to_string()]);
    command.args(["--from", "sender@load.example", "--to", "recipient@load.example"]);
    command.args(["--starttls", "off", "--repeat", &task.messages.to_string()]);
    command.args(["--connections", &task.connections.to_string()]).arg(task.file);
    command
}

fn peer(run: &Run, task: &Task<'_>, role: &[&str]) -> Command {
    let mut command = run.programs.peer(role[0]);
    command.args(&role[1..]).args(["--server", &task.server.address.to_string()]);
    command.args(["--connections", &task.connections.to_string()]);
    command.args(["--messages", &task.messages.to_string()]);
    command
}

fn source(run: &Run, task: &Task<'_>) -> Option<Command> {
    let mut command = Command::new(run.programs.source.as_ref()?);
    command.args(["-d", "-l", "5120", "-f", "sender@load.example", "-t", "recipient@load.example"]);
    command.args(["-s", &task.connections.to_string(), "-m", &task.messages.to_string()]);
    command.arg(task.server.address.to_string());
    Some(command)
}

/// A message of 5 KB as smtp-source makes it.
pub fn message() -> Result<tempfile::NamedTempFile> {
    let file = tempfile::NamedTempFile::new()?;
    let line = format!("{}\r\n", "X".repeat(78));
    fs::write(file.path(), format!("Subject: a test\r\n\r\n{}", line.repeat(63)))?;
    Ok(file)
}

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let (clients, file) = (all(run), message()?);
    let to = ["smtp-tokio", "smtp-sink"].into_iter().filter_map(contest::server);
    let to: Vec<_> = to.filter(|entrant| entrant.is_here(run)).collect();
    let servers: Vec<Server> =
        to.iter().map(|entrant| entrant.start(run)).collect::<Result<_>>()?;
    let columns = to.len() * 2;
    let mut figures = vec![vec![Vec::new(); columns]; clients.len()];
    for round in 0..run.rounds {
        for (at, (entrant, server)) in to.iter().zip(&servers).enumerate() {
            for turn in 0..clients.len() {
                let one = (turn + round) % clients.len();
                let client = clients[one];
                if client.chunking && !entrant.chunking {
                    continue;
                }
                run.told(format!("{} to {}, round {}", client.name, entrant.name, round + 1));
                let messages = run.count(20_000 / client.slow).max(20);
                let task = Task { server, connections: 10, messages, file: file.path() };
                let Some(mut command) = client.command(run, &task) else { continue };
                let cost = process::run(&mut command)?;
                figures[one][at * 2].push(cost.cpu.as_secs_f64() * 1e6 / messages as f64);
                figures[one][at * 2 + 1].push(messages as f64 / cost.elapsed.as_secs_f64());
            }
        }
    }
    let figure = |one: usize, column: usize| median(figures[one][column].clone());
    let floor = clients.iter().position(|client| client.name == FLOOR);
    let rows = clients.iter().enumerate().map(|(one, client)| {
        let cells = (0..columns).map(|column| {
            let value = figure(one, column);
            let floor = floor.filter(|floor| column % 2 == 0 && *floor != one);
            let ratio = floor.and_then(|floor| Some(value? / figure(floor, column)?));
            let target = ratio.filter(|_| client.name == OURS).map(|_| TARGET);
            Cell { figure: value, ratio, target }
        });
        Row { name: client.name.into(), cells: cells.collect() }
    });
    let rows: Vec<Row> = rows.collect();
    let columns = to.iter().flat_map(|entrant| {
        [format!("ms to {}", entrant.name), format!("messages/s to {}", entrant.name)]
    });
    Ok(vec![Table {
        title: "Clients: milliseconds of CPU time for 1,000 messages, and messages per second"
            .into(),
        about: "10 connections, 5 KB. In brackets: in relation to the chained floor.".into(),
        columns: columns.collect(),
        rows,
        drawn: Some((0, "Clients: ms of CPU time for 1,000 messages of 5 KB".into())),
    }])
}
