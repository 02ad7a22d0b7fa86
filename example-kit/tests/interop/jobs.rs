//! A peer that is a library, in a program of ours that makes one delivery after the other.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::deliver::{Client, FROM, Mode, PASSWORD, TO, Task, USER, World, whole};
use super::feature::Feature;
use super::tally::{Tally, expect, expect_content};
use crate::processes::certificates::Certificates;
use crate::processes::corpus::Sample;

/// The program at work: a job in JSON is a line to it, and what came of it a line from it. Killed when
/// dropped.
pub(crate) struct Jobs {
    /// Its version.
    pub(crate) version: String,
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Jobs {
    /// The first thing it says is its version.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdin = child.stdin.take().expect("a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut version = String::new();
        stdout.read_line(&mut version).expect("a line");
        assert!(!version.is_empty(), "{command:?} does not run");
        Self { version: version.trim().into(), child, pipes: Mutex::new((stdin, stdout)) }
    }

    /// Has a job done. What it says of the job, or why that failed.
    fn run(&self, job: &Value) -> Result<Value, String> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (stdin, stdout) = &mut *pipes;
        let mut line = String::new();
        writeln!(stdin, "{job}")
            .and_then(|()| stdout.read_line(&mut line))
            .map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&line).map_err(|_| "it has ended".to_owned())?;
        match answer["error"].as_str() {
            None => Ok(answer),
            Some(why) => Err(why.into()),
        }
    }

    /// One delivery.
    pub(crate) fn deliver(&self, task: &Task<'_>) -> Result<(), String> {
        let answer = self.run(&job(task))?;
        expect("refused", &answer["refused"], &json!([]))
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn job(task: &Task<'_>) -> Value {
    let (mode, mechanism) = match task.mode {
        Mode::Plain | Mode::Pipelined => ("plain", ""),
        Mode::StartTls => ("starttls", ""),
        Mode::ImplicitTls => ("implicit", ""),
        Mode::Auth(mechanism) => ("plain", mechanism),
        Mode::SecureAuth(mechanism) => ("starttls", mechanism),
        Mode::Choice(_) => ("starttls", "any"),
        Mode::Lmtp => ("lmtp", ""),
        other => unreachable!("{other:?} is not of its modes"),
    };
    json!({
        "port": task.port.parse::<u16>().expect("a port"),
        "mode": mode,
        "mechanism": mechanism,
        "user": USER,
        "password": task.password,
        "ca": task.ca,
        "from": FROM,
        "to": task.to,
        "file": task.file(&task.sample.content),
        "eight": !task.sample.is_ascii(),
        "count": 1,
    })
}

/// What such a library does of what is checked with each of them.
pub(crate) struct Abilities<'a> {
    pub(crate) modes: &'a [Mode],
    /// What is to be stored.
    pub(crate) expected: fn(&Sample) -> Vec<u8>,
    pub(crate) breaks_off: &'static [&'static str],
    /// Addresses beyond ASCII, or why not.
    pub(crate) utf8: Result<(), &'static str>,
    /// Whether those recipients get the message that are not refused.
    pub(crate) goes_on: bool,
}

/// All checks with a library.
pub(crate) fn check(world: &World, tally: &mut Tally, jobs: &Jobs, can: &Abilities<'_>) {
    tally.is(jobs.version.as_str());
    let deliver = |task: &Task<'_>| jobs.deliver(task);
    let client = Client {
        modes: can.modes,
        without: &[],
        breaks_off: can.breaks_off,
        to: TO,
        expected: can.expected,
        sent: whole,
        deliver: &deliver,
    };
    world.deliver(tally, &client);
    strangers(world, tally, jobs);
    refusals(world, tally, jobs, can);
    many(world, tally, jobs);
    match can.utf8 {
        Ok(()) => utf8(world, tally, jobs),
        Err(why) => tally.not_offered(Feature::SmtpUtf8, why),
    }
}

/// A small message to somebody, by itself.
fn small(world: &World, port: &str, more: &Value) -> (Value, TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let task = Task {
        mode: Mode::Plain,
        port: port.into(),
        socket: String::new(),
        identity: &world.identity,
        ca: &world.certificates.ca,
        python: &world.python,
        password: PASSWORD,
        to: TO,
        sample: world.sample("plain"),
        dir: dir.path(),
    };
    let mut job = job(&task);
    for (name, value) in more.as_object().expect("an object") {
        job[name] = value.clone();
    }
    (job, dir)
}

