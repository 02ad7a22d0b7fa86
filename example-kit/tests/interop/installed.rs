//! Where peers are, and what they say that they are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::processes::process::run;

/// What a variable says, or else where `.ci/run` puts it in the target directory. Relative to where
/// tests were started, which is not where they run.
pub(crate) fn installed(variable: &str, default: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let path =
        env::var_os(variable).map_or_else(|| workspace.join("target").join(default), PathBuf::from);
    if path.is_relative() && !path.exists() { workspace.join(path) } else { path }
}

/// What a program says of its version: this word of the first line.
pub(crate) fn version(command: &mut Command, word: usize) -> String {
    let said = run(command, b"").stdout;
    let mut words = said.lines().next().unwrap_or_default().split_whitespace();
    words.nth(word).unwrap_or_default().trim_matches(['v', ',']).to_owned()
}
