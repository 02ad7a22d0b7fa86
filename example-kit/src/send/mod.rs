//! Sends messages from files to one server, and tells what became of each recipient. See `--help`.
//!
//! | file | concern |
//! |---|---|
//! | `args` | the command line |
//! | `requests` | what is asked of the server besides |
//! | `server` | which server |
//! | `security` | when to encrypt, whom to trust, when a password may be sent |
//! | `message` | what is in a file, and reading it while it is sent |
//! | `deliver` | sharing the messages among connections |
//! | `dial` | making them |
//! | `report` | what the user hears, and progress |
//! | `status` | the exit status, from whatever went wrong |

mod args;
mod deliver;
mod dial;
mod message;
mod report;
mod requests;
mod security;
pub mod server;
mod status;

use std::process::ExitCode;
use std::sync::Arc;

use smtp_driver::{PollRead, Runtime};

use args::Args;
use deliver::Job;
use report::Report;
use status::Status;

/// What the client needs of a world.
pub trait Host: Send + Sync + 'static {
    /// Its sockets and tasks.
    type Runtime: Runtime;

    /// A file that is read as files are read there.
    type File: PollRead + Send + 'static;

    /// Takes over a file that was opened.
    fn file(file: std::fs::File) -> Self::File;
}

/// All of the program. It is the only thing to be done at first, so it may block.
pub async fn main<H: Host>() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return if error.use_stderr() { Status::USAGE } else { Status::OK }.into();
        }
    };
    match run::<H>(args).await {
        Ok(status) => status.into(),
        Err((status, message)) => {
            eprintln!("send: {message}");
            status.into()
        }
    }
}

async fn run<H: Host>(args: Args) -> Result<Status, (Status, String)> {
    let connector =
        args.connector().map_err(|error| (Status::CONFIG, format!("no TLS to be had: {error}")))?;
    let envelope = args.envelope().map_err(|error| (Status::USAGE, error.to_string()))?;
    // Everything is read once before anything is sent: for what has to be said ahead (SIZE, BODY),
    // and because a mistyped name is better noticed now.
    let messages = message::read_all(&args.files)
        .map_err(|(name, error)| (Status::NO_INPUT, format!("cannot read {name}: {error}")))?;
    let report = Arc::new(Report::new(&messages, &args));
    Job::<H> { messages, report: Arc::clone(&report), connector, envelope, args }.run().await;
    Ok(report.finish())
}
