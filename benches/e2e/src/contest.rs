//! Who takes part.

use std::process::Command;

use crate::process::{Begins, Server, free_port};
use crate::programs::Programs;
use crate::{Result, Run};

/// A server that takes part.
pub struct Entrant {
    pub name: &'static str,
    /// Whose figures its own are compared with.
    pub floor: &'static str,
    /// What one of its messages costs, roughly, in those of others: it gets fewer.
    pub slow: usize,
    /// The same where clients don't wait for each reply: Nagle's algorithm holds up who writes one after the other.
    pub stalls: usize,
    /// It takes BDAT.
    pub chunking: bool,
    /// valgrind can run it.
    pub compiled: bool,
    /// How many connections it may have open.
    pub most: usize,
    command: fn(&Programs) -> Option<(Command, Begins)>,
}

impl Entrant {
    pub fn is_ours(&self) -> bool {
        self.name.starts_with("smtp-tokio")
            || self.name.starts_with("smtp-async-std")
            || self.name.starts_with("smtp-blocking")
    }

    pub fn is_here(&self, run: &Run) -> bool {
        self.command(run).is_some()
    }

    pub fn command(&self, run: &Run) -> Option<(Command, Begins)> {
        (self.command)(&run.programs)
    }

    pub fn start(&self, run: &Run) -> Result<Server> {
        let (command, begins) = (self.command)(&run.programs).ok_or("it is not installed")?;
        Server::start(self.name, command, begins)
    }
}

const ALL: [Entrant; 11] = [
    Entrant { command: |p| Some(ours(p, "receive")), ..entrant("smtp-tokio", "bare tokio") },
    Entrant {
        command: |p| Some(ours(p, "receive-async-std")),
        ..entrant("smtp-async-std", "bare async-std")
    },
    Entrant {
        command: |p| Some(ours(p, "receive-smol")),
        ..entrant("smtp-async-std, smol", "bare async-std")
    },
    Entrant {
        command: |p| Some(ours(p, "receive-blocking")),
        ..entrant("smtp-blocking", "bare threads")
    },
    Entrant {
        command: |p| Some((p.peer("bare-tokio"), Begins::ByLine)),
        ..entrant("bare tokio", "bare tokio")
    },
    Entrant {
        command: |p| Some((p.peer("bare-async-std"), Begins::ByLine)),
        ..entrant("bare async-std", "bare async-std")
    },
    Entrant {
        command: |p| Some((p.peer("bare-threads"), Begins::ByLine)),
        ..entrant("bare threads", "bare threads")
    },
    Entrant {
        command: |p| Some((p.peer("stalwart"), Begins::ByLine)),
        ..entrant("Stalwart's parser", "bare tokio")
    },
    Entrant {
        command: mailin,
        stalls: 40,
        chunking: false,
        most: 1000,
        ..entrant("mailin-embedded", "bare threads")
    },
    Entrant { command: sink, chunking: false, ..entrant("smtp-sink", "bare tokio") },
    Entrant {
        command: aiosmtpd,
        slow: 20,
        compiled: false,
        chunking: false,
        ..entrant("aiosmtpd", "bare tokio")
    },
];

const fn entrant(name: &'static str, floor: &'static str) -> Entrant {
    Entrant {
        name,
        floor,
        slow: 1,
        stalls: 1,
        chunking: true,
        compiled: true,
        most: 5000,
        command: |_| None,
    }
}

/// Those who are here.
pub fn servers(run: &Run) -> Vec<&'static Entrant> {
    const ENTRANTS: &[Entrant] = &ALL;
    let here = |entrant: &&Entrant| run.takes(entrant.name) && entrant.is_here(run);
    ENTRANTS.iter().filter(here).collect()
}

/// One of them.
pub fn server(name: &str) -> Option<&'static Entrant> {
    const ENTRANTS: &[Entrant] = &ALL;
    ENTRANTS.iter().find(|entrant| entrant.name == name)
}

fn ours(programs: &Programs, example: &str) -> (Command, Begins) {
    let mut command = programs.example(example);
    command.args(["--listen", "127.0.0.1:0", "--discard", "--max-connections", "6000"]);
    (command, Begins::ByLine)
}

fn mailin(programs: &Programs) -> Option<(Command, Begins)> {
    let mut command = programs.peer("mailin");
    command.args(["--threads", "1010"]);
    Some((command, Begins::ByLine))
}

fn sink(programs: &Programs) -> Option<(Command, Begins)> {
    let port = free_port().ok()?;
    let mut command = Command::new(programs.sink.as_ref()?);
    if nix::unistd::geteuid().is_root() {
        command.args(["-u", "nobody"]);
    }
    command.args(["-m", "6000", &format!("127.0.0.1:{port}"), "1000"]);
    Some((command, Begins::At(port)))
}

fn aiosmtpd(programs: &Programs) -> Option<(Command, Begins)> {
    let mut command = Command::new(programs.python.as_ref()?);
    command.args(["-c", include_str!("aiosmtpd_server.py")]);
    Some((command, Begins::ByLine))
}
