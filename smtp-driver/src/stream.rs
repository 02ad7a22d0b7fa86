//! What a connection needs to know of a stream of bytes.

use std::io::{self, IoSlice};
use std::task::{Context, Poll};

use smtp_proto::{Tls, Wait};

/// A stream of bytes in both directions that can be encrypted on the way.
///
/// All state is in the stream, including that of a handshake under way: giving up on a call that
/// returned `Pending` loses nothing, and every call may be made again.
pub trait Stream {
    /// Reads into `space`, which is not empty. 0 means that the peer will send no more.
    ///
    /// The end of an encrypted stream without `close_notify` is an error,
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>>;

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

    /// Shakes hands (TLS). What is read and written afterwards is encrypted.
    ///
    /// After an error the stream is of no more use.
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>>;

    /// What is about to be tried, and until when it is of interest.
    ///
    /// Called before each round of reads and writes. A stream that wakes a task has no use for
    /// this. A stream that blocks learns here how it may block: if one direction is wanted, in that
    /// one, until `wait.until`; if both are, in neither for so long that the other could have
    /// moved; if none is, here. It returns `Pending` when time is up, and whoever polls the
    /// connection polls again at once.
    fn prepare(&mut self, wait: Wait) {
        let _ = wait;
    }
}
