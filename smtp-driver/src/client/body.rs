//! Where the content of a message comes from.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;

/// The content of a message, read piece by piece as the connection has room for it.
///
/// Lines end with CRLF. What else is made into one is up to
/// [`newlines`](smtp_proto::client::Config::newlines); dots are the client's business.
pub trait BodySource {
    /// The next piece: not empty, and `None` at the end.
    ///
    /// `room` is how many octets are welcome; more are taken too, and held. An error breaks the
    /// message off: the server does not get it.
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>>;

    /// All of the content, if it is in memory. Lets the [envelope](super::describe) say what is
    /// in it.
    fn content(&self) -> Option<&[u8]> {
        None
    }
}

/// Shared, not copied.
impl BodySource for Bytes {
    fn poll_piece(&mut self, _: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let piece = self.split_to(room.max(1).min(self.len()));
        Poll::Ready(Ok(Some(piece).filter(|piece| !piece.is_empty())))
    }

    fn content(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// Copied piece by piece.
impl BodySource for &[u8] {
    fn poll_piece(&mut self, _: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let (piece, rest) = self.split_at(room.max(1).min(self.len()));
        *self = rest;
        Poll::Ready(Ok((!piece.is_empty()).then(|| Bytes::copy_from_slice(piece))))
    }

    fn content(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<B: BodySource + ?Sized> BodySource for &mut B {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        (**self).poll_piece(cx, room)
    }

    fn content(&self) -> Option<&[u8]> {
        (**self).content()
    }
}

impl<B: BodySource + ?Sized> BodySource for Box<B> {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        (**self).poll_piece(cx, room)
    }

    fn content(&self) -> Option<&[u8]> {
        (**self).content()
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;

    use super::BodySource;

    fn pieces(mut source: impl BodySource, room: usize) -> Vec<Bytes> {
        let mut cx = Context::from_waker(Waker::noop());
        let mut pieces = Vec::new();
        while let Poll::Ready(Ok(Some(piece))) = source.poll_piece(&mut cx, room) {
            pieces.push(piece);
        }
        pieces
    }

    #[test]
    fn content_comes_in_pieces_that_fit() {
        assert_eq!(pieces(Bytes::from_static(b"abcde"), 2), ["ab", "cd", "e"]);
        assert_eq!(pieces(&b"abcde"[..], 2), ["ab", "cd", "e"]);
        assert_eq!(pieces(&mut Bytes::from_static(b"ab"), 0), ["a", "b"]);
        assert!(pieces(Bytes::new(), 2).is_empty());
    }
}
