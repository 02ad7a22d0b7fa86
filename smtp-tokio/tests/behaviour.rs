//! What every adapter does, in the world of Tokio.

use std::fs::File;

use smtp_behaviour::World;
use smtp_tokio::Io;
use tokio::runtime::Builder;

struct Tokio;

impl World for Tokio {
    type Runtime = smtp_tokio::Tokio;
    type File = Io<tokio::fs::File>;

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(future)
    }

    fn file(file: File) -> Self::File {
        Io(tokio::fs::File::from_std(file))
    }
}

smtp_behaviour::suite!(Tokio);
