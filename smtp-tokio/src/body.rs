//! Message content from a reader.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use smtp_driver::client::BodySource;
use tokio::io::{AsyncRead, ReadBuf};

/// The least and the most that is read at a time, in octets.
const PIECE: (usize, usize) = (4 << 10, 64 << 10);

/// Message content from any reader of Tokio's.
#[derive(Debug)]
pub struct ReaderBody<R> {
    reader: R,
    /// Initialised room for what is read.
    space: BytesMut,
}

impl<R: AsyncRead + Unpin> ReaderBody<R> {
    /// Content that lasts until the reader is at its end.
    pub fn new(reader: R) -> Self {
        Self { reader, space: BytesMut::new() }
    }

    /// The reader.
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: AsyncRead + Unpin> BodySource for ReaderBody<R> {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let room = room.clamp(PIECE.0, PIECE.1);
        if self.space.len() < PIECE.0 {
            self.space = BytesMut::zeroed(room);
        }
        let end = room.min(self.space.len());
        let mut buffer = ReadBuf::new(&mut self.space[..end]);
        ready!(Pin::new(&mut self.reader).poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        let piece = (read > 0).then(|| self.space.split_to(read).freeze());
        Poll::Ready(Ok(piece))
    }
}
