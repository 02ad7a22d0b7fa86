//! Servers and clients over loopback, beside their peers, in one run. See `--help` and the README.
//!
//! | file | concern |
//! |---|---|
//! | `contest` | who takes part: servers, clients, and how they are called |
//! | `programs` | building ours, finding those of others |
//! | `process` | running them: what they cost, system calls, memory |
//! | `servers`, `clients`, `distance`, `calls`, `idle` | a table each |
//! | `instructions` | another, by valgrind |
//! | `table`, `chart`, `page` | what is made of the figures: text, SVG, a section of `docs/performance.md` |

mod calls;
mod chart;
mod clients;
mod contest;
mod distance;
mod idle;
mod instructions;
mod page;
mod process;
mod programs;
mod servers;
mod table;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use programs::Programs;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures servers and clients over loopback, beside their peers
///
/// All of a table are measured in turns, several times; shown is the median. What is not installed is left out, and
/// said to be.
#[derive(Parser)]
struct Args {
    /// Only these tables
    #[arg(value_enum)]
    tables: Vec<Which>,

    /// Seconds, not minutes: shows that everything works, and measures nothing
    #[arg(long)]
    quick: bool,

    /// How often each is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// Only those with one of these words in their names, and floors
    #[arg(long, value_name = "WORD")]
    only: Vec<String>,

    /// A Python that has aiosmtpd
    #[arg(long, env = "SMTP_INTEROP_PYTHON", default_value = "python3")]
    python: PathBuf,

    /// Where `receive` and `send` are, built; otherwise they are built first
    #[arg(long, value_name = "DIR")]
    examples: Option<PathBuf>,

    /// Put the tables into docs/performance.md and charts beside it
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Servers with smtp-source, and with clients that don't wait: CPU time, messages per second
    Servers,
    /// Clients, ten connections
    Clients,
    /// Round trips per message, 20 ms each way
    Distance,
    /// System calls per message
    Calls,
    /// Memory of idle connections
    Idle,
    /// Instructions per message, counted by valgrind
    Instructions,
}

/// What all tables need to know.
struct Run {
    programs: Programs,
    quick: bool,
    rounds: usize,
    only: Vec<String>,
    progress: ProgressBar,
}

impl Run {
    /// How many of something: few if it is to be quick.
    fn count(&self, count: usize) -> usize {
        if self.quick { count.div_ceil(50) } else { count }
    }

    /// Whether somebody takes part.
    fn takes(&self, name: &str) -> bool {
        let floor = name.starts_with("bare") || name.starts_with("floor");
        self.only.is_empty() || floor || self.only.iter().any(|word| name.contains(word.as_str()))
    }

    fn told(&self, what: impl Into<String>) {
        self.progress.set_message(what.into());
        self.progress.tick();
    }
}

fn main() -> ExitCode {
    match measure(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("e2e: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<()> {
    process::allow_descriptors()?;
    let progress = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    let programs = Programs::find(args.examples.as_deref(), &args.python)?;
    for missing in &programs.missing {
        eprintln!("left out: {missing}");
    }
    let rounds = if args.quick { 1 } else { args.rounds };
    let run = Run { programs, quick: args.quick, rounds, only: args.only.clone(), progress };
    let mut tables: Vec<Table> = Vec::new();
    for which in Which::value_variants() {
        if !args.tables.is_empty() && !args.tables.contains(which) {
            continue;
        }
        let more = match which {
            Which::Servers => servers::tables(&run)?,
            Which::Clients => clients::tables(&run)?,
            Which::Distance => distance::tables(&run)?,
            Which::Calls => calls::tables(&run)?,
            Which::Idle => idle::tables(&run)?,
            Which::Instructions => instructions::tables(&run)?,
        };
        run.progress.suspend(|| more.iter().for_each(|table| println!("{}", table.text())));
        tables.extend(more);
    }
    run.progress.finish_and_clear();
    if args.write {
        page::write(&repository(), &tables, &run)?;
    }
    Ok(())
}

/// The root of the repository.
fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
