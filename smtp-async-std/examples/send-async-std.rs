//! Sends messages from files to one server, on async-std: see `--help`.
//!
//! What it does is in `example-kit/src/send`. Here is what it needs of async-std.

use std::process::ExitCode;

use async_std::fs::File;
use smtp_async_std::{AsyncStd, Io};
use smtp_example_kit::send::{self, Host};

struct OnAsyncStd;

impl Host for OnAsyncStd {
    type Runtime = AsyncStd;
    type File = Io<File>;

    fn file(file: std::fs::File) -> Self::File {
        Io(file.into())
    }
}

fn main() -> ExitCode {
    async_std::task::block_on(send::main::<OnAsyncStd>())
}
