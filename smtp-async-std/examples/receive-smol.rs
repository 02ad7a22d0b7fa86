//! A mail server that keeps what it gets in a directory, on smol: see `--help`.
//!
//! What it does is in `example-kit/src/receive`. Here is what it needs of smol.

use std::io;
use std::process::ExitCode;

use smtp_async_std::smol::Smol;
use smtp_example_kit::receive::{self, Host};

struct OnSmol;

impl Host for OnSmol {
    type Runtime = Smol;

    async fn unblock<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        smol::unblock(work).await
    }
}

fn main() -> ExitCode {
    smol::block_on(receive::main::<OnSmol>())
}
