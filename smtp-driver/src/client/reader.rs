//! Message content from a reader.

#![expect(clippy::indexing_slicing, reason = "`end` is not behind the end of the space")]

use std::io;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};

use super::BodySource;
use crate::PollRead;

/// The least and the most that is read at a time, in octets.
const PIECE: (usize, usize) = (4 << 10, 64 << 10);

/// Message content from a reader, a piece at a time: never more of it is in memory than one piece.
#[derive(Debug)]
pub struct ReaderBody<R> {
    reader: R,
    /// Initialised room for what is read.
    space: BytesMut,
}

impl<R: PollRead> ReaderBody<R> {
    /// Content that lasts until the reader is at its end.
    pub fn new(reader: R) -> Self {
        Self { reader, space: BytesMut::new() }
    }

    /// The reader.
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: PollRead> BodySource for ReaderBody<R> {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let room = room.clamp(PIECE.0, PIECE.1);
        if self.space.len() < PIECE.0 {
            self.space = BytesMut::zeroed(room);
        }
        let end = room.min(self.space.len());
        let read = loop {
            match ready!(self.reader.poll_read(cx, &mut self.space[..end])) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        let piece = (read > 0).then(|| self.space.split_to(read).freeze());
        Poll::Ready(Ok(piece))
    }
}
