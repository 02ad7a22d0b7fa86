//! Replays the dialogues in `tests/dialogues` against the machines, under every way of cutting what
//! is sent to them.
//!
//! `DIALOGUE=name` takes only the files whose name contains that; `DIALOGUE_SEED=n` begins the random
//! cuts with another seed.

use std::fs;

mod dialogue;
mod rig;

use dialogue::parse::{Item, Script, Side};
use dialogue::{Cut, cuts, files};

#[test]
fn server() {
    run(Side::Server, |script| script.server.clone(), dialogue::server::replay);
}

#[test]
fn client() {
    run(Side::Client, |script| script.client.clone(), dialogue::client::replay);
}

fn run(
    side: Side,
    header: impl Fn(&Script) -> Option<Vec<String>>,
    replay: impl Fn(&[String], &[Item], Cut) -> Result<(), String>,
) {
    let (mut dialogues, mut replays) = (0, 0);
    let mut failures = Vec::new();
    for file in files() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let script = Script::parse(&text).unwrap_or_else(|error| panic!("{name}, {error}"));
        let Some(header) = header(&script) else { continue };
        dialogues += 1;
        let items = script.items(side);
        for cut in cuts(&items, script.whole_only) {
            replays += 1;
            if let Err(error) = replay(&header, &items, cut) {
                failures.push(format!("{name}, {cut:?}: {error}"));
                break;
            }
        }
    }
    println!("{side:?}: {dialogues} dialogues, replayed {replays} times");
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}
