//! `gsasl`, GNU SASL's own program, which logs in and no more.

use std::ffi::OsStr;
use std::process::Command;

use super::deliver::{PASSWORD, USER, WRONG, World, logged};
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect};
use crate::processes::process;
use crate::processes::receive::Receive;

const CLEAR: &[&str] = &["--no-starttls"];
const TLS: &[&str] = &[];
/// With TLS that nothing is bound to. `gsasl`, 2.2 at least, gives up on a mechanism that is not bound
/// as soon as there is something to bind it to, before it has sent anything and whatever the server
/// says: `echo QUJD | gsasl --client --mechanism SCRAM-SHA-256`, with nobody at the other end, too.
const UNBOUND: &[&str] = &["--no-cb"];

pub(crate) fn run(world: &World, tally: &mut Tally) {
    tally.on(Feature::Auth);
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"] {
        log_in(world, tally, (mechanism, "in the clear"), &[CLEAR, &["-m", mechanism]].concat());
        log_in(world, tally, (mechanism, "over TLS"), &[UNBOUND, &["-m", mechanism]].concat());
    }
    // With tls-exporter, which both sides compute for themselves.
    for mechanism in ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"] {
        log_in(world, tally, (mechanism, "over TLS"), &[TLS, &["-m", mechanism]].concat());
    }
    log_in(world, tally, ("SCRAM-SHA-256-PLUS", "by choice"), TLS);
    log_in(world, tally, ("SCRAM-SHA-256", "by choice in the clear"), CLEAR);
    anonymous(world, tally);
    tally.is(version(Command::new("gsasl").arg("--version"), 3));
    tally.not_offered(Feature::Plain, "it logs in, and sends nothing");
}

fn log_in(world: &World, tally: &mut Tally, (mechanism, how): (&str, &str), options: &[&str]) {
    let server = server(world);
    let said = |password: &str| {
        let mut command = command(world, &server);
        command.args(options).args(["--authentication-id", USER, "--password", password]);
        process::run(&mut command, b"")
    };
    let what = format!("{mechanism} {how}");
    let right = said(PASSWORD);
    let let_in = expect("the exit status", &right.status, &0)
        .and_then(|()| expect("235", &right.stdout.contains("\n235 2.7.0 "), &true));
    tally.check(&what, let_in.map_err(|why| format!("{why}: {}", right.stdout)));
    let logged = logged(&server, &format!("logged in as {USER:?}"))
        .and_then(|()| logged(&server, &format!("AUTH detail={mechanism}\n")))
        .and_then(|()| {
            let encrypted = server.log().contains("STARTTLS");
            expect("TLS", &encrypted, &!options.contains(&CLEAR[0]))
        });
    tally.check(format!("{what}, logged"), logged);
    let wrong = said(WRONG);
    let refused = expect("the exit status", &wrong.status, &1)
        .and_then(|()| expect("535", &wrong.stdout.contains("\n535 5.7.8 "), &true));
    tally.check(format!("{what}, wrong password"), refused);
}

fn anonymous(world: &World, tally: &mut Tally) {
    let server = world.adapter.receive(["-v", "--auth-anonymous", "--auth-without-tls"]);
    let mut command = command(world, &server);
    command.args(["--mechanism", "ANONYMOUS", "--anonymous-token", "tim@example.org"]);
    let finished = process::run(&mut command, b"");
    tally.check("ANONYMOUS", expect("the exit status", &finished.status, &0));
    tally.check("ANONYMOUS, logged", logged(&server, "logged in as \"anonymous\""));
}

/// Offers everything that there is for a password, in the clear, too: the first EHLO has to end with
/// AUTH, because `gsasl` overlooks a STARTTLS in the last line.
fn server(world: &World) -> Receive {
    let credentials = format!("{USER}:{PASSWORD}");
    let auth = ["-v", "--auth", &credentials, "--auth-without-tls", "--tls-cert"].map(OsStr::new);
    let (cert, key) = (world.certificates.cert.as_os_str(), world.certificates.key.as_os_str());
    world.adapter.receive([&auth[..], &[cert, "--tls-key".as_ref(), key]].concat())
}

/// It says STARTTLS where that is offered; with `--starttls` it would say that even before EHLO.
fn command(world: &World, server: &Receive) -> Command {
    let mut command = Command::new("gsasl");
    command.args(["--smtp", &format!("--connect=127.0.0.1:{}", server.port())]);
    command.arg("--x509-ca-file").arg(&world.certificates.ca);
    command
}
