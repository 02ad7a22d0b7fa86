//! Sends messages from files to one server, and tells what became of each recipient.
//!
//! See `--help`.
//!
//! | file | concern |
//! |---|---|
//! | `args` | the command line |
//! | `security` | when to encrypt, whom to trust, when a password may be sent |
//! | `message` | what is in a file, and reading it while it is sent |
//! | `deliver` | sharing the messages among connections |
//! | `report` | what the user hears, and progress |
//! | `status` | the exit status, from whatever went wrong |

mod args;
mod deliver;
mod message;
mod report;
mod security;
mod status;

use std::process::ExitCode;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use args::Args;
use deliver::Job;
use message::Message;
use report::Report;
use status::Status;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return if error.use_stderr() { Status::USAGE } else { Status::OK }.into();
        }
    };
    match run(args).await {
        Ok(status) => status.into(),
        Err((status, message)) => {
            eprintln!("send: {message}");
            status.into()
        }
    }
}

async fn run(args: Args) -> Result<Status, (Status, String)> {
    let options =
        args.options().map_err(|error| (Status::CONFIG, format!("no TLS to be had: {error}")))?;
    // Everything is read once before anything is sent: for what has to be said ahead (SIZE, BODY),
    // and because a mistyped name is better noticed now.
    let files = args.files.clone();
    let messages = spawn_blocking(move || message::read_all(&files)).await;
    let messages: Vec<Message> =
        messages
            .map_err(|error| (Status::SOFTWARE, error.to_string()))?
            .map_err(|(name, error)| (Status::NO_INPUT, format!("cannot read {name}: {error}")))?;
    let report = Arc::new(Report::new(&messages, &args));
    Job { messages, report: Arc::clone(&report), options, args }.run().await;
    Ok(report.finish())
}
