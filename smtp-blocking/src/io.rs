//! Streams and readers of the standard library's kind.

use std::io::{self, IoSlice, Read, Write};
use std::task::{Context, Poll};

use smtp_driver::{PollRead, Transport};

use crate::park;

/// A stream of octets in both directions.
///
/// It either never waits, or sits on a [`Socket`](crate::Socket) and passes on its
/// [`WouldBlock`](io::ErrorKind::WouldBlock), as streams made for sockets that don't block do.
pub trait Duplex: Read + Write {
    /// Tells the peer that nothing more will be written. Reading goes on.
    fn close_write(&mut self) -> io::Result<()>;
}

/// A stream or a reader of the standard library's kind, as the [driver](smtp_driver) knows it.
#[derive(Clone, Debug)]
pub struct Io<T>(pub T);

impl<T: Read> PollRead for Io<T> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        outcome(cx, self.0.read(space))
    }
}

impl<T: Duplex> Transport for Io<T> {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // For a single slice there is a cheaper call into the system.
        let written = match slices {
            [slice] => self.0.write(slice),
            _ => self.0.write_vectored(slices),
        };
        outcome(cx, written)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        outcome(cx, self.0.flush())
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        outcome(cx, self.0.close_write())
    }
}

/// What would block has said for what.
pub(crate) fn outcome<T>(cx: &mut Context<'_>, result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            park::wake(cx.waker());
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}
