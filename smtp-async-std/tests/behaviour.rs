//! What every adapter does, in the worlds of async-std and smol.

#[cfg(feature = "async-std")]
mod by_async_std {
    use std::fs::File;

    use smtp_async_std::Io;
    use smtp_behaviour::World;

    struct AsyncStd;

    impl World for AsyncStd {
        type Runtime = smtp_async_std::AsyncStd;
        type File = Io<async_std::fs::File>;

        fn block_on<F: Future>(future: F) -> F::Output {
            async_std::task::block_on(future)
        }

        fn file(file: File) -> Self::File {
            Io(file.into())
        }
    }

    smtp_behaviour::suite!(AsyncStd);
}

#[cfg(feature = "smol")]
mod by_smol {
    use std::fs::File;

    use smtp_async_std::Io;
    use smtp_behaviour::World;

    struct Smol;

    impl World for Smol {
        type Runtime = smtp_async_std::smol::Smol;
        type File = Io<smol::fs::File>;

        fn block_on<F: Future>(future: F) -> F::Output {
            smol::block_on(future)
        }

        fn file(file: File) -> Self::File {
            Io(file.into())
        }
    }

    smtp_behaviour::suite!(Smol);
}
