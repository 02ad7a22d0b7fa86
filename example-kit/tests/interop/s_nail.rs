//! s-nail, a mail program for people at terminals.

use std::process::Command;

use super::deliver::{Client, FROM, Mode, TO, Task, USER, World, succeed};
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect};

pub(crate) fn run(world: &World, tally: &mut Tally) {
    tally.is(version(Command::new("s-nail").arg("--version"), 1));
    let modes = &[
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("plain"),
        Mode::Auth("login"),
        Mode::Auth("cram-md5"),
        Mode::SecureAuth("plain"),
        Mode::SecureAuth("cram-md5"),
        // As it does what it calls OAUTHBEARER.
        Mode::SecureAuth("xoauth2"),
    ];
    world.deliver(
        tally,
        &Client {
            modes,
            without: &[],
            // It does not know that the server explains what is wrong, and waits for an answer.
            breaks_off: &["xoauth2"],
            to: TO,
            expected: |sample| sample.content.clone(),
            sent: body,
            deliver: &deliver,
        },
    );
    tally.on(Feature::Refusals);
    let server = world.adapter.receive(["--max-domains", "1"]);
    let mut command = command(&format!("smtp://127.0.0.1:{}", server.port()));
    command.arg("-Ssmtp-auth=none").args([TO[0], "x@elsewhere.example"]);
    let refused = succeed(&mut command, b"Hello\n").err().unwrap_or_default();
    tally.check("a refused recipient", expect(&refused, &refused.contains("452"), &true));
    // One refused recipient is the end of the transaction.
    tally.check("a refused recipient, stored", expect("messages", &server.take().len(), &0));
    for feature in [Feature::Pipelining, Feature::Chunking] {
        tally.not_offered(feature, "it waits for each reply, and sends by DATA only");
    }
    tally.not_offered(Feature::Many, "a connection for each message");
    tally.not_offered(Feature::SmtpUtf8, "addresses beyond ASCII are not taken");
    tally.not_offered(Feature::Lmtp, "it has no LMTP");
}

fn deliver(task: &Task<'_>) -> Result<(), String> {
    let scheme = if task.mode == Mode::ImplicitTls { "smtps" } else { "smtp" };
    let user = match task.mode {
        Mode::Auth(_) | Mode::SecureAuth(_) => format!("{USER}:{}@", task.password),
        _ => String::new(),
    };
    // It knows certificates by names only, not by addresses.
    let mut command = command(&format!("{scheme}://{user}localhost:{}", task.port));
    match task.mode {
        Mode::SecureAuth("xoauth2") => {
            command.arg("-Ssmtp-auth=oauthbearer");
        }
        Mode::Auth(mechanism) | Mode::SecureAuth(mechanism) => {
            command.arg(format!("-Ssmtp-auth={mechanism}"));
        }
        _ => {
            command.arg("-Ssmtp-auth=none");
        }
    }
    if task.mode.has_tls() {
        command.args(["-Stls-verify=strict", "-Stls-ca-no-defaults"]);
        command.arg(format!("-Stls-ca-file={}", task.ca.display()));
        if task.mode != Mode::ImplicitTls {
            command.arg("-Ssmtp-use-starttls");
        }
    }
    succeed(command.args(task.to), &task.sample.with_lf())
}

/// Whom to is still to come.
fn command(mta: &str) -> Command {
    let mut command = Command::new("s-nail");
    // Nobody's configuration, and no file for what could not be sent.
    command.args(["-:/", "-Sv15-compat=yes", "-Snosave", "-Ssendwait"]);
    command.args(["-Sttycharset=utf-8", "-Ssendcharsets=utf-8", "-Shostname=client.example.org"]);
    command.arg(format!("-Smta={mta}")).args(["-r", FROM, "-s", "test"]);
    command
}

/// What was typed, out of the message that it makes of that.
fn body(message: Vec<u8>) -> Vec<u8> {
    let Some(end) = message.windows(4).position(|window| window == b"\r\n\r\n") else {
        return message;
    };
    let (header, body) = message.split_at(end + 4);
    let header = String::from_utf8_lossy(header).to_lowercase();
    if header.contains("\r\ncontent-transfer-encoding: quoted-printable\r\n") {
        decoded(body)
    } else {
        body.to_vec()
    }
}

/// RFC 2045, section 6.7.
fn decoded(mut text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    loop {
        text = match text {
            [] => return decoded,
            [b'=', b'\r', b'\n', rest @ ..] => rest,
            [b'=', high, low, rest @ ..] => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                decoded.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest
            }
            [octet, rest @ ..] => {
                decoded.push(*octet);
                rest
            }
        }
    }
}
