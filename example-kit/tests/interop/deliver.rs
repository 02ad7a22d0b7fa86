//! Other people's clients and `receive`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::declared::declared;
use super::feature::Feature;
use super::installed::installed;
use super::tally::{Tally, expect, expect_content};
use crate::processes::adapter::Adapter;
use crate::processes::certificates::{Certificates, Identity};
use crate::processes::corpus::{self, Sample};
use crate::processes::process::run;
use crate::processes::receive::{Receive, Stored};

/// What all peers share.
pub(crate) struct World {
    pub(crate) adapter: &'static Adapter,
    pub(crate) samples: Vec<Sample>,
    pub(crate) certificates: Certificates,
    pub(crate) identity: Identity,
    pub(crate) python: PathBuf,
    /// Where npm has installed packages.
    node_modules: PathBuf,
    /// The program in `ci/peers/lettre`.
    pub(crate) lettre: PathBuf,
    sockets: TempDir,
    count: AtomicUsize,
}

/// How a client is to talk to `receive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Plain,
    /// With commands sent ahead.
    Pipelined,
    StartTls,
    ImplicitTls,
    /// In the clear, by this mechanism.
    Auth(&'static str),
    /// Over STARTTLS, by this mechanism.
    SecureAuth(&'static str),
    /// Over STARTTLS, by what the client takes of all mechanisms there are, which is this one.
    Choice(&'static str),
    /// Over STARTTLS, by the client's certificate.
    External,
    /// Behind a PROXY header of this version.
    Proxied(u8),
    /// Over a unix-domain socket.
    Socket,
    Lmtp,
}

pub(crate) const USER: &str = "tim";
pub(crate) const PASSWORD: &str = "tanstaaf";
pub(crate) const WRONG: &str = "tanstaafl";
pub(crate) const FROM: &str = "a@example.org";
/// Whom the client's certificate names.
pub(crate) const KNOWN: &str = "tim@example.org";
/// Where clients in front of a balancer are.
pub(crate) const CLIENT: &str = "192.0.2.1:4711";
pub(crate) const TO: &[&str] = &["b@example.net", "c@example.net"];

/// Why most clients do no CHUNKING.
pub(crate) const DATA: &str = "it sends by DATA only, and waits for each reply";

/// A client, and what it can do.
pub(crate) struct Client<'a> {
    pub(crate) modes: &'a [Mode],
    /// Samples that it does not send as they are.
    pub(crate) without: &'static [&'static str],
    /// Mechanisms by which it does not wait until it is refused.
    pub(crate) breaks_off: &'static [&'static str],
    pub(crate) to: &'static [&'static str],
    /// What is to be stored.
    pub(crate) expected: fn(&Sample) -> Vec<u8>,
    /// What was sent, of what was stored.
    pub(crate) sent: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) deliver: &'a dyn Fn(&Task<'_>) -> Result<(), String>,
}

/// A client that adds nothing to a message.
pub(crate) fn whole(message: Vec<u8>) -> Vec<u8> {
    message
}

impl Mode {
    pub(crate) fn has_tls(self) -> bool {
        let clear = matches!(self, Self::Plain | Self::Pipelined | Self::Auth(_) | Self::Lmtp);
        !clear && !matches!(self, Self::Proxied(_) | Self::Socket)
    }

    /// What is checked by it.
    pub(crate) fn feature(self) -> Feature {
        match self {
            Self::Plain => Feature::Plain,
            Self::Pipelined => Feature::Pipelining,
            Self::StartTls => Feature::StartTls,
            Self::ImplicitTls => Feature::ImplicitTls,
            Self::Auth(_) | Self::SecureAuth(_) | Self::Choice(_) | Self::External => Feature::Auth,
            Self::Proxied(_) => Feature::Proxy,
            Self::Socket => Feature::UnixSocket,
            Self::Lmtp => Feature::Lmtp,
        }
    }

    /// The mechanism by which [`USER`] logs in.
    fn mechanism(self) -> Option<&'static str> {
        match self {
            Self::Auth(name) | Self::SecureAuth(name) | Self::Choice(name) => Some(name),
            _ => None,
        }
    }
}

