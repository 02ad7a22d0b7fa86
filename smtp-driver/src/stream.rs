//! What a connection needs to know of a stream of bytes.
//!
//! Three traits, each with what the one before lacks: octets come out of a [`PollRead`], go into a
//! [`Transport`] as well, and a [`Stream`] can be encrypted on the way.
//!
//! All state is in the value, including that of a handshake under way: giving up on a call that
//! returned `Pending` loses nothing, and every call may be made again.

use std::io::{self, IoSlice};
use std::task::{Context, Poll};

use smtp_proto::Tls;

/// Where octets come from.
pub trait PollRead {
    /// Reads into `space`, which is not empty. 0 means that no more will come.
    ///
    /// The end of an encrypted stream without `close_notify` is an error,
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>>;
}

/// A stream of octets in both directions.
pub trait Transport: PollRead {
    /// Writes some of what is in the slices, in order; tells how many octets it took.
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;

    /// Passes on what was taken and kept back.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Tells the peer that nothing more will be written: `close_notify`, and the end of the
    /// stream's own direction. Reading goes on.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// A transport that can be encrypted on the way.
pub trait Stream: Transport {
    /// Shakes hands (TLS). What is read and written afterwards is encrypted.
    ///
    /// After an error the stream is of no more use.
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>>;
}
