//! msmtp, a `sendmail` for people without one.

use std::process::Command;

use serde_json::json;

use super::deliver::{
    Client, FROM, KNOWN, Mode, TO, Task, USER, World, notifications, succeed, whole,
};
use super::feature::Feature;
use super::installed::version;
use super::tally::Tally;
use crate::processes::corpus::Sample;
use crate::processes::process;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let expected = Sample::in_lines;
    tally.is(version(Command::new("msmtp").arg("--version"), 2));
    let mut modes = vec![
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::SecureAuth("plain"),
        Mode::SecureAuth("login"),
        Mode::Auth("plain"),
        // Over TLS it wants nothing better.
        Mode::Choice("plain"),
        Mode::External,
        Mode::Socket,
        Mode::Lmtp,
    ];
    let methods = methods();
    for (method, more) in [
        ("cram-md5", &[Mode::Auth("cram-md5")][..]),
        ("scram-sha-1", &[Mode::Auth("scram-sha-1"), Mode::SecureAuth("scram-sha-1")]),
        ("scram-sha-256", &[Mode::Auth("scram-sha-256"), Mode::SecureAuth("scram-sha-256")]),
        ("oauthbearer", &[Mode::SecureAuth("oauthbearer")]),
        ("xoauth2", &[Mode::SecureAuth("xoauth2")]),
    ] {
        if methods.iter().any(|known| known == method) {
            modes.extend(more);
        } else {
            tally.not_built_in(method);
        }
    }
    world.deliver(
        tally,
        &Client {
            modes: &modes,
            without: &[],
            breaks_off: &[],
            to: TO,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    notifications(world, tally, &[json!({}), json!({})], |port| {
        let mut command = Command::new("msmtp");
        command.args(["--host=127.0.0.1", &format!("--port={port}"), &format!("--from={FROM}")]);
        command.args(["--tls=off", "--auth=off", "--dsn-notify=success,delay"]);
        succeed(command.args(["--dsn-return=hdrs", "--", TO[0]]), b"Subject: x\n\n")
    });
    tally.not_offered(Feature::Chunking, "it sends by DATA only");
    tally.not_offered(Feature::Many, "a connection for each message");
}

/// What it can log in by.
fn methods() -> Vec<String> {
    let version = process::run(Command::new("msmtp").arg("--version"), b"").stdout;
    let mut lines = version.lines();
    lines.find(|line| line.starts_with("Supported authentication methods"));
    lines.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let mut command = Command::new("msmtp");
    command.args(["--host=127.0.0.1", "--domain=client.example.org"]);
    if task.mode == Mode::Socket {
        command.arg(format!("--socket={}", task.socket));
    } else {
        command.arg(format!("--port={}", task.port));
    }
    command.arg(format!("--from={FROM}"));
    // The message is to go as it is.
    for header in ["set-from", "set-date", "set-msgid", "remove-bcc"] {
        let header = if header == "remove-bcc" {
            "remove-bcc-headers".into()
        } else {
            format!("{header}-header")
        };
        command.arg(format!("--{header}=off"));
    }
    if task.mode.has_tls() {
        command.arg("--tls=on").arg(format!("--tls-trust-file={}", task.ca.display()));
        let starttls = if task.mode == Mode::ImplicitTls { "off" } else { "on" };
        command.arg(format!("--tls-starttls={starttls}"));
    } else {
        command.arg("--tls=off");
    }
    match task.mode {
        Mode::Auth(_) | Mode::SecureAuth(_) | Mode::Choice(_) => {
            let method = match task.mode {
                Mode::Auth(mechanism) | Mode::SecureAuth(mechanism) => mechanism,
                _ => "on",
            };
            command.arg(format!("--auth={method}")).arg(format!("--user={USER}"));
            command.arg(format!("--passwordeval=echo {}", task.password));
        }
        Mode::External => {
            command.args(["--auth=external", &format!("--user={KNOWN}")]);
            command.arg(format!("--tls-cert-file={}", task.identity.cert.display()));
            command.arg(format!("--tls-key-file={}", task.identity.key.display()));
        }
        _ => {
            command.arg("--auth=off");
        }
    }
    if task.mode == Mode::Lmtp {
        command.arg("--protocol=lmtp");
    }
    succeed(command.arg("--").args(TO), &task.sample.with_lf())
}