/// One delivery that a client is to make.
pub(crate) struct Task<'a> {
    pub(crate) mode: Mode,
    /// On 127.0.0.1.
    pub(crate) port: String,
    /// In [`Mode::Socket`].
    pub(crate) socket: String,
    /// The client's certificate.
    pub(crate) identity: &'a Identity,
    /// Whom to trust.
    pub(crate) ca: &'a Path,
    pub(crate) python: &'a Path,
    /// The user's, which is a token of OAuth 2.0, too.
    pub(crate) password: &'a str,
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
        let certificates = Certificates::local();
        let identity = certificates.client("Tim", &[KNOWN]);
        let sockets = tempfile::tempdir().expect("a directory");
        Self {
            adapter,
            samples: corpus::all(),
            certificates,
            identity,
            python: installed("SMTP_INTEROP_PYTHON", "ci-venv/bin/python"),
            node_modules: installed("SMTP_INTEROP_NODE", "ci-node/node_modules"),
            lettre: installed("SMTP_INTEROP_LETTRE", "ci-lettre/debug/interop-lettre"),
            sockets,
            count: AtomicUsize::new(0),
        }
    }

    pub(crate) fn sample(&self, name: &str) -> &Sample {
        self.samples.iter().find(|sample| sample.name == name).expect("a sample")
    }

    /// Node.js, which is to run this.
    pub(crate) fn node(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.env("NODE_PATH", &self.node_modules).args(["-e", script]);
        command
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
                let task = self.task(mode, &server, client, sample, dir.path());
                let large = mode == Mode::Plain && sample.name == "20 MB";
                tally.on(if large { Feature::Large } else { mode.feature() });
                let what = format!("{mode:?}, {}", sample.name);
                tally.check(&what, (client.deliver)(&task));
                let stored = stored(&server, &task, client);
                let envelope = stored.as_ref().ok().map(|stored| stored.envelope.clone());
                tally.check(format!("{what}, stored"), stored.map(|_| ()));
                if let (Mode::Plain, Some(envelope)) = (mode, envelope) {
                    declared(tally, &envelope, sample);
                }
            }
            tally.on(mode.feature());
            if let Some(mechanism) = mode.mechanism() {
                let begun = logged(&server, &format!("AUTH detail={}\n", mechanism.to_uppercase()));
                tally.check(format!("{mode:?}, the mechanism"), begun);
                let sample = self.sample("plain");
                let task = self.task(mode, &server, client, sample, dir.path());
                let refused = refused(&server, client, &Task { password: WRONG, ..task });
                tally.check(format!("{mode:?}, wrong password"), refused);
            }
            let ended = expect("the exit status", &server.stop(), &Some(0));
            tally.check(format!("{mode:?}, end"), ended);
        }
    }

    fn task<'a>(
        &'a self,
        mode: Mode,
        server: &Receive,
        client: &Client<'a>,
        sample: &'a Sample,
        dir: &'a Path,
    ) -> Task<'a> {
        Task {
            mode,
            port: server.listening.rsplit_once(':').expect("a port").1.into(),
            socket: server.listening.trim_start_matches("unix:").into(),
            identity: &self.identity,
            ca: &self.certificates.ca,
            python: &self.python,
            password: PASSWORD,
            to: client.to,
            sample,
            dir,
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
        // By password or by token: if there is to be one mechanism, then no client has a choice.
        let auth = ["-v", "--require-auth", "--auth", &credentials, "--oauth-token", &credentials];
        let auth = auth.map(OsStr::new);
        let only = |mechanism: &'static str| ["--auth-mechanisms", mechanism].map(OsStr::new);
        let args: Vec<&OsStr> = match mode {
            Mode::Plain | Mode::Pipelined | Mode::Socket => Vec::new(),
            Mode::StartTls => tls.into(),
            Mode::ImplicitTls => [&tls[..], &["--implicit-tls".as_ref()]].concat(),
            Mode::Auth(mechanism) => {
                [&auth[..], &only(mechanism), &["--auth-without-tls".as_ref()]].concat()
            }
            Mode::SecureAuth(mechanism) => [&tls[..], &auth, &only(mechanism)].concat(),
            Mode::Choice(_) => [&tls[..], &auth].concat(),
            Mode::External => {
                let ca = ["--tls-client-ca".as_ref(), self.certificates.ca.as_ref()];
                [&tls[..], &ca, &["--require-auth".as_ref()]].concat()
            }
            Mode::Proxied(_) => vec!["--proxy-protocol".as_ref()],
            Mode::Lmtp => vec!["--lmtp".as_ref()],
        };
        if mode == Mode::Socket {
            let path =
                self.sockets.path().join(self.count.fetch_add(1, Ordering::Relaxed).to_string());
            return self.adapter.receive_at(&format!("unix:{}", path.display()), args);
        }
        self.adapter.receive(args)
    }
}

