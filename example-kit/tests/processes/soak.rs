//! The example `soak` as a process.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::adapter::TOKIO;
use super::process::{Finished, Running, run};

/// A command line of it.
fn command(store: &Path, journal: &Path) -> Command {
    let mut command = Command::new(TOKIO.program("soak"));
    command.arg("--store").arg(store).arg("--journal").arg(journal);
    command
}

/// Puts a server under load, and does not wait for the end.
pub(crate) fn start<S: AsRef<OsStr>>(
    server: SocketAddr,
    store: &Path,
    journal: &Path,
    args: impl IntoIterator<Item = S>,
) -> Running {
    let mut command = command(store, journal);
    Running::start(command.args(["--server", &server.to_string()]).args(args))
}

/// Holds a store against a journal.
pub(crate) fn check(store: &Path, journal: &Path) -> Finished {
    run(command(store, journal).arg("--check"), b"")
}
