//! A mail server that keeps what it gets in a directory.
//!
//! Every accepted message becomes `ID.eml`, which is exactly its octets, and `ID.json`, which says
//! where it came from and whom it is for. Both are safe on disk before the client hears 250. See
//! `--help`.
//!
//! | file | concern |
//! |---|---|
//! | `args` | the command line, and what the server is to be from it |
//! | `store` | messages on disk |
//! | `record` | what `ID.json` says |
//! | `session` | one conversation |
//! | `auth` | who may log in |
//! | `signals` | when to stop |

mod args;
mod auth;
mod record;
mod session;
mod signals;
mod store;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use smtp_tokio::{Listener, tls};
use tokio::sync::oneshot;
use tracing::{info, warn};

use args::Args;
use session::{Service, serve};
use signals::Signals;
use store::Store;

/// How long transactions in progress may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { 0 });
        }
    };
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .with_max_level(if args.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO })
        .init();
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("receive: {failure}");
            ExitCode::from(failure.status)
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    // First of all, so that no signal finds us without.
    let mut signals = Signals::new().map_err(|e| Failure::new(exit::SYSTEM, "signals", e))?;
    let config = args.config().map_err(|e| Failure::new(exit::USAGE, "--hostname", e))?;
    let tls = match args.tls_files() {
        Some((cert, key)) => {
            let config = tls::server_config(cert, key);
            Some(config.map_err(|e| Failure::new(exit::CONFIG, "cannot use the certificate", e))?)
        }
        None => None,
    };
    let store = Store::open(&args.dir).map_err(|e| {
        let what = format!("cannot keep messages in {}", args.dir.display());
        Failure::new(exit::CANNOT_CREATE, what, e)
    })?;
    let mut listener = Listener::bind(&args.listen, config).await.map_err(|e| {
        Failure::new(exit::UNAVAILABLE, format!("cannot listen on {}", args.listen), e)
    })?;
    listener.tls = tls;
    listener.implicit_tls = args.implicit_tls;
    listener.max_connections = args.max_connections;
    listener.observer = Box::new(|incident| warn!("{incident}"));

    let address = listener
        .local_addr()
        .map_err(|e| Failure::new(exit::SYSTEM, "cannot tell the own address", e))?;
    // For whoever started us on port 0 and has to know. It may have closed its end.
    let _ = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());

    let service = Arc::new(Service { store, users: args.users() });
    let (stop, stopped) = oneshot::channel::<()>();
    let mut server = pin!(listener.serve(
        move |conn, peer| serve(Arc::clone(&service), conn, peer),
        async { stopped.await.unwrap_or_default() },
        GRACE,
    ));
    tokio::select! {
        _ = &mut server => return Ok(()),
        signal = signals.next() => {
            info!("{signal}: finishing what is in progress, {} s at most", GRACE.as_secs());
        }
    }
    drop(stop);
    tokio::select! {
        statistics = &mut server => {
            if statistics.aborted > 0 {
                warn!("{} connections were not over in time and cut off", statistics.aborted);
            }
            info!("stopped after {} connections", statistics.accepted);
        }
        signal = signals.next() => warn!("{signal} again: stopping at once"),
    }
    Ok(())
}

/// Exit statuses, as in `sysexits.h`.
mod exit {
    pub(crate) const USAGE: u8 = 64;
    pub(crate) const UNAVAILABLE: u8 = 69;
    pub(crate) const SYSTEM: u8 = 71;
    pub(crate) const CANNOT_CREATE: u8 = 73;
    pub(crate) const CONFIG: u8 = 78;
}

/// Why there is no server.
struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    fn new(status: u8, what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self { status, message: format!("{what}: {why}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
