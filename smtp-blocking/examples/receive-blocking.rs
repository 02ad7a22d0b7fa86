//! A mail server that keeps what it gets in a directory, on threads: see `--help`.
//!
//! What it does is in `example-kit/src/receive`. Here is what it needs of a world of threads.

use std::io;
use std::process::ExitCode;

use smtp_blocking::{Threads, block_on};
use smtp_example_kit::receive::{self, Host};

struct OnThreads;

impl Host for OnThreads {
    type Runtime = Threads;

    async fn unblock<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        work()
    }
}

fn main() -> ExitCode {
    block_on(receive::main::<OnThreads>())
}
