//! A mail server that keeps what it gets in a directory, on Tokio: see `--help`.
//!
//! What it does is in `example-kit/src/receive`. Here is what it needs of Tokio.

use std::io;
use std::process::ExitCode;

use smtp_example_kit::receive::{self, Host};
use smtp_tokio::Tokio;
use tokio::task::spawn_blocking;

struct OnTokio;

impl Host for OnTokio {
    type Runtime = Tokio;

    async fn unblock<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        spawn_blocking(work).await?
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    receive::main::<OnTokio>().await
}
