//! curl, which uploads to `smtp://`.

use std::process::Command;

use super::deliver::{Client, DATA, FROM, KNOWN, Mode, TO, Task, USER, World, succeed, whole};
use super::feature::Feature;
use super::installed::version;
use super::tally::Tally;
use crate::processes::corpus::Sample;
use crate::processes::process;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let expected = Sample::in_lines;
    tally.is(version(Command::new("curl").arg("--version"), 1));
    let mut modes = vec![
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("PLAIN"),
        Mode::Auth("LOGIN"),
        Mode::Auth("CRAM-MD5"),
        Mode::SecureAuth("PLAIN"),
        Mode::SecureAuth("CRAM-MD5"),
        Mode::SecureAuth("OAUTHBEARER"),
        Mode::SecureAuth("XOAUTH2"),
        Mode::External,
        Mode::Proxied(1),
        Mode::Socket,
    ];
    let scram = ["SCRAM-SHA-1", "SCRAM-SHA-256"];
    if process::run(Command::new("curl").arg("--version"), b"").stdout.contains("gsasl") {
        modes.extend(scram.map(Mode::Auth));
        modes.extend(scram.map(Mode::SecureAuth));
        modes.push(Mode::Choice("SCRAM-SHA-256"));
    } else {
        tally.not_built_in(scram.join(" and "));
        modes.push(Mode::Choice("CRAM-MD5"));
    }
    // It knows only of OAUTHBEARER that the server explains what is wrong, and waits for an answer.
    let breaks_off = &["XOAUTH2"];
    world.deliver(
        tally,
        &Client {
            modes: &modes,
            without: &[],
            breaks_off,
            to: TO,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    for feature in [Feature::Chunking, Feature::Pipelining] {
        tally.not_offered(feature, DATA);
    }
    for feature in [Feature::Dsn, Feature::Lmtp] {
        tally.not_offered(feature, "curl knows nothing of it");
    }
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
        Mode::SecureAuth(mechanism @ ("OAUTHBEARER" | "XOAUTH2")) => {
            command.args(["--user", USER, "--oauth2-bearer", task.password]);
            command.args(["--login-options", &format!("AUTH={mechanism}")]);
        }
        Mode::Auth(mechanism) | Mode::SecureAuth(mechanism) => {
            command.args(["--user", &format!("{USER}:{}", task.password)]);
            command.args(["--login-options", &format!("AUTH={mechanism}")]);
        }
        Mode::Choice(_) => {
            command.args(["--user", &format!("{USER}:{}", task.password)]);
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
