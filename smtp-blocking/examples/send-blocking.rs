//! Sends messages from files to one server, on threads: see `--help`.
//!
//! What it does is in `example-kit/src/send`. Here is what it needs of a world of threads.

use std::fs::File;
use std::process::ExitCode;

use smtp_blocking::{Io, Threads, block_on};
use smtp_example_kit::send::{self, Host};

struct OnThreads;

impl Host for OnThreads {
    type Runtime = Threads;
    type File = Io<File>;

    fn file(file: File) -> Io<File> {
        Io(file)
    }
}

fn main() -> ExitCode {
    block_on(send::main::<OnThreads>())
}
