//! Sends messages from files to one server, on Tokio: see `--help`.
//!
//! What it does is in `example-kit/src/send`. Here is what it needs of Tokio.

use std::process::ExitCode;

use smtp_example_kit::send::{self, Host};
use smtp_tokio::{Io, Tokio};
use tokio::fs::File;

struct OnTokio;

impl Host for OnTokio {
    type Runtime = Tokio;
    type File = Io<File>;

    fn file(file: std::fs::File) -> Io<File> {
        Io(File::from_std(file))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    send::main::<OnTokio>().await
}
