//! aiosmtpd, a server in Python.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::deliver::{PASSWORD, USER, WRONG, World};
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect, expect_content};
use crate::processes::process::Finished;
use crate::processes::send::Send;

const SCRIPT: &str = include_str!("aiosmtpd.py");

pub(crate) fn run(world: &World, tally: &mut Tally) {
    const VERSION: &str = "import aiosmtpd; print(aiosmtpd.__version__)";
    tally.is(version(Command::new(&world.python).args(["-c", VERSION]), 0));
    for (mode, feature) in [
        ("plain", Feature::Plain),
        ("starttls", Feature::StartTls),
        ("implicit", Feature::ImplicitTls),
        ("lmtp", Feature::Lmtp),
        ("unix", Feature::UnixSocket),
    ] {
        let server = Server::start(world, mode, "");
        for sample in &world.samples {
            let what = format!("{mode}, {}", sample.name);
            let large = mode == "plain" && sample.name == "20 MB";
            tally.on(if large { Feature::Large } else { feature });
            let send = server.send(world).to("b@example.net").to("c@example.net");
            tally.check(&what, ends_with(&send.message(&sample.with_lf()), 0));
            let stored = server.take_one().and_then(|(envelope, content)| {
                expect_content(&content, &sample.in_lines())?;
                expect("to", &envelope["to"], &json!(["b@example.net", "c@example.net"]))?;
                let tls = mode == "starttls" || mode == "implicit";
                expect("TLS", &envelope["tls"], &json!(tls))
            });
            tally.check(format!("{what}, stored"), stored);
        }
    }
    tally.on(Feature::Auth);
    for (mode, mechanism) in [("plain", "PLAIN"), ("plain", "LOGIN"), ("starttls", "LOGIN")] {
        let server = Server::start(world, mode, mechanism);
        let what = format!("{mode}, AUTH {mechanism}");
        let send = server.send(world);
        log_in(tally, &server, &what, mechanism, send.clone());
        let wrong = send.clone().args(["--auth", &format!("{USER}:{WRONG}")]);
        let wrong = wrong.message(b"\n");
        let told = expect("the server's words", &wrong.stderr.contains("535 5.7.8"), &true);
        tally.check(format!("{what}, wrong password"), ends_with(&wrong, 77).and(told));
        tally.check(format!("{what}, no password"), ends_with(&send.message(b"\n"), 69));
    }
    // It names LOGIN first.
    let server = Server::start(world, "starttls", "LOGIN PLAIN");
    let send = server.send(world);
    log_in(tally, &server, "AUTH, either", "PLAIN", send.clone());
    for mechanism in ["PLAIN", "LOGIN"] {
        let send = send.clone().args(["--auth-mechanism", mechanism]);
        log_in(tally, &server, &format!("AUTH, {mechanism} of both"), mechanism, send);
    }
    let other =
        send.args(["--auth-mechanism", "CRAM-MD5", "--auth", &format!("{USER}:{PASSWORD}")]);
    tally.check("AUTH, neither", ends_with(&other.message(b"\n"), 77));
    for feature in [Feature::Pipelining, Feature::Chunking, Feature::Dsn] {
        tally.not_offered(feature, "it does not announce it");
    }
    external(world, tally);
    envelopes(world, tally);
}

/// Sends a message with the password, which has to go by this mechanism.
fn log_in(tally: &mut Tally, server: &Server, what: &str, mechanism: &str, send: Send) {
    let right = send.args(["--auth", &format!("{USER}:{PASSWORD}")]);
    tally.check(what, ends_with(&right.message(b"Subject: x\n\n"), 0));
    let stored = server.take_one().and_then(|(envelope, _)| {
        expect("user", &envelope["user"], &json!(USER))?;
        expect("mechanism", &envelope["mechanism"], &json!(mechanism))
    });
    tally.check(format!("{what}, stored"), stored);
}

fn external(world: &World, tally: &mut Tally) {
    let server = Server::start(world, "starttls", "EXTERNAL");
    let send = server.send(world).arg("--tls-cert").arg(&world.identity.cert);
    let send = send.arg("--tls-key").arg(&world.identity.key);
    for external in ["--auth-external", "--auth-external=Tim"] {
        let finished = send.clone().arg(external).message(b"Subject: x\n\n");
        tally.check(external, ends_with(&finished, 0));
        let stored = server
            .take_one()
            .and_then(|(envelope, _)| expect("user", &envelope["user"], &json!("Tim")));
        tally.check(format!("{external}, stored"), stored);
    }
    let other = send.clone().arg("--auth-external=Tom").message(b"\n");
    tally.check("EXTERNAL, as somebody else", ends_with(&other, 77));
    let nobody = server.send(world).arg("--auth-external").message(b"\n");
    tally.check("EXTERNAL, without a certificate", ends_with(&nobody, 77));
}

