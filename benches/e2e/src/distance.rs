//! Round trips per message, where each takes 40 ms.

use std::path::Path;
use std::thread;

use crate::clients::{self, Client, Task};
use crate::contest::{self, Entrant};
use crate::process::{self, Begins, Server};
use crate::table::{Cell, Row, Table};
use crate::{Result, Run};

/// Milliseconds, each way.
const DELAY: f64 = 20.0;

/// As many messages as tell a connection's own round trips from those of its messages.
const MESSAGES: (usize, usize) = (10, 40);

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let file = clients::message()?;
    let to = ["smtp-tokio", "smtp-sink"].into_iter().filter_map(contest::server);
    let to: Vec<_> = to.filter(|entrant| entrant.is_here(run)).collect();
    let mut rows = Vec::new();
    let mut ways = Vec::new();
    for entrant in &to {
        let near = entrant.start(run)?;
        let mut proxy = run.programs.peer("delay");
        proxy.args(["--to", &near.address.to_string(), "--milliseconds", &DELAY.to_string()]);
        ways.push((Server::start("the proxy", proxy, Begins::ByLine)?, near));
    }
    // All at once: nobody has much to do.
    run.told("everybody, far away");
    let (to, ways, file) = (&to, &ways, &file);
    let measured = thread::scope(|scope| {
        let tasks: Vec<_> = clients::all(run)
            .into_iter()
            .map(|client| {
                let cells = move || -> Result<Vec<Cell>> {
                    let each = to.iter().zip(ways);
                    each.map(|(entrant, (way, _))| cell(run, client, entrant, way, file.path()))
                        .collect()
                };
                (client, scope.spawn(move || cells().map_err(|error| error.to_string())))
            })
            .collect();
        let ended = tasks.into_iter().map(|(client, task)| (client, task.join()));
        ended.collect::<Vec<_>>()
    });
    for (client, cells) in measured {
        let cells = cells.map_err(|_| "a panic")??;
        rows.push(Row { name: client.name.into(), cells });
    }
    Ok(vec![Table {
        title: "Round trips per message, one connection, 20 ms each way".into(),
        about: "What each message more takes, in round trips. `receive` offers CHUNKING, smtp-sink only PIPELINING."
            .into(),
        columns: to.iter().map(|entrant| format!("to {}", entrant.name)).collect(),
        rows,
        drawn: None,
    }])
}

fn cell(run: &Run, client: &Client, entrant: &Entrant, way: &Server, file: &Path) -> Result<Cell> {
    if client.chunking && !entrant.chunking {
        return Ok(Cell::default());
    }
    let seconds = |messages| -> Result<f64> {
        let task = Task { server: way, connections: 1, messages, file };
        let mut command = client.command(run, &task).ok_or("it is not installed")?;
        Ok(process::run(&mut command)?.elapsed.as_secs_f64())
    };
    let many = if run.quick { MESSAGES.0 + 10 } else { MESSAGES.1 };
    let more = seconds(many)? - seconds(MESSAGES.0)?;
    let figure = more * 1000.0 / (2.0 * DELAY) / (many - MESSAGES.0) as f64;
    let target = if entrant.chunking { 0.1 } else { 1.0 };
    let target = (client.name == clients::OURS).then_some(target);
    Ok(Cell { figure: Some(figure), ratio: None, target })
}
