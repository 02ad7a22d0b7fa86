//! What every adapter does, in the world of threads.
#![cfg(unix)]

use std::fs::File;

use smtp_behaviour::World;
use smtp_blocking::Io;

struct Threads;

impl World for Threads {
    type Runtime = smtp_blocking::Threads;
    type File = Io<File>;

    fn block_on<F: Future>(future: F) -> F::Output {
        smtp_blocking::block_on(future)
    }

    fn file(file: File) -> Self::File {
        Io(file)
    }
}

smtp_behaviour::suite!(Threads);