/// Lets a client ask for notifications, of the recipient `b@example.net`, and looks at what was
/// recorded: NOTIFY=SUCCESS,DELAY and RET=HDRS, and what `more` says of MAIL and RCPT.
pub(crate) fn notifications(
    world: &World,
    tally: &mut Tally,
    more: &[Value; 2],
    ask: impl FnOnce(&str) -> Result<(), String>,
) {
    tally.on(Feature::Dsn);
    let server = world.adapter.receive::<&str>([]);
    tally.check("DSN", ask(&server.port()));
    let with = |mut fields: Value, more: &Value| {
        let more = more.as_object().expect("an object").clone();
        fields.as_object_mut().expect("an object").extend(more);
        fields
    };
    let recorded = server.take_one().and_then(|stored| {
        let requests = &stored.envelope["requests"];
        expect("MAIL", &requests["mail"], &with(json!({"ret": "HDRS"}), &more[0]))?;
        let notify = json!({"notify": ["SUCCESS", "DELAY"]});
        expect("RCPT", &requests["rcpt"], &json!([with(notify, &more[1])]))
    });
    tally.check("DSN, recorded", recorded);
}

/// The delivery, if it was stored as it was sent.
fn stored(server: &Receive, task: &Task<'_>, client: &Client<'_>) -> Result<Stored, String> {
    let mut stored = server.take_one()?;
    stored.content = (client.sent)(stored.content);
    expect_content(&stored.content, &(client.expected)(task.sample))?;
    let envelope = &stored.envelope;
    expect("from", &envelope["from"], &json!(FROM))?;
    expect("to", &envelope["to"], &json!(task.to))?;
    expect("TLS", &!envelope["tls"].is_null(), &task.mode.has_tls())?;
    let user = match task.mode {
        Mode::External => json!(KNOWN),
        mode => mode.mechanism().map_or(Value::Null, |_| json!(USER)),
    };
    expect("user", &envelope["user"], &user)?;
    let balanced = matches!(task.mode, Mode::Proxied(_));
    expect("a balancer", &!envelope["proxy"].is_null(), &balanced)?;
    match task.mode {
        Mode::Socket => expect("client", &envelope["client"]["address"], &json!("local"))?,
        // Version 1 may be of one that is its own balancer.
        Mode::Proxied(2) => expect("client", &envelope["client"]["address"], &json!(CLIENT))?,
        _ => {}
    }
    let lmtp = envelope["client"]["protocol"] == "LMTP";
    expect("LMTP", &lmtp, &(task.mode == Mode::Lmtp))?;
    Ok(stored)
}

/// Whether a client that is not let in says so, and leaves nothing.
fn refused(server: &Receive, client: &Client<'_>, task: &Task<'_>) -> Result<(), String> {
    if (client.deliver)(task).is_ok() {
        return Err("the client takes it for a success".into());
    }
    let breaks_off = task.mode.mechanism().is_some_and(|name| client.breaks_off.contains(&name));
    logged(
        server,
        if breaks_off {
            "the peer closed the connection"
        } else {
            r#"code="535" enhanced="5.7.8""#
        },
    )?;
    expect("messages", &server.take().len(), &0)
}

/// Waits a little until that is in the server's log.
pub(crate) fn logged(server: &Receive, text: &str) -> Result<(), String> {
    let end = Instant::now() + Duration::from_secs(10);
    while !server.log().contains(text) {
        if Instant::now() >= end {
            return Err(format!("no {text:?} in the server's log"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
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
