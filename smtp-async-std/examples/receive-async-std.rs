//! A mail server that keeps what it gets in a directory, on async-std: see `--help`.
//!
//! What it does is in `example-kit/src/receive`. Here is what it needs of async-std.

use std::io;
use std::process::ExitCode;

use smtp_async_std::AsyncStd;
use smtp_example_kit::receive::{self, Host};

struct OnAsyncStd;

impl Host for OnAsyncStd {
    type Runtime = AsyncStd;

    async fn unblock<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        async_std::task::spawn_blocking(work).await
    }
}

fn main() -> ExitCode {
    async_std::task::block_on(receive::main::<OnAsyncStd>())
}
