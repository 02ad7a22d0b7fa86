//! Memory of connections that do nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::contest::{self, Entrant};
use crate::table::{Cell, Row, Table};
use crate::{Result, Run};

const COLUMNS: [&str; 4] = ["after the greeting", "after EHLO", "after a message", "inside DATA"];

/// KiB that a connection of ours may take after EHLO and after a message.
fn target(entrant: &Entrant) -> Option<f64> {
    match entrant.name {
        "smtp-tokio" => Some(3.0),
        name if name.starts_with("smtp-async-std") => Some(4.0),
        _ => None,
    }
}

pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let mut rows = Vec::new();
    for entrant in contest::servers(run) {
        let count = run.count(entrant.most).max(50);
        run.told(format!("{}, {count} idle connections", entrant.name));
        let figures = measured(run, entrant, count)?;
        let cells = figures.iter().enumerate().map(|(at, figure)| {
            let target = target(entrant).filter(|_| at == 1 || at == 2);
            Cell { figure: Some(*figure), ratio: None, target }
        });
        rows.push(Row { name: entrant.name.into(), cells: cells.collect() });
    }
    Ok(vec![Table {
        title: "Servers: KiB of memory per idle connection".into(),
        about: "5,000 connections (1,000 to mailin-embedded, which has a thread for each): resident memory of the process \
                that is its own, beyond what it has with none."
            .into(),
        columns: COLUMNS.map(Into::into).into(),
        rows,
        drawn: Some((2, "KiB per idle connection, after a message".into())),
    }])
}

fn measured(run: &Run, entrant: &Entrant, count: usize) -> Result<Vec<f64>> {
    let server = entrant.start(run)?;
    // What is made once is there before.
    drop(Talk::new(server.address)?.told(true)?);
    thread::sleep(Duration::from_millis(300));
    let before = server.memory()?;
    let mut figures = Vec::new();
    let mut note = || -> Result<()> {
        thread::sleep(Duration::from_millis(300));
        let more = server.memory()?.saturating_sub(before);
        figures.push(more as f64 / 1024.0 / count as f64);
        Ok(())
    };
    let mut talks = (0..count).map(|_| Talk::new(server.address)).collect::<Result<Vec<_>>>()?;
    note()?;
    for talk in &mut talks {
        talk.say("EHLO idle.example")?;
    }
    note()?;
    for talk in &mut talks {
        talk.message()?;
    }
    note()?;
    for talk in &mut talks {
        talk.begin()?;
        talk.0.get_mut().write_all(&[b'X'; 2000])?;
    }
    note()?;
    Ok(figures)
}

/// A client that waits for each reply.
struct Talk(BufReader<TcpStream>);

impl Talk {
    fn new(server: std::net::SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let mut talk = Self(BufReader::with_capacity(512, stream));
        talk.reply()?;
        Ok(talk)
    }

    fn told(mut self, all: bool) -> Result<Self> {
        self.say("EHLO idle.example")?;
        if all {
            self.message()?;
        }
        Ok(self)
    }

    fn begin(&mut self) -> Result<()> {
        self.say("MAIL FROM:<sender@idle.example>")?;
        self.say("RCPT TO:<recipient@idle.example>")?;
        self.say("DATA")
    }

    fn message(&mut self) -> Result<()> {
        self.begin()?;
        let line = [&[b'X'; 78][..], b"\r\n"].concat();
        self.0.get_mut().write_all(&[line.repeat(64), b".\r\n".to_vec()].concat())?;
        self.reply()
    }

    fn say(&mut self, line: &str) -> Result<()> {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            if !line.starts_with(['2', '3']) {
                return Err(format!("the server said {line:?}").into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}
