//! smtp-server, nodemailer's server in JavaScript.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::deliver::{PASSWORD, USER, WRONG, World};
use super::feature::Feature;
use super::tally::{Tally, expect, expect_content};
use crate::processes::process::Finished;
use crate::processes::send::Send;

const SCRIPT: &str = include_str!("smtp_server.js");

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let servers = Servers::start(world);
    tally.is(servers.about["version"].as_str().unwrap_or_default());
    for (name, feature) in [
        ("serial", Feature::Plain),
        ("plain", Feature::Pipelining),
        ("starttls", Feature::StartTls),
        ("implicit", Feature::ImplicitTls),
        ("lmtp", Feature::Lmtp),
    ] {
        contents(world, tally, &servers, name, feature);
    }
    parameters(world, tally, &servers);
    logins(world, tally, &servers);
    refusals(world, tally, &servers);
    many(world, tally, &servers);
    tally.not_offered(Feature::Chunking, "it has no BDAT");
}

fn contents(world: &World, tally: &mut Tally, servers: &Servers, name: &str, feature: Feature) {
    for sample in &world.samples {
        let what = format!("{name}, {}", sample.name);
        let large = feature == Feature::Plain && sample.name == "20 MB";
        tally.on(if large { Feature::Large } else { feature });
        let send = servers.send(world, name).to("b@example.net").to("c@example.net");
        tally.check(&what, ends_with(&send.message(&sample.with_lf()), 0));
        let stored = servers.take_one(name).and_then(|(record, content)| {
            expect_content(&content, &sample.in_lines())?;
            expect("to", &record["to"], &json!(["b@example.net", "c@example.net"]))?;
            expect("TLS", &record["tls"], &json!(name == "starttls" || name == "implicit"))
        });
        tally.check(format!("{what}, stored"), stored);
    }
}

/// What is said with MAIL and RCPT, and what is not sent where that cannot be said.
fn parameters(world: &World, tally: &mut Tally, servers: &Servers) {
    let text = "Subject: \u{fc}\n\n";
    tally.on(Feature::SmtpUtf8);
    let send = |name| servers.send(world, name).to("b\u{fc}@example.net");
    tally.check("SMTPUTF8", ends_with(&send("plain").message(text.as_bytes()), 0));
    let stored = servers.take_one("plain").and_then(|(record, _)| {
        expect("to", &record["to"], &json!(["b\u{fc}@example.net"]))?;
        expect("SMTPUTF8", &record["mail"]["SMTPUTF8"], &json!(true))
    });
    tally.check("SMTPUTF8, stored", stored);
    tally.check("no SMTPUTF8", ends_with(&send("ascii").message(text.as_bytes()), 69));

    tally.on(Feature::EightBitMime);
    let send = |name| servers.send(world, name);
    tally.check("8BITMIME", ends_with(&send("plain").message("\n\u{fc}\n".as_bytes()), 0));
    let stored = servers
        .take_one("plain")
        .and_then(|(record, _)| expect("BODY", &record["mail"]["BODY"], &json!("8BITMIME")));
    tally.check("8BITMIME, stored", stored);
    let none = send("octets").message("\n\u{fc}\n".as_bytes());
    tally.check("no 8BITMIME", ends_with(&none, 69));

    tally.on(Feature::Size);
    tally.check("SIZE", ends_with(&send("plain").message(b"Subject: x\n\n"), 0));
    let stored = servers.take_one("plain").and_then(|(record, content)| {
        expect("SIZE", &record["mail"]["SIZE"], &json!(content.len().to_string()))
    });
    tally.check("SIZE, stored", stored);
    let large = send("small").message(&world.sample("long lines").content);
    tally.check("too large", ends_with(&large, 69));
    tally.check("too large, not stored", expect("messages", &servers.take("small").len(), &0));

    tally.on(Feature::Dsn);
    let asked = send("plain").args(["--notify", "SUCCESS,DELAY", "--ret", "HDRS"]);
    tally.check("DSN", ends_with(&asked.message(b"\n"), 0));
    let stored = servers.take_one("plain").and_then(|(record, _)| {
        expect("RET", &record["mail"]["RET"], &json!("HDRS"))?;
        expect("NOTIFY", &record["rcpt"][0]["NOTIFY"], &json!("SUCCESS,DELAY"))
    });
    tally.check("DSN, stored", stored);
}

fn logins(world: &World, tally: &mut Tally, servers: &Servers) {
    tally.on(Feature::Auth);
    for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"] {
        let option = if mechanism == "XOAUTH2" { "--oauth-token" } else { "--auth" };
        let send = servers.send(world, "login").args(["--starttls", "required", "--ca"]);
        let send = send.arg(&world.certificates.ca).args(["--auth-mechanism", mechanism]);
        let by = |password: &str| {
            let send = send.clone().args([option, &format!("{USER}:{password}")]);
            send.message(b"Subject: x\n\n")
        };
        tally.check(mechanism, ends_with(&by(PASSWORD), 0));
        let stored = servers.take_one("login").and_then(|(record, _)| {
            expect("user", &record["user"], &json!({"name": USER, "mechanism": mechanism}))?;
            expect("TLS", &record["tls"], &json!(true))
        });
        tally.check(format!("{mechanism}, stored"), stored);
        let wrong = ends_with(&by(WRONG), 77);
        let nothing = expect("messages", &servers.take("login").len(), &0);
        tally.check(format!("{mechanism}, wrong password"), wrong.and(nothing));
    }
    // All are offered, and CRAM-MD5 is the strongest.
    let send = servers.send(world, "login").args(["--auth", &format!("{USER}:{PASSWORD}")]);
    tally.check("the strongest", ends_with(&send.args(["--starttls", "off"]).message(b"\n"), 0));
    let stored = servers.take_one("login").and_then(|(record, _)| {
        expect("mechanism", &record["user"]["mechanism"], &json!("CRAM-MD5"))
    });
    tally.check("the strongest, stored", stored);
    let nobody = servers.send(world, "login").message(b"\n");
    tally.check("no password", ends_with(&nobody, 69));
}

