//! curl, which uploads to `smtp://`.

use std::process::Command;

use super::deliver::{Client, FROM, Mode, PASSWORD, TO, Task, USER, World, succeed};
use super::tally::Tally;
use crate::processes::corpus::Sample;

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
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let scheme = if task.mode == Mode::ImplicitTls { "smtps" } else { "smtp" };
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--max-time", "50"]);
    command.arg("--url").arg(format!("{scheme}://127.0.0.1:{}/client.example.org", task.port));
    command.args(["--mail-from", FROM, "--mail-rcpt", TO[0], "--mail-rcpt", TO[1]]);
    command.arg("--upload-file").arg(task.file(&task.sample.content));
    if matches!(task.mode, Mode::StartTls | Mode::ImplicitTls | Mode::SecureAuth(_)) {
        command.arg("--ssl-reqd").arg("--cacert").arg(task.ca);
    }
    if let Mode::Auth(mechanism) | Mode::SecureAuth(mechanism) = task.mode {
        command.args(["--user", &format!("{USER}:{PASSWORD}")]);
        command.args(["--login-options", &format!("AUTH={mechanism}")]);
    }
    succeed(&mut command, b"")
}
