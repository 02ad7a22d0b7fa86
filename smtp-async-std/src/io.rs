//! Streams, sockets and readers of `futures-io`.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use smtp_driver::{PollRead, Transport};

/// Something of `futures-io`, as the [driver](smtp_driver) knows it: a stream, a reader, a socket
/// that listens.
#[derive(Clone, Debug)]
pub struct Io<T>(pub T);

impl<T: AsyncRead + Unpin> PollRead for Io<T> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, space)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Transport for Io<T> {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // For a single slice there is a cheaper call into the system.
        match slices {
            [slice] => Pin::new(&mut self.0).poll_write(cx, slice),
            _ => Pin::new(&mut self.0).poll_write_vectored(cx, slices),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
