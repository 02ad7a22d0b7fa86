//! A load of good, slow, broken and hostile peers, and a check of everything that was acknowledged.
//!
//! ```sh
//! cargo run --release -p smtp-tokio --example soak -- --help
//! ```
//!
//! | file | concern |
//! |---|---|
//! | `args` | the command line |
//! | `mix` | who comes: kinds of peers, and how many of each at a time |
//! | `peer` | what each of them does |
//! | `message` | messages that can be told to be whole by nobody but themselves |
//! | `ledger` | what was sent, and what the server said to it |
//! | `load` | peers, one after the other, for as long as it is wanted |
//! | `tally` | how many connections and messages of each kind, and what came of them |
//! | `watch` | the server's memory |
//! | `check` | the server's store |
//! | `show`, `summary` | what the user sees |

mod args;
mod check;
mod ledger;
mod load;
mod message;
mod mix;
mod peer;
mod show;
mod summary;
mod tally;
mod watch;

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use args::Args;
use ledger::Ledger;
use peer::World;

/// Exit statuses, as in `sysexits.h` but for the first.
mod exit {
    pub(crate) const FAULT: u8 = 1;
    pub(crate) const USAGE: u8 = 64;
    pub(crate) const UNAVAILABLE: u8 = 69;
    pub(crate) const SYSTEM: u8 = 71;
}

/// What does not let it come to a verdict: an exit status, and why.
type Failure = (u8, String);

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { 0 });
        }
    };
    match run(args).await {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                eprintln!("soak: {fault}");
            }
            ExitCode::from(exit::FAULT)
        }
        Err((status, why)) => {
            eprintln!("soak: {why}");
            ExitCode::from(status)
        }
    }
}

/// What is wrong with the server.
async fn run(args: Args) -> Result<Vec<String>, Failure> {
    #[cfg(unix)]
    smtp_example_kit::allow_descriptors();
    let system = |what: &str, error: &dyn Display| (exit::SYSTEM, format!("{what}: {error}"));
    let ledger = Ledger::open(args.journal.as_deref());
    let ledger = ledger.map_err(|error| system("cannot use the journal", &error))?;
    let Some(server) = args.server.as_deref().filter(|_| !args.check) else {
        return store(&args, &ledger);
    };
    let unavailable = |error: &dyn Display| (exit::UNAVAILABLE, format!("{server}: {error}"));
    let address =
        tokio::net::lookup_host(server).await.map_err(|error| unavailable(&error))?.next();
    let address = address.ok_or_else(|| unavailable(&"it has no address"))?;
    let world = World::new(address, args.largest, ledger);
    let mut world = world.map_err(|error| system("no peers", &error))?;
    world.look().await.map_err(|error| unavailable(&error))?;

    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("{} connections at a time to {address}, seed {seed}", args.connections);
    let world = Arc::new(world);
    let load = load::run(&args, &world, seed).await;
    summary::table(&world, &load);
    let mut faults = summary::server(&args, &world, &load);
    faults.extend(store(&args, &world.ledger)?);
    Ok(faults)
}

/// What is wrong with the store, if it is to be looked at.
fn store(args: &Args, ledger: &Ledger) -> Result<Vec<String>, Failure> {
    let Some(store) = &args.store else {
        println!("nothing was looked for: there is no --store");
        return Ok(Vec::new());
    };
    let findings = check::check(store, ledger);
    let findings = findings.map_err(|e| (exit::SYSTEM, format!("{}: {e}", store.display())))?;
    let faults = summary::store(&findings);
    if faults.is_empty() {
        println!("every acknowledged message is whole");
    }
    Ok(faults)
}
