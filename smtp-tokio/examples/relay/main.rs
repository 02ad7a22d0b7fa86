//! Passes mail on to the next server while it comes in, and keeps nothing: see `--help`.
//!
//! A server and a client, back to back: what a sender says to the one, the other says to the next
//! hop, and what that answers goes back.
//!
//! | file | concern |
//! |---|---|
//! | `args`, `security` | the command line, and what both sides are to be from it |
//! | `signals` | when to stop |
//! | `session` | a sender, and what it says passed on |
//! | `next_hop`, `transaction` | the next hop, as one sender sees it |
//! | `wire` | the two ways to the next hop |
//! | `answer` | what the sender is told |
//! | `patience` | how long it is left without an answer |
//! | `trace` | the trace a relay leaves, and the traces of others |
//!
//! What is kept of a message is what is on its way from one side to the other: some 100 KB, and as
//! much again for TLS, however large the message is.

mod answer;
mod args;
mod next_hop;
mod patience;
mod security;
mod session;
mod signals;
mod trace;
mod transaction;
mod wire;

use std::fmt::Display;
use std::future::poll_fn;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use smtp_example_kit::incidents;
use smtp_example_kit::receive::listen::Listen;
#[cfg(unix)]
use smtp_example_kit::receive::listen::Name;
use smtp_example_kit::send::server::Server;
use smtp_proto::server::Config;
use smtp_proto::syntax::capability::Extension;
use smtp_tokio::server::{Accept, Listener};
use smtp_tokio::{Connector, Drain, Io, ServerTls, Tokio};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tracing::{Level, info, warn};

use args::Args;
use signals::{GRACE, Signals};
use wire::{Route, Wire};

/// Why there is no relay: an exit status of `sysexits.h`, and what to say.
type Failure = (u8, String);

const USAGE: u8 = 64;
const UNAVAILABLE: u8 = 69;
const SYSTEM: u8 = 71;
const CONFIG: u8 = 78;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    smtp_example_kit::log_to_stderr(if args.verbose { Level::DEBUG } else { Level::INFO });
    #[cfg(unix)]
    smtp_example_kit::allow_descriptors();
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, message)) => {
            eprintln!("relay: {message}");
            ExitCode::from(status)
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    // First of all, so that no signal finds us without.
    let signals = Signals::catch().map_err(|e| (SYSTEM, format!("signals: {e}")))?;
    let config = args.client().map_err(|e| (USAGE, format!("--hostname: {e}")))?;
    let mut connector = Connector::new(config);
    connector.connect_timeout = args.connect_timeout();
    args.secure(&mut connector).map_err(|e| (CONFIG, format!("no TLS to be had: {e}")))?;
    match args.to.clone() {
        Server::Tcp { host, port } => {
            listen::<Io<TcpStream>>(args, Route::new(connector, (host, port)), signals).await
        }
        #[cfg(unix)]
        Server::Unix(path) => {
            listen::<Io<UnixStream>>(args, Route::new(connector, path), signals).await
        }
    }
}

async fn listen<T: Wire>(args: Args, route: Route<T>, signals: Signals) -> Result<(), Failure> {
    let config = Arc::new(args.server().map_err(|e| (USAGE, format!("--hostname: {e}")))?);
    let tls = args.server_tls();
    let tls = tls.map_err(|e| (CONFIG, format!("cannot use the certificate: {e}")))?;
    let unavailable = |e| (UNAVAILABLE, format!("cannot listen on {}: {e}", args.listen));
    match &args.listen {
        Listen::Tcp(address) => {
            let listener = Listener::<Tokio>::bind(address, config).map_err(unavailable)?;
            let address = listener.local_addr().map_err(unavailable)?;
            serve(&args, listener, address, tls, route, signals).await;
        }
        #[cfg(unix)]
        Listen::Unix(path) => {
            let bind = |path: &_| Listener::<Tokio, _>::bind_unix(path, Arc::clone(&config));
            let (listener, _name) = Name::bind(path, bind).map_err(unavailable)?;
            serve(&args, listener, &args.listen, tls, route, signals).await;
        }
    }
    Ok(())
}

async fn serve<L: Accept, T: Wire>(
    args: &Args,
    mut listener: Listener<Tokio, L>,
    address: impl Display,
    tls: Option<ServerTls>,
    route: Route<T>,
    signals: Signals,
) {
    listener.tls = tls;
    listener.implicit_tls = args.implicit_tls;
    listener.max_connections = args.max_connections;
    listener.observer = incidents::observer();
    let (drain, mut stop) = Drain::new();
    tokio::spawn(signals.obey(drain));
    // For whoever started us on port 0 and has to know. It may have closed its end.
    let _ = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());

    let route = Arc::new(route);
    let (everybody, known) = (Arc::clone(&listener.config), Arc::clone(&route));
    listener.config_for = Box::new(move |_| {
        let mut config = Config::clone(&everybody);
        config.extensions.push(Extension::Dsn);
        known.takes_dsn().then(|| Arc::new(config))
    });
    let handler = move |conn, peer| session::relay(Arc::clone(&route), conn, peer);
    let cut = stop.clone();
    tokio::select! {
        statistics = listener.serve(handler, cut, GRACE) => {
            if statistics.aborted > 0 {
                warn!("{} connections were not over in time and cut off", statistics.aborted);
            }
            info!("stopped after {} connections", statistics.accepted);
        }
        () = poll_fn(|cx| stop.poll_cut(cx)) => {}
    }
}
