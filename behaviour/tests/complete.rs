//! No behaviour is left out of the table that makes tests of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_behaviour_is_in_the_table() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let table = fs::read_to_string(sources.join("suite.rs")).unwrap();
    let mut module = "";
    let mut listed = BTreeSet::new();
    for line in table.split("tests! { $world").nth(1).unwrap().lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" {") {
            module = name;
        } else if line.chars().all(|c| c == '_' || c.is_alphanumeric()) && !line.is_empty() {
            assert!(listed.insert(format!("{module}::{line}")), "{module}::{line} is there twice");
        } else if line == "};" {
            break;
        }
    }
    let mut written = BTreeSet::new();
    for entry in fs::read_dir(&sources).unwrap() {
        let path = entry.unwrap().path();
        let Some("rs") = path.extension().and_then(|extension| extension.to_str()) else {
            continue;
        };
        let module = path.file_stem().unwrap().to_str().unwrap();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let behaviour = line.strip_prefix("pub fn ").and_then(|rest| rest.split_once('<'));
            written.extend(behaviour.map(|(name, _)| format!("{module}::{name}")));
        }
    }
    assert!(listed.len() > 50, "{listed:?}");
    assert_eq!(listed, written);
}
