//! smtplib, of Python's standard library.

use std::process::Command;

use serde_json::json;

use super::deliver::{
    Client, DATA, FROM, Mode, TO, Task, USER, World, notifications, succeed, whole,
};
use super::feature::Feature;
use super::installed::version;
use super::tally::Tally;
use crate::processes::corpus::Sample;

const SCRIPT: &str = include_str!("smtplib.py");

/// With the port, and whom it is from and for.
const NOTIFICATIONS: &str = r#"
import smtplib
import sys

port, sender, recipient = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port), "client.example.org") as client:
    mail = ["RET=HDRS", "ENVID=a+2Bb", "MT-PRIORITY=-1"]
    rcpt = ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;b+2Bc@example.net"]
    client.sendmail(sender, [recipient], b"Subject: x\r\n\r\n", mail, rcpt)
"#;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let expected = Sample::in_lines;
    tally.is(version(Command::new(&world.python).arg("--version"), 1));
    let modes = &[
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
        Mode::Choice("CRAM-MD5"),
    ];
    world.deliver(
        tally,
        &Client {
            modes,
            without: &[],
            breaks_off: &[],
            to: TO,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    // It reads one reply, for however many recipients.
    let (modes, to) = (&[Mode::Lmtp], &TO[..1]);
    world.deliver(
        tally,
        &Client {
            modes,
            without: &[],
            breaks_off: &[],
            to,
            expected,
            sent: whole,
            deliver: &deliver,
        },
    );
    let original = json!({"orcpt": {"type": "rfc822", "address": "b+c@example.net"}});
    let mail = json!({"envid": "a+b", "mt_priority": -1});
    notifications(world, tally, &[mail, original], |port| {
        let mut command = Command::new(&world.python);
        succeed(command.args(["-c", NOTIFICATIONS, port, FROM, TO[0]]), b"")
    });
    for feature in [Feature::Chunking, Feature::Pipelining] {
        tally.not_offered(feature, DATA);
    }
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let (mode, mechanism) = match task.mode {
        Mode::Plain => ("plain", ""),
        Mode::StartTls => ("starttls", ""),
        Mode::ImplicitTls => ("implicit", ""),
        Mode::Auth(mechanism) => ("plain", mechanism),
        Mode::SecureAuth(mechanism) => ("starttls", mechanism),
        Mode::Choice(_) => ("starttls", "any"),
        Mode::Lmtp => ("lmtp", ""),
        other => unreachable!("{other:?} is not of its modes"),
    };
    let mut command = Command::new(task.python);
    command.args(["-c", SCRIPT, mode, &task.port]).arg(task.ca);
    command.args([mechanism, USER, task.password, FROM]).args(task.to);
    succeed(&mut command, &task.sample.content)
}
