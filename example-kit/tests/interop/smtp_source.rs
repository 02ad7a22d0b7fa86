//! smtp-source, Postfix's generator of mail.

use std::process::Command;

use super::deliver::{Client, DATA, FROM, Mode, TO, Task, World, succeed, whole};
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect};
use crate::processes::corpus::Sample;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    tally.is(postfix());
    // It adds an empty line.
    let expected = |sample: &Sample| [&sample.in_lines()[..], b"\r\n"].concat();
    let modes = &[Mode::Plain, Mode::Lmtp, Mode::Socket];
    world.deliver(
        tally,
        &Client {
            modes,
            without: &[],
            breaks_off: &[],
            to: &TO[..1],
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    for (mode, feature) in [(Mode::Plain, Feature::Many), (Mode::Lmtp, Feature::Lmtp)] {
        tally.on(feature);
        let server = world.receive(mode);
        let mut command = Command::new("smtp-source");
        // 5 sessions at a time, 60 messages of 20 kB for 3 recipients each.
        command.args(["-s", "5", "-m", "60", "-r", "3", "-l", "20000", "-d"]);
        command.args(["-f", "a@example.org", "-t", "b@example.net"]);
        if mode == Mode::Lmtp {
            command.arg("-L");
        }
        command.arg(format!("127.0.0.1:{}", server.port()));
        tally.check(format!("{mode:?}, many"), succeed(&mut command, b""));
        let stored = server.take();
        let complete = |stored: &&crate::processes::receive::Stored| {
            let to = stored.envelope["to"].as_array().map(Vec::len);
            to == Some(3) && stored.content.len() > 20_000
        };
        let complete = stored.iter().filter(complete).count();
        tally.check(format!("{mode:?}, many, stored"), expect("messages", &complete, &60));
    }
    for feature in [Feature::StartTls, Feature::ImplicitTls, Feature::Auth] {
        tally.not_offered(feature, "it speaks in the clear, and logs in nowhere");
    }
    tally.not_offered(Feature::Chunking, DATA);
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let mut command = Command::new("smtp-source");
    command.arg("-F").arg(task.file(&task.sample.with_lf()));
    command.args(["-f", FROM, "-M", "client.example.org"]);
    // With several recipients it puts numbers in front of the name.
    command.args(["-t", TO[0]]);
    if task.mode == Mode::Lmtp {
        command.arg("-L");
    }
    let server = match task.mode {
        Mode::Socket => format!("unix:{}", task.socket),
        _ => format!("127.0.0.1:{}", task.port),
    };
    succeed(command.arg(server), b"")
}

/// The version of Postfix, whose generator and sink have none of their own.
pub(crate) fn postfix() -> String {
    version(Command::new("postconf").args(["-d", "-h", "mail_version"]), 0)
}
