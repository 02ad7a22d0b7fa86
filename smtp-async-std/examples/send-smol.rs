//! Sends messages from files to one server, on smol: see `--help`.
//!
//! What it does is in `example-kit/src/send`. Here is what it needs of smol.

use std::process::ExitCode;

use smol::Unblock;
use smtp_async_std::{Io, smol::Smol};
use smtp_example_kit::send::{self, Host};

struct OnSmol;

impl Host for OnSmol {
    type Runtime = Smol;
    type File = Io<Unblock<std::fs::File>>;

    fn file(file: std::fs::File) -> Self::File {
        Io(Unblock::new(file))
    }
}

fn main() -> ExitCode {
    smol::block_on(send::main::<OnSmol>())
}