fn envelopes(world: &World, tally: &mut Tally) {
    tally.on(Feature::SmtpUtf8);
    let server = Server::start(world, "plain", "");
    let send = server.send(world).to("b\u{fc}@example.net").to("refused@example.net");
    let finished = send.arg("--smtputf8").message("Subject: \u{fc}\n\n".as_bytes());
    let line = "<refused@example.net> refused: 550 5.1.1 no such user";
    let told = expect("the server's words", &finished.stderr.contains(line), &true);
    tally.check("a refused recipient", ends_with(&finished, 69).and(told));
    let stored = server.take_one().and_then(|(envelope, _)| {
        expect("to", &envelope["to"], &json!(["b\u{fc}@example.net"]))?;
        expect("options", &envelope["options"].to_string().contains("SMTPUTF8"), &true)
    });
    tally.check("a refused recipient, stored", stored);

    tally.on(Feature::EightBitMime);
    tally.check("8BITMIME and SIZE", ends_with(&server.send(world).message(b"\n\xfc\n"), 0));
    let options = server.take_one().map(|(envelope, _)| envelope["options"].to_string());
    for (feature, option) in
        [(Feature::EightBitMime, "\"BODY=8BITMIME\""), (Feature::Size, "\"SIZE=5\"")]
    {
        tally.on(feature);
        let said = options.clone().and_then(|said| {
            expect(option, &said.contains(option), &true).map_err(|why| format!("{why}: {said}"))
        });
        tally.check(format!("{option}, stored"), said);
    }
    tally.on(Feature::Refusals);
    let send = server.send(world).to("later@example.net").to("b@example.net");
    tally.check("a recipient for later", ends_with(&send.message(b"\n"), 75));
    tally.on(Feature::Many);
    let send = server.send(world).args(["--repeat", "100", "--connections", "2"]);
    server.take();
    tally.check("100 messages", ends_with(&send.message(b"\n"), 0));
    tally.check("100 messages, stored", expect("messages", &server.take().len(), &100));
}

fn ends_with(finished: &Finished, status: i32) -> Result<(), String> {
    let Finished { status: found, stderr, .. } = finished;
    if *found == status { Ok(()) } else { Err(format!("exit status {found}: {stderr}")) }
}

/// A server at work; killed when dropped.
struct Server {
    child: Child,
    mode: &'static str,
    /// Host and port, or a socket.
    name: String,
    dir: TempDir,
}

impl Server {
    /// With AUTH required if there are mechanisms.
    fn start(world: &World, mode: &'static str, mechanism: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut child = Command::new(&world.python)
            .args(["-c", SCRIPT, mode, mechanism, USER, PASSWORD])
            .args([&world.certificates.ca, &world.certificates.cert, &world.certificates.key])
            .arg(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", world.python.display()));
        let mut name = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut name).expect("a line");
        assert!(!name.is_empty(), "{} can't run aiosmtpd", world.python.display());
        Self { child, mode, name: name.trim().into(), dir }
    }

    fn send(&self, world: &World) -> Send {
        let send = world.adapter.send_to(&self.name);
        match self.mode {
            "starttls" => send.args(["--starttls", "required", "--ca"]).arg(&world.certificates.ca),
            "implicit" => send.args(["--implicit-tls", "--ca"]).arg(&world.certificates.ca),
            "lmtp" => send.arg("--lmtp"),
            _ => send,
        }
    }

    /// The messages stored since the last call, with their envelopes. They are removed.
    fn take(&self) -> Vec<(Value, Vec<u8>)> {
        let entries = fs::read_dir(self.dir.path()).expect("a directory");
        let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
        let envelopes = paths.iter().filter(|path| path.extension() == Some("json".as_ref()));
        envelopes
            .map(|path| {
                let read = |path: PathBuf| {
                    let content = fs::read(&path).expect("a file");
                    fs::remove_file(&path).expect("a file");
                    content
                };
                let envelope = read(path.clone());
                let envelope = serde_json::from_slice(&envelope).expect("JSON");
                (envelope, read(path.with_extension("eml")))
            })
            .collect()
    }

    fn take_one(&self) -> Result<(Value, Vec<u8>), String> {
        let mut stored = self.take();
        match stored.len() {
            1 => Ok(stored.remove(0)),
            n => Err(format!("{n} messages were stored")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
