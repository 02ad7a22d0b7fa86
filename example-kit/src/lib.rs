//! The examples `receive` and `send`, for any runtime.
//!
//! Each adapter has both, with the same options and the same behaviour: all of that is here. What
//! is left to an example is what it needs of its runtime: a [`receive::Host`], a [`send::Host`].

pub mod incidents;
pub mod receive;
pub mod send;

use std::io::{self, IsTerminal};

/// What this machine calls itself, if that can be told and makes sense.
#[must_use]
pub fn own_name<T: std::str::FromStr>() -> Option<T> {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_str().ok()?.parse().ok();
    #[cfg(not(unix))]
    None
}

/// Has the system allow this process as many descriptors as it may. Each connection takes one or two,
/// each message in progress another, and many systems begin with 1024.
#[cfg(unix)]
pub fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // What is refused here shows when they run out: accepting is put off then.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Has the log, up to this level, go to standard error. To be called once.
pub fn log_to_stderr(level: tracing::Level) {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // Of a log that can't be written it would tell by a panic, in the middle of a connection.
        .log_internal_errors(false)
        .with_max_level(level)
        .init();
}
