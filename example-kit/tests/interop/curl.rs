//! curl, which uploads to `smtp://`.

use std::process::Command;

use super::deliver::{Client, FROM, KNOWN, Mode, PASSWORD, TO, Task, USER, World, succeed};
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
        Mode::External,
        Mode::Proxied(1),
        Mode::Socket,
    ];
    world.deliver(tally, &Client { modes, without: &[], to: TO, expected, deliver });
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let scheme = if task.mode == Mode::ImplicitTls { "smtps" } else { "smtp" };
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--max-time", "50"]);
    // With a socket, the server's name is no more than that.
    let server = match task.mode {
        Mode::Socket => "localhost".into(),
        _ => format!("127.0.0.1:{}", task.port),
    };
    command.arg("--url").arg(format!("{scheme}://{server}/client.example.org"));
    command.args(["--mail-from", FROM, "--mail-rcpt", TO[0], "--mail-rcpt", TO[1]]);
    command.arg("--upload-file").arg(task.file(&task.sample.content));
    if task.mode.has_tls() {
        command.arg("--ssl-reqd").arg("--cacert").arg(task.ca);
    }
    match task.mode {
        Mode::Auth(mechanism) | Mode::SecureAuth(mechanism) => {
            command.args(["--user", &format!("{USER}:{PASSWORD}")]);
            command.args(["--login-options", &format!("AUTH={mechanism}")]);
        }
        Mode::External => {
            command.args(["--user", &format!("{KNOWN}:"), "--login-options", "AUTH=EXTERNAL"]);
            command.arg("--cert").arg(&task.identity.cert).arg("--key").arg(&task.identity.key);
        }
        Mode::Proxied(_) => {
            command.arg("--haproxy-protocol");
        }
        Mode::Socket => {
            command.arg("--unix-socket").arg(&task.socket);
        }
        _ => {}
    }
    succeed(&mut command, b"")
}
