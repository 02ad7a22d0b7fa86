//! Instructions and allocations, by valgrind: one contestant alone, a few passes and some more, and the
//! difference. They are the same on a busy machine and on an idle one.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use crate::contest::{Contest, Item, Topic};

/// What in the C library makes memory of something. Who calls these has allocated.
const ALLOCATE: [&str; 6] =
    ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// How many passes, with fewer and with more of them.
fn passes(item: Item) -> (u32, u32) {
    match item {
        Item::Octets | Item::Recipient => (1, 2),
        Item::Mail => (1, 3),
        Item::Command | Item::Reply => (20, 120),
    }
}

/// Whether there is a valgrind.
pub(crate) fn is_possible() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Instructions and allocations for one item.
pub(crate) fn measure(contest: &Contest, name: &str) -> Result<(f64, f64), String> {
    let (few, many) = passes(contest.topic.item);
    let before = run(contest.topic, name, few, many)?;
    let after = run(contest.topic, name, many, many)?;
    let items = f64::from(many - few) * contest.items as f64;
    let per_item = |few: u64, many: u64| many.saturating_sub(few) as f64 / items;
    Ok((per_item(before.0, after.0), per_item(before.1, after.1)))
}

/// Instructions and allocations of a whole process that does so many passes. What is put back before
/// a pass is put back the same number of times, however many passes follow.
fn run(topic: Topic, name: &str, passes: u32, prepared: u32) -> Result<(u64, u64), String> {
    let profile = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let own = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", profile.path().display()))
        .arg(own)
        .args(["pass", topic.group, topic.corpus, name])
        .args([passes.to_string(), prepared.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let profile = fs::read_to_string(profile.path()).map_err(|error| error.to_string())?;
    Ok((instructions(&profile).ok_or("no total in the profile")?, allocations(&profile)))
}

fn instructions(profile: &str) -> Option<u64> {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.split_whitespace().next()?.parse().ok()
}

fn allocations(profile: &str) -> u64 {
    let mut lines = profile.lines();
    let mut calls = 0;
    while let Some(line) = lines.next() {
        let Some(called) = line.strip_prefix("cfn=") else { continue };
        let count = lines.next().and_then(|line| line.strip_prefix("calls="));
        if ALLOCATE.contains(&called) {
            let count = count.and_then(|line| line.split_whitespace().next()?.parse().ok());
            calls += count.unwrap_or(0_u64);
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read() {
        let profile = "fn=main\ncfn=malloc\ncalls=3 0\n0 60\ncfn=strlen\ncalls=9 0\n\
                       0 7\nfn=f\ncob=/lib\ncfn=realloc\ncalls=2 0\ntotals: 12345\n";
        assert_eq!(instructions(profile), Some(12345));
        assert_eq!(allocations(profile), 5);
    }
}
