//! Round trips per message, where each takes 40 ms.

use crate::clients::{self, Task};
use crate::contest;
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
    for client in clients::all(run) {
        let mut cells = Vec::new();
        for (entrant, (way, _)) in to.iter().zip(&ways) {
            if client.chunking && !entrant.chunking {
                cells.push(Cell::default());
                continue;
            }
            run.told(format!("{} to {}, far away", client.name, entrant.name));
            let seconds = |messages| -> Result<f64> {
                let task = Task { server: way, connections: 1, messages, file: file.path() };
                let mut command = client.command(run, &task).ok_or("it is not installed")?;
                Ok(process::run(&mut command)?.elapsed.as_secs_f64())
            };
            // Nobody else is as slow as the way, so once is enough.
            let many = if run.quick { MESSAGES.0 + 10 } else { MESSAGES.1 };
            let more = seconds(many)? - seconds(MESSAGES.0)?;
            let figure = Some(more * 1000.0 / (2.0 * DELAY) / (many - MESSAGES.0) as f64);
            let target = figure
                .filter(|_| client.name == clients::OURS)
                .map(|_| if entrant.chunking { 0.1 } else { 1.0 });
            cells.push(Cell { figure, ratio: None, target });
        }
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
