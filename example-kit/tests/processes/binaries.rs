//! Where the examples are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::adapter::{Adapter, TOKIO};

/// An example, built from the sources as they are.
///
/// `cargo test --workspace --all-features` builds the examples before it runs the tests, a test of
/// this package alone does not.
pub(crate) fn example(adapter: &Adapter, name: &str) -> PathBuf {
    static BUILT: Mutex<Vec<(&str, bool)>> = Mutex::new(Vec::new());

    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = built.iter().find(|(suffix, _)| *suffix == adapter.suffix);
    let is_built = known.map_or_else(|| is_up_to_date(adapter) || build(adapter), |known| known.1);
    built.push((adapter.suffix, is_built));
    drop(built);
    assert!(is_built, "the examples of {} do not build", adapter.package);
    path(adapter, name)
}

fn is_up_to_date(adapter: &Adapter) -> bool {
    let sources = sources_changed(adapter);
    let mut built = names(adapter).iter().map(|name| modified(&path(adapter, name)));
    built.all(|built| built.is_some_and(|built| built >= sources))
}

/// The examples that are run as processes.
fn names(adapter: &Adapter) -> &'static [&'static str] {
    if *adapter == TOKIO { &["receive", "send", "relay", "soak"] } else { &["receive", "send"] }
}

/// This program is `PROFILE/deps/NAME-HASH`, an example `PROFILE/examples/NAME`.
fn path(adapter: &Adapter, name: &str) -> PathBuf {
    profile().join("examples").join(format!("{name}{}", adapter.suffix))
}

fn profile() -> PathBuf {
    let this = env::current_exe().expect("the path of this program");
    this.ancestors().nth(2).expect("the directory of the profile").to_owned()
}

fn build(adapter: &Adapter) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", adapter.package]);
    command.args(["--features", adapter.features]);
    for name in names(adapter) {
        command.arg("--example").arg(format!("{name}{}", adapter.suffix));
    }
    let profile = profile();
    if profile.ends_with("release") {
        command.arg("--release");
    }
    if let Some(target) = profile.parent() {
        command.arg("--target-dir").arg(target);
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo").success()
}

/// When any source was changed last.
fn sources_changed(adapter: &Adapter) -> SystemTime {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let own = ["src", "examples"].map(|directory| format!("{}/{directory}", adapter.package));
    let shared = ["smtp-proto/src", "smtp-driver/src", "example-kit/src"].map(String::from);
    let mut waiting: Vec<PathBuf> =
        own.iter().chain(&shared).map(|directory| workspace.join(directory)).collect();
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
