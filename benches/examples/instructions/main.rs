//! Counts the instructions of every work under valgrind, and compares them with what is recorded in
//! `instructions.txt`.
//!
//! ```sh
//! cargo run --release -p smtp-benches --example instructions               # compares
//! cargo run --release -p smtp-benches --example instructions -- --record   # records
//! cargo run --release -p smtp-benches --example instructions -- command    # shows what is called so
//! ```
//!
//! Less than recorded is no better than more: a gain that is not recorded is leave to lose it again. What
//! must hold whatever is recorded is in `growth.rs`.
//!
//! Gungraun would bring valgrind as well. It compares with the run before, which a new clone has not
//! seen, needs a runner of its own to be installed, and 30 crates to be built.

mod baseline;
mod growth;
mod valgrind;

use std::env;
use std::process::ExitCode;

use smtp_benches::works;

/// How large bodies are, nearly.
const OCTETS: usize = 64 << 10;

/// What valgrind runs.
const COUNTED: &str = "--counted";

const RECORD: &str = "--record";

fn main() -> ExitCode {
    let filter = env::args().nth(1).unwrap_or_default();
    if filter == COUNTED {
        valgrind::run_all(works::all(OCTETS), &env::args().nth(2).unwrap_or_default());
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        eprintln!("unoptimised instructions say nothing: --release");
        return ExitCode::FAILURE;
    }
    let Some(setting) = baseline::Setting::here() else {
        println!("valgrind can't be run here: instructions were NOT counted");
        return ExitCode::SUCCESS;
    };
    let shown = if filter == RECORD { "" } else { &filter };
    let counts = match valgrind::count(shown) {
        Ok(counts) => counts,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let grows = growth::check(&counts);
    let outcome = match &*filter {
        RECORD => baseline::record(&setting, &counts),
        "" => baseline::compare(&setting, &counts),
        _ => {
            baseline::show(&counts);
            Ok(())
        }
    };
    let mut status = ExitCode::SUCCESS;
    for complaint in [outcome, grows].into_iter().filter_map(Result::err) {
        eprintln!("{complaint}");
        status = ExitCode::FAILURE;
    }
    status
}
