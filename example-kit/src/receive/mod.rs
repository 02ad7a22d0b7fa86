//! A mail server that keeps what it gets in a directory.
//!
//! Every accepted message becomes `ID.eml`, which is exactly its octets, and `ID.json`, which says
//! where it came from and whom it is for. Both are safe on disk before the client hears 250. See
//! `--help`.
//!
//! | file | concern |
//! |---|---|
//! | `args` | the command line, and what the server is to be from it |
//! | `offers`, `extensions` | what clients are offered |
//! | `listen` | the socket: where to listen |
//! | `serve` | the server, from its start to its end |
//! | `signals` | when to stop, when to read the certificate again |
//! | `session` | one conversation |
//! | `discard` | one that leaves nothing behind |
//! | `auth` | who may log in, and how |
//! | `users` | who there is, and by what they are known |
//! | `certificate` | TLS, and the files it comes from |
//! | `identity` | whom a client's certificate names |
//! | `store` | messages on disk |
//! | `record`, `requests` | what `ID.json` says |
//! | `proxied` | whom a trusted client speaks for |
//! | `failure` | why there is no server |

mod args;
mod auth;
mod certificate;
mod discard;
mod extensions;
mod failure;
mod identity;
pub mod listen;
mod offers;
mod policy;
mod proxied;
mod record;
mod requests;
mod serve;
mod session;
mod signals;
mod store;
mod users;

use std::future::Future;
use std::io;
use std::process::ExitCode;

use smtp_driver::Runtime;

use args::Args;
use failure::exit;

/// What the server needs of a world.
pub trait Host: Send + Sync + 'static {
    /// Its sockets and tasks.
    type Runtime: Runtime;

    /// Does work that blocks, with the disk, where that holds up nobody else.
    fn unblock<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> impl Future<Output = io::Result<T>> + Send;
}

/// All of the program. It is the only thing to be done at first, so it may block.
pub async fn main<H: Host>() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come this way too; they are no errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { 0 });
        }
    };
    crate::log_to_stderr(args.log_level());
    #[cfg(unix)]
    crate::allow_descriptors();
    match serve::run::<H>(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("receive: {failure}");
            failure.into()
        }
    }
}
