//! swaks, the Swiss army knife.

use std::process::Command;

use serde_json::json;

use super::deliver::{CLIENT, Client, FROM, Mode, TO, Task, USER, World, succeed, whole};
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect};
use crate::processes::corpus::Sample;
use crate::processes::process;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let expected = Sample::in_lines;
    tally.is(version(Command::new("swaks").arg("--version"), 2));
    // Debian's swaks only recommends the package with the module for TLS.
    let support = process::run(Command::new("swaks").arg("--support"), b"");
    let tls = format!("{}{}", support.stdout, support.stderr).contains("TLS supported");
    tally.on(Feature::StartTls);
    tally.check("TLS by Net::SSLeay (libnet-ssleay-perl)", expect("support", &tls, &true));
    let modes = &[
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("PLAIN"),
        Mode::Auth("LOGIN"),
        Mode::Auth("CRAM-MD5"),
        Mode::SecureAuth("PLAIN"),
        Mode::SecureAuth("CRAM-MD5"),
        Mode::Choice("CRAM-MD5"),
        Mode::Proxied(1),
        Mode::Proxied(2),
        Mode::Socket,
        Mode::Lmtp,
    ];
    // It does not double a dot at the very beginning of what it sends.
    let without = &["dot first"];
    world.deliver(
        tally,
        &Client {
            modes,
            without,
            breaks_off: &[],
            to: TO,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    let (modes, without) = (&[Mode::Pipelined], &["dot first", "20 MB"]);
    world.deliver(
        tally,
        &Client {
            modes,
            without,
            breaks_off: &[],
            to: TO,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    speaking_for_another(world, tally);
    tally.not_offered(Feature::Chunking, "it sends by DATA only");
    tally.not_offered(Feature::Many, "a connection for each message");
}

/// By XCLIENT.
fn speaking_for_another(world: &World, tally: &mut Tally) {
    tally.on(Feature::XClient);
    let server = world.adapter.receive(["--xclient-from", "127.0.0.0/8"]);
    let mut command = Command::new("swaks");
    command.env("SWAKS_HOME", "/nonexistent").args(["--server", "127.0.0.1", "--hide-all"]);
    command.args(["--port", &server.port(), "--ehlo", "client.example.org"]);
    command.args(["--from", FROM, "--to", TO[0], "--xclient-name", "spike.example"]);
    command.args(["--xclient-addr", "192.0.2.7", "--xclient-port", "4711"]);
    // Twice: what the second says is added, but who does not repeat the login is nobody.
    command.args(["--xclient-delim", "--xclient-proto", "ESMTP", "--xclient-login", "tim"]);
    tally.check("XCLIENT", succeed(&mut command, b""));
    let recorded = server.take_one().and_then(|stored| {
        let told = json!({
            "name": "spike.example", "addr": "192.0.2.7", "port": "4711", "login": "tim",
            "proto": "ESMTP",
        });
        expect("attributes", &stored.envelope["xclient"], &told)?;
        expect("client", &stored.envelope["client"]["address"], &json!("192.0.2.7:4711"))?;
        expect("user", &stored.envelope["user"], &json!("tim"))
    });
    tally.check("XCLIENT, recorded", recorded);
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    succeed(&mut command(task), b"")
}

fn command(task: &Task<'_>) -> Command {
    // With a final dot of our own it appends nothing.
    let message = task.file(&[&task.sample.in_lines()[..], b".\r\n"].concat());
    let mut command = Command::new("swaks");
    command.env("SWAKS_HOME", "/nonexistent");
    if task.mode == Mode::Socket {
        command.args(["--socket", &task.socket]);
    } else {
        command.args(["--server", "127.0.0.1", "--port", &task.port]);
    }
    command.arg("--hide-all");
    command.args(["--ehlo", "client.example.org", "--from", FROM, "--to", &TO.join(",")]);
    command.args(["--data", &format!("@{}", message.display())]);
    let user = ["--auth-user", USER, "--auth-password", task.password];
    let verify = ["--tls-verify", "--tls-ca-path"];
    match task.mode {
        Mode::Plain | Mode::Socket | Mode::External => {}
        Mode::Pipelined => {
            command.arg("--pipeline");
        }
        Mode::StartTls => {
            command.arg("--tls").args(verify).arg(task.ca);
        }
        Mode::ImplicitTls => {
            command.arg("--tls-on-connect").args(verify).arg(task.ca);
        }
        Mode::Auth(mechanism) => {
            command.args(["--auth", mechanism]).args(user);
        }
        Mode::SecureAuth(mechanism) => {
            command.args(["--auth", mechanism]).args(user);
            command.arg("--tls").args(verify).arg(task.ca);
        }
        Mode::Choice(_) => {
            command.arg("--auth").args(user).arg("--tls").args(verify).arg(task.ca);
        }
        Mode::Proxied(version) => {
            let family = if version == 1 { "TCP4" } else { "AF_INET" };
            let (source, port) = CLIENT.split_once(':').expect("an address and a port");
            command.args(["--proxy-version", &version.to_string(), "--proxy-family", family]);
            command.args(["--proxy-source", source, "--proxy-source-port", port]);
            command.args(["--proxy-dest", "198.51.100.7", "--proxy-dest-port", "25"]);
        }
        Mode::Lmtp => {
            command.args(["--protocol", "LMTP"]);
        }
    }
    command
}
