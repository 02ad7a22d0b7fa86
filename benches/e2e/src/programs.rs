//! Building ours, finding those of others.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, repository};

/// Where everything is.
pub struct Programs {
    examples: PathBuf,
    peer: PathBuf,
    pub python: Option<PathBuf>,
    pub source: Option<PathBuf>,
    pub sink: Option<PathBuf>,
    pub strace: Option<PathBuf>,
    pub valgrind: Option<PathBuf>,
    /// What is not there.
    pub missing: Vec<String>,
}

/// Each package with the features that its examples need, and these.
const OURS: [(&str, &str, &[&str]); 3] = [
    ("smtp-tokio", "", &["receive", "send"]),
    ("smtp-async-std", "async-std,smol", &["receive-async-std", "receive-smol"]),
    ("smtp-blocking", "", &["receive-blocking"]),
];

impl Programs {
    pub fn find(examples: Option<&Path>, python: &Path) -> Result<Self> {
        let examples = match examples {
            Some(examples) => examples.to_owned(),
            None => build()?,
        };
        let mut missing = Vec::new();
        let mut look = |name: &str, package: &str| {
            let found = on_path(name);
            if found.is_none() {
                missing.push(format!("{name} (Debian's {package})"));
            }
            found
        };
        let (source, sink) = (look("smtp-source", "postfix"), look("smtp-sink", "postfix"));
        let (strace, valgrind) = (look("strace", "strace"), look("valgrind", "valgrind"));
        let mut has = Command::new(python);
        has.args(["-c", "import aiosmtpd"]).stderr(Stdio::null());
        let has = has.status().is_ok_and(|status| status.success());
        if !has {
            missing.push("aiosmtpd (--python says which Python has it)".into());
        }
        let python = has.then(|| python.to_owned());
        let peer = env::current_exe()?.with_file_name("peer");
        if !peer.exists() {
            return Err("build all of it first: cargo build --release".into());
        }
        Ok(Self { examples, peer, python, source, sink, strace, valgrind, missing })
    }

    /// One of our examples.
    pub fn example(&self, name: &str) -> Command {
        Command::new(self.examples.join(name))
    }

    /// A subcommand of `peer`.
    pub fn peer(&self, role: &str) -> Command {
        let mut command = Command::new(&self.peer);
        command.arg(role);
        command
    }
}

/// Debian keeps some where users don't look.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    places.map(|place| place.join(name)).find(|program| program.exists())
}

/// Builds our examples; returns their directory.
fn build() -> Result<PathBuf> {
    let root = repository();
    for (package, features, examples) in OURS {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&root).args(["build", "--quiet", "--release", "-p", package]);
        cargo.args(["--features", features]);
        cargo.args(examples.iter().flat_map(|example| ["--example", example]));
        if !cargo.status()?.success() {
            return Err(format!("{package} can't be built").into());
        }
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/examples"))
}
