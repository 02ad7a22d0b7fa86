//! Where the examples are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// An example, built from the sources as they are.
///
/// `cargo test` builds the examples before it runs the tests, `cargo test --test NAME` does not.
pub(crate) fn example(name: &str) -> PathBuf {
    static UP_TO_DATE: OnceLock<()> = OnceLock::new();

    UP_TO_DATE.get_or_init(|| {
        let sources = sources_changed();
        let built = ["receive", "send"].map(|name| modified(&path(name)));
        if built.iter().any(|built| built.is_none_or(|built| built < sources)) {
            build();
        }
    });
    let path = path(name);
    assert!(path.exists(), "there is no {}: run `cargo build --examples`", path.display());
    path
}

/// This program is `PROFILE/deps/NAME-HASH`, an example `PROFILE/examples/NAME`.
fn path(name: &str) -> PathBuf {
    profile().join("examples").join(name)
}

fn profile() -> PathBuf {
    let this = env::current_exe().expect("the path of this program");
    this.ancestors().nth(2).expect("the directory of the profile").to_owned()
}

fn build() {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "smtp-tokio", "--examples"]);
    let profile = profile();
    if profile.ends_with("release") {
        command.arg("--release");
    }
    if let Some(target) = profile.parent() {
        command.arg("--target-dir").arg(target);
    }
    let status = command.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo");
    assert!(status.success(), "the examples do not build");
}

/// When any source was changed last.
fn sources_changed() -> SystemTime {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().expect("the workspace");
    let directories = ["smtp-proto/src", "smtp-driver/src", "smtp-tokio/src"];
    let mut waiting: Vec<PathBuf> =
        directories.iter().map(|directory| workspace.join(directory)).collect();
    waiting.extend(["receive", "send"].map(|name| package.join("examples").join(name)));
    let mut latest = SystemTime::UNIX_EPOCH;
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                latest = latest.max(modified(&path).unwrap_or(latest));
            }
        }
    }
    latest
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