fn refusals(world: &World, tally: &mut Tally, servers: &Servers) {
    tally.on(Feature::Refusals);
    for name in ["plain", "serial", "starttls"] {
        let to = ["b@example.net", "refused@example.net", "c@example.net"];
        let send = to.iter().fold(servers.send(world, name), |send, to| send.to(to));
        let finished = send.message(b"Subject: x\n\n");
        let line = "<refused@example.net> refused: 550 no such user";
        let told = expect("the server's words", &finished.stderr.contains(line), &true);
        let told = told.map_err(|why| format!("{why}: {}", finished.stderr));
        tally.check(format!("{name}, a refused recipient"), ends_with(&finished, 69).and(told));
        let stored = servers.take_one(name).and_then(|(record, _)| {
            expect("to", &record["to"], &json!(["b@example.net", "c@example.net"]))
        });
        tally.check(format!("{name}, a refused recipient, stored"), stored);
        let none = servers.send(world, name).to("refused@example.net").message(b"\n");
        tally.check(format!("{name}, nobody is left"), ends_with(&none, 69));
        let later = servers.send(world, name).to("later@example.net").message(b"\n");
        tally.check(format!("{name}, later"), ends_with(&later, 75));
        let nothing = expect("messages", &servers.take(name).len(), &0);
        tally.check(format!("{name}, nobody is left, nothing stored"), nothing);
    }
    tally.on(Feature::Lmtp);
    let send = servers.send(world, "lmtp").to("b@example.net").to("refused@example.net");
    let finished = send.to("full@example.net").to("c@example.net").message(b"Subject: x\n\n");
    let told = ["<refused@example.net> refused: 550 no", "<full@example.net> refused: 552 mailbox"];
    let told = told.iter().all(|line| finished.stderr.contains(line));
    let told = expect("the server's words", &told, &true);
    let told = told.map_err(|why| format!("{why}: {}", finished.stderr));
    tally.check("an answer for each recipient", ends_with(&finished, 69).and(told));
    tally.check("an answer for each recipient, stored", servers.take_one("lmtp").map(|_| ()));
}

fn many(world: &World, tally: &mut Tally, servers: &Servers) {
    tally.on(Feature::Many);
    let send = servers.send(world, "plain").args(["--repeat", "100", "--connections", "2"]);
    tally.check("100 messages", ends_with(&send.message(b"\n"), 0));
    tally.check("100 messages, stored", expect("messages", &servers.take("plain").len(), &100));
}

fn ends_with(finished: &Finished, status: i32) -> Result<(), String> {
    let Finished { status: found, stderr, .. } = finished;
    if *found == status { Ok(()) } else { Err(format!("exit status {found}: {stderr}")) }
}

/// Servers of all kinds in one process; killed when dropped.
struct Servers {
    child: Child,
    /// Its version, and the port of each.
    about: Value,
    dir: TempDir,
}

impl Servers {
    fn start(world: &World) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut child = world
            .node(SCRIPT)
            .args([USER, PASSWORD])
            .args([&world.certificates.cert, &world.certificates.key])
            .arg(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let about = serde_json::from_str(&line).expect("node can't run smtp-server");
        Self { child, about, dir }
    }

    fn send(&self, world: &World, name: &str) -> Send {
        let send = world.adapter.send_to(&format!("localhost:{}", self.about["ports"][name]));
        match name {
            "starttls" => send.args(["--starttls", "required", "--ca"]).arg(&world.certificates.ca),
            "implicit" => send.args(["--implicit-tls", "--ca"]).arg(&world.certificates.ca),
            "lmtp" => send.arg("--lmtp"),
            _ => send,
        }
    }

    /// The messages one has stored since the last call, with their envelopes. They are removed.
    fn take(&self, name: &str) -> Vec<(Value, Vec<u8>)> {
        let entries = fs::read_dir(self.dir.path().join(name)).expect("a directory");
        let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
        let records = paths.iter().filter(|path| path.extension() == Some("json".as_ref()));
        let read = |path: &PathBuf| {
            let content = fs::read(path).expect("a file");
            fs::remove_file(path).expect("a file");
            content
        };
        let message = |path: &PathBuf| {
            let record = serde_json::from_slice(&read(path)).expect("JSON");
            (record, read(&path.with_extension("eml")))
        };
        records.map(message).collect()
    }

    fn take_one(&self, name: &str) -> Result<(Value, Vec<u8>), String> {
        let mut stored = self.take(name);
        match stored.len() {
            1 => Ok(stored.remove(0)),
            n => Err(format!("{n} messages were stored")),
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
