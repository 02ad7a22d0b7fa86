//! Works under callgrind.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use smtp_benches::work::{Unit, Work};

use super::COUNTED;

/// What one work took.
pub(crate) struct Count {
    /// Group and name.
    pub(crate) name: String,
    pub(crate) instructions: u64,
    /// What it went through.
    pub(crate) amount: u64,
    pub(crate) unit: &'static str,
}

impl Count {
    #[expect(clippy::cast_precision_loss, reason = "to be read by people")]
    pub(crate) fn each(&self) -> f64 {
        self.instructions as f64 / self.amount as f64
    }
}

/// Runs all works whose names contain `filter`, and prints their names: once to see that they are right and
/// to warm up, once to be counted.
pub(crate) fn run_all(groups: impl IntoIterator<Item = (&'static str, Vec<Work>)>, filter: &str) {
    for (group, works) in groups {
        for mut work in works {
            let name = format!("{group}/{}", work.name());
            if !name.contains(filter) {
                continue;
            }
            work.check();
            let mut input = work.input();
            run_counted(&mut work, &mut input);
            let (amount, unit) = work.amount();
            let unit = match unit {
                Unit::Octet => "octet",
                Unit::Line => "line",
                Unit::Message => "message",
            };
            println!("{name} {amount} {unit}");
        }
    }
}

/// Callgrind counts from where this is entered until it is left, and then dumps.
#[inline(never)]
fn run_counted(work: &mut Work, input: &mut [u8]) {
    std::hint::black_box(work.run(input));
}

/// Has glibc copy and clear by vectors however much it is: `rep movsb` would be counted once for each octet.
const TUNABLES: &str = "glibc.cpu.x86_rep_movsb_threshold=0x40000000:\
    glibc.cpu.x86_rep_stosb_threshold=0x40000000";

/// This program again, counted: it prints a line for each dump.
pub(crate) fn count(filter: &str) -> Result<Vec<Count>, String> {
    let here = env::current_exe().map_err(|error| error.to_string())?;
    let dumps = here.with_file_name("instructions.callgrind");
    let _ = fs::remove_dir_all(&dumps);
    fs::create_dir_all(&dumps).map_err(|error| error.to_string())?;
    let out = dumps.join("out");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--dump-line=no"]);
    for act in ["--toggle-collect", "--dump-after"] {
        command.arg(format!("{act}={}::run_counted", module_path!()));
    }
    command.arg(format!("--callgrind-out-file={}", out.display()));
    let output =
        command.env("GLIBC_TUNABLES", TUNABLES).arg(&here).args([COUNTED, filter]).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("valgrind: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let counts = lines.lines().zip(1..).map(|(line, number)| {
        let instructions = total(&out.with_extension(number.to_string()));
        parse(line).zip(instructions).map(|((name, amount, unit), instructions)| Count {
            name,
            instructions,
            amount,
            unit,
        })
    });
    let counts: Option<Vec<_>> = counts.collect();
    let _ = fs::remove_dir_all(&dumps);
    counts.filter(|counts| !counts.is_empty()).ok_or_else(|| "nothing was counted".into())
}

fn parse(line: &str) -> Option<(String, u64, &'static str)> {
    let mut words = line.split(' ');
    let (name, amount, unit) = (words.next()?, words.next()?, words.next()?);
    let unit = ["octet", "line", "message"].into_iter().find(|known| *known == unit)?;
    Some((name.to_owned(), amount.parse().ok()?, unit))
}

/// `totals: N`, at the end of a dump.
fn total(dump: &Path) -> Option<u64> {
    let text = fs::read_to_string(dump).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok()
}
