//! The tests there are, by the sources of the workspace.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many lines above a function its attributes may begin.
const ATTRIBUTES: usize = 4;

/// The functions of this crate are run as tests by every adapter; its own tests hold that they are.
const SUITE: &str = "behaviour/src/";

/// Where the workspace is.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// The names of all dialogues.
pub(crate) fn dialogues() -> BTreeSet<String> {
    let directory = root().join("smtp-proto/tests/dialogues");
    let entries = fs::read_dir(directory).expect("the dialogues");
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// All sources: paths from the root of the workspace, and texts.
pub(crate) struct Sources(Vec<(String, String)>);

impl Sources {
    pub(crate) fn read() -> Sources {
        let root = root();
        let mut sources = Vec::new();
        for entry in fs::read_dir(&root).expect("the workspace") {
            let path = entry.expect("an entry").path();
            if path.join("Cargo.toml").is_file() {
                read_below(&path, &root, &mut sources);
            }
        }
        Sources(sources)
    }

    /// Whether there is this test in exactly one file whose path ends so.
    pub(crate) fn find(&self, file: &str, function: &str) -> Result<(), String> {
        let ending = format!("/{file}");
        let is_it = |path: &str| path == file || path.ends_with(&ending);
        let files: Vec<_> = self.0.iter().filter(|(path, _)| is_it(path)).collect();
        if files.is_empty() {
            return Err(format!("there is no file {file}"));
        }
        let with_it = files.iter().filter(|(path, text)| has_test(path, text, function));
        match with_it.map(|(path, _)| path.as_str()).collect::<Vec<_>>().as_slice() {
            [_] => Ok(()),
            [] => Err(format!("there is no test {function} in {file}")),
            several => Err(format!("{file}::{function} may be any of {several:?}")),
        }
    }
}

fn read_below(directory: &Path, root: &Path, sources: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                read_below(&path, root, sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("it is below").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a source");
            sources.push((name.replace('\\', "/"), text));
        }
    }
}

/// Whether a text has this function, as a test.
fn has_test(path: &str, text: &str, function: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().enumerate().any(|(at, line)| {
        let Some((_, name)) = line.split_once("fn ") else { return false };
        let Some(rest) = name.strip_prefix(function) else { return false };
        if !rest.starts_with(['(', '<']) {
            return false;
        }
        let above = &lines[at.saturating_sub(ATTRIBUTES)..at];
        let attributes = above.rsplit(|line| line.trim().is_empty()).next().unwrap_or_default();
        path.starts_with(SUITE) || attributes.iter().any(|line| line.trim().ends_with("test]"))
    })
}