/// A server whose certificate is by nobody that the client trusts gets nothing.
fn strangers(world: &World, tally: &mut Tally, jobs: &Jobs) {
    let other = Certificates::local();
    for (feature, mode, name) in [
        (Feature::StartTls, Mode::StartTls, "starttls"),
        (Feature::ImplicitTls, Mode::ImplicitTls, "implicit"),
    ] {
        tally.on(feature);
        let server = world.receive(mode);
        let (job, _dir) = small(world, &server.port(), &json!({"mode": name, "ca": other.ca}));
        let refused = match jobs.run(&job) {
            Ok(_) => Err("the client trusts anybody".into()),
            Err(_) => expect("messages", &server.take().len(), &0),
        };
        tally.check(format!("{mode:?}, a certificate by a stranger"), refused);
    }
}

/// One of three recipients is refused, the one in the middle.
fn refusals(world: &World, tally: &mut Tally, jobs: &Jobs, can: &Abilities<'_>) {
    const REFUSED: &str = "x@elsewhere.example";

    tally.on(Feature::Refusals);
    let server = world.adapter.receive(["--max-domains", "1"]);
    let to = json!({"to": [TO[0], REFUSED, TO[1]]});
    let (job, _dir) = small(world, &server.port(), &to);
    let said = jobs.run(&job);
    if can.goes_on {
        let refused = said.and_then(|said| expect("refused", &said["refused"], &json!([REFUSED])));
        tally.check("a refused recipient", refused);
        let stored = server.take_one().and_then(|stored| {
            expect("to", &stored.envelope["to"], &json!(TO))?;
            expect_content(&stored.content, &(can.expected)(world.sample("plain")))
        });
        tally.check("a refused recipient, stored", stored);
    } else {
        let why = said.err().unwrap_or_default();
        tally.check("a refused recipient", expect(&why, &why.contains("452"), &true));
        tally.check("a refused recipient, stored", expect("messages", &server.take().len(), &0));
    }
    let to = json!({"to": [TO[0]]});
    let (job, _dir) = small(world, &server.port(), &to);
    tally.check("and then another message", jobs.run(&job).map(|_| ()));
    tally.check("and then another message, stored", server.take_one().map(|_| ()));
    let server = world.adapter.receive(["--max-size", "100"]);
    let (mut job, dir) = small(world, &server.port(), &json!({}));
    let path = dir.path().join("large");
    fs::write(&path, &world.sample("long lines").content).expect("a file");
    job["file"] = json!(path);
    let why = jobs.run(&job).err().unwrap_or_default();
    tally.check("too large", expect(&why, &why.contains("552"), &true));
}

/// Over as few connections as the library likes.
fn many(world: &World, tally: &mut Tally, jobs: &Jobs) {
    tally.on(Feature::Many);
    let server = world.adapter.receive(["-v"]);
    let (job, _dir) = small(world, &server.port(), &json!({"count": 50}));
    tally.check("50 messages", jobs.run(&job).map(|_| ()));
    tally.check("50 messages, stored", expect("messages", &server.take().len(), &50));
    let connections = server.log().matches("connected").count();
    let few = expect("connections kept", &(1..=5).contains(&connections), &true);
    tally.check("50 messages, few connections", few.map_err(|why| format!("{why}: {connections}")));
}

fn utf8(world: &World, tally: &mut Tally, jobs: &Jobs) {
    const FROM: &str = "\u{4e16}\u{754c}@example.org";
    const TO: &str = "b\u{fc}@example.net";

    tally.on(Feature::SmtpUtf8);
    let server = world.adapter.receive::<&str>([]);
    let (job, _dir) = small(world, &server.port(), &json!({"from": FROM, "to": [TO]}));
    tally.check("addresses in UTF-8", jobs.run(&job).map(|_| ()));
    let stored = server.take_one().and_then(|stored| {
        expect("from", &stored.envelope["from"], &json!(FROM))?;
        expect("to", &stored.envelope["to"], &json!([TO]))?;
        let parameters = &stored.envelope["parameters"]["mail"];
        expect("SMTPUTF8", &parameters["SMTPUTF8"], &json!(true))
    });
    tally.check("addresses in UTF-8, stored", stored);
}
