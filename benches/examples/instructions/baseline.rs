//! What is recorded, and how far one may be from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::valgrind::Count;

/// So much more or less is no change, in percent.
const SLACK: u64 = 3;

/// So many instructions more or less are none either, however few there are.
const FEW: u64 = 8;

const HOW: &str = "cargo run --release -p smtp-benches --example instructions -- --record";

/// What instructions depend on beside the code. Where it is another one, counts are shown, and judged by
/// nobody.
#[derive(PartialEq, Eq)]
pub(crate) struct Setting(String);

impl Setting {
    /// `None`: there is no valgrind, or none that runs.
    pub(crate) fn here() -> Option<Self> {
        let valgrind = output("valgrind", &["--version"])?;
        output("valgrind", &["--quiet", "--tool=none", "true"])?;
        let rustc = output("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".into());
        // The libraries choose by it how they search and copy.
        #[cfg(target_arch = "x86_64")]
        let vectors = if std::is_x86_feature_detected!("avx2") { "with" } else { "without" };
        #[cfg(not(target_arch = "x86_64"))]
        let vectors = "without";
        let arch = std::env::consts::ARCH;
        Some(Self(format!("{rustc}; {arch} {vectors} AVX2; {valgrind}")))
    }
}

/// What a program prints that succeeds.
fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn file() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "instructions.txt"].iter().collect()
}

fn line(count: &Count) -> String {
    let Count { name, instructions, unit, .. } = count;
    format!("{name:<36} {instructions:>10} {:>12.2} each {unit}", count.each())
}

pub(crate) fn show(counts: &[Count]) {
    for count in counts {
        println!("{}", line(count));
    }
}

pub(crate) fn record(Setting(setting): &Setting, counts: &[Count]) -> Result<(), String> {
    let mut text = String::new();
    let doc = "Instructions of each work, and of each unit of it. Recorded by\n#   ";
    let _ = writeln!(text, "# {doc}{HOW}\n# {setting}");
    for count in counts {
        let _ = writeln!(text, "{}", line(count));
    }
    fs::write(file(), text).map_err(|error| error.to_string())?;
    println!("{} works recorded", counts.len());
    Ok(())
}

/// Prints what has changed.
pub(crate) fn compare(setting: &Setting, counts: &[Count]) -> Result<(), String> {
    let text = fs::read_to_string(file()).map_err(|error| error.to_string())?;
    let recorded: BTreeMap<_, _> = text.lines().filter_map(parse).collect();
    let mut changes = 0;
    for count in counts {
        let before = recorded.get(&*count.name).copied();
        if before.is_none_or(|before| is_change(before, count.instructions)) {
            changes += 1;
            let before = before.map_or("nothing".to_owned(), |before| before.to_string());
            println!("{}   recorded: {before}", line(count));
        }
    }
    let gone = recorded.keys().filter(|name| counts.iter().all(|count| count.name != **name));
    for name in gone {
        changes += 1;
        println!("{name} is recorded, and gone");
    }
    println!("{} works counted, {changes} beyond {SLACK} % of what is recorded", counts.len());
    let then = text.lines().find(|line| line.starts_with("# rustc")).unwrap_or_default();
    if then.strip_prefix("# ") != Some(&setting.0) {
        println!(
            "recorded with {then}\nhere it is      # {}\nso this proves nothing; {HOW}",
            setting.0
        );
        return Ok(());
    }
    if changes > 0 {
        return Err(format!("instructions have changed. If they are meant to: {HOW}"));
    }
    Ok(())
}

fn parse(line: &str) -> Option<(&str, u64)> {
    let mut words = line.split_whitespace();
    let (name, instructions) = (words.next()?, words.next()?);
    Some((name, instructions.parse().ok()?)).filter(|_| !line.starts_with('#'))
}

fn is_change(before: u64, now: u64) -> bool {
    let distance = before.abs_diff(now);
    distance > FEW && distance * 100 > before * SLACK
}
