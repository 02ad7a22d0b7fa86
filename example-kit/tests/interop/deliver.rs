//! Other people's clients and `receive`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::tally::{Tally, expect, expect_content};
use crate::processes::adapter::Adapter;
use crate::processes::certificates::Certificates;
use crate::processes::corpus::{self, Sample};
use crate::processes::process::run;
use crate::processes::receive::Receive;

/// What all peers share.
pub(crate) struct World {
    pub(crate) adapter: &'static Adapter,
    pub(crate) samples: Vec<Sample>,
    pub(crate) certificates: Certificates,
    pub(crate) python: PathBuf,
}

/// How a client is to talk to `receive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Plain,
    StartTls,
    ImplicitTls,
    /// In the clear, by this mechanism.
    Auth(&'static str),
    /// Over STARTTLS, by this mechanism.
    SecureAuth(&'static str),
    Lmtp,
}

pub(crate) const USER: &str = "tim";
pub(crate) const PASSWORD: &str = "tanstaaf";
pub(crate) const FROM: &str = "a@example.org";
pub(crate) const TO: &[&str] = &["b@example.net", "c@example.net"];

/// A client, and what it can do.
pub(crate) struct Client<'a> {
    pub(crate) modes: &'a [Mode],
    /// Samples that it does not send as they are.
    pub(crate) without: &'static [&'static str],
    pub(crate) to: &'static [&'static str],
    /// What is to be stored.
    pub(crate) expected: fn(&Sample) -> Vec<u8>,
    pub(crate) deliver: fn(&Task<'_>) -> Result<(), String>,
}

/// One delivery that a client is to make.
pub(crate) struct Task<'a> {
    pub(crate) mode: Mode,
    /// On 127.0.0.1.
    pub(crate) port: String,
    /// Whom to trust.
    pub(crate) ca: &'a Path,
    pub(crate) python: &'a Path,
    pub(crate) to: &'a [&'a str],
    pub(crate) sample: &'a Sample,
    /// A place for files.
    pub(crate) dir: &'a Path,
}

impl Task<'_> {
    /// A file with this content.
    pub(crate) fn file(&self, content: &[u8]) -> PathBuf {
        let path = self.dir.join("message");
        fs::write(&path, content).expect("a file");
        path
    }
}

impl World {
    pub(crate) fn new(adapter: &'static Adapter) -> Self {
        let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/ci-venv/bin/python");
        let python = env::var_os("SMTP_INTEROP_PYTHON").map_or(default, PathBuf::from);
        // Relative to where tests were started, which is not where they run.
        let python = if python.is_relative() && !python.exists() {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(python)
        } else {
            python
        };
        Self { adapter, samples: corpus::all(), certificates: Certificates::local(), python }
    }

    pub(crate) fn sample(&self, name: &str) -> &Sample {
        self.samples.iter().find(|sample| sample.name == name).expect("a sample")
    }

    /// Lets a client deliver samples in each of its modes: all of them in the first two, some in
    /// the others.
    pub(crate) fn deliver(&self, tally: &mut Tally, client: &Client<'_>) {
        let dir = tempfile::tempdir().expect("a directory");
        for (index, mode) in client.modes.iter().copied().enumerate() {
            let server = self.receive(mode);
            for sample in &self.samples {
                let some = ["plain", "dots", "8-bit", "no final newline"].contains(&sample.name);
                if client.without.contains(&sample.name) || !some && index > 1 {
                    continue;
                }
                let task = Task {
                    mode,
                    port: server.port(),
                    ca: &self.certificates.ca,
                    python: &self.python,
                    to: client.to,
                    sample,
                    dir: dir.path(),
                };
                let what = format!("{mode:?}, {}", sample.name);
                tally.check(&what, (client.deliver)(&task));
                tally.check(format!("{what}, stored"), stored(&server, &task, client));
            }
            let ended = expect("the exit status", &server.stop(), &Some(0));
            tally.check(format!("{mode:?}, end"), ended);
        }
    }

    /// A server for a mode.
    pub(crate) fn receive(&self, mode: Mode) -> Receive {
        let tls: [&OsStr; 4] = [
            "--tls-cert".as_ref(),
            self.certificates.cert.as_ref(),
            "--tls-key".as_ref(),
            self.certificates.key.as_ref(),
        ];
        let credentials = format!("{USER}:{PASSWORD}");
        let auth = ["--require-auth", "--auth", &credentials].map(OsStr::new);
        let args: Vec<&OsStr> = match mode {
            Mode::Plain => Vec::new(),
            Mode::StartTls => tls.into(),
            Mode::ImplicitTls => [&tls[..], &["--implicit-tls".as_ref()]].concat(),
            Mode::Auth(_) => [&auth[..], &["--auth-without-tls".as_ref()]].concat(),
            Mode::SecureAuth(_) => [&tls[..], &auth].concat(),
            Mode::Lmtp => vec!["--lmtp".as_ref()],
        };
        self.adapter.receive(args)
    }
}

/// Whether a delivery was stored as it was sent.
fn stored(server: &Receive, task: &Task<'_>, client: &Client<'_>) -> Result<(), String> {
    let stored = server.take_one()?;
    expect_content(&stored.content, &(client.expected)(task.sample))?;
    let envelope = stored.envelope;
    expect("from", &envelope["from"], &json!(FROM))?;
    expect("to", &envelope["to"], &json!(task.to))?;
    let tls = matches!(task.mode, Mode::StartTls | Mode::ImplicitTls | Mode::SecureAuth(_));
    expect("TLS", &!envelope["tls"].is_null(), &tls)?;
    let user = matches!(task.mode, Mode::Auth(_) | Mode::SecureAuth(_));
    expect("user", &envelope["user"], &if user { json!(USER) } else { Value::Null })?;
    let lmtp = envelope["client"]["protocol"] == "LMTP";
    expect("LMTP", &lmtp, &(task.mode == Mode::Lmtp))
}

/// Runs a client that has to succeed.
pub(crate) fn succeed(command: &mut Command, input: &[u8]) -> Result<(), String> {
    let finished = run(command, input);
    if finished.status == 0 {
        return Ok(());
    }
    let tail = |text: &str| text.lines().rev().take(5).collect::<Vec<_>>().join(" / ");
    Err(format!(
        "exit status {}: {} {}",
        finished.status,
        tail(&finished.stderr),
        tail(&finished.stdout)
    ))
}
