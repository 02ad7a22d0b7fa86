//! smtplib, of Python's standard library.

use std::process::Command;

use super::deliver::{Client, FROM, Mode, PASSWORD, TO, Task, USER, World, succeed};
use super::tally::Tally;
use crate::processes::corpus::Sample;

const SCRIPT: &str = include_str!("smtplib.py");

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let expected = Sample::in_lines;
    let modes = &[
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("PLAIN"),
        Mode::Auth("LOGIN"),
        Mode::SecureAuth("PLAIN"),
    ];
    world.deliver(tally, &Client { modes, without: &[], to: TO, expected, deliver });
    // It reads one reply, for however many recipients.
    let (modes, to) = (&[Mode::Lmtp], &TO[..1]);
    world.deliver(tally, &Client { modes, without: &[], to, expected, deliver });
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let (mode, mechanism) = match task.mode {
        Mode::Plain => ("plain", ""),
        Mode::StartTls => ("starttls", ""),
        Mode::ImplicitTls => ("implicit", ""),
        Mode::Auth(mechanism) => ("plain", mechanism),
        Mode::SecureAuth(mechanism) => ("starttls", mechanism),
        Mode::Lmtp => ("lmtp", ""),
        Mode::External | Mode::Proxied(_) | Mode::Socket => unreachable!("not of its modes"),
    };
    let mut command = Command::new(task.python);
    command.args(["-c", SCRIPT, mode, &task.port]).arg(task.ca);
    command.args([mechanism, USER, PASSWORD, FROM]).args(task.to);
    succeed(&mut command, &task.sample.content)
}
