//! Content that comes when it likes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use smtp_driver::client::BodySource;

use crate::drive::Side;
use crate::time::Sleep;

/// Content from a slow disk, which may fail.
pub(crate) struct Source {
    side: Side,
    content: Bytes,
    nap: Option<Pin<Box<Sleep>>>,
    /// It does not do what it should, now and then.
    fails: bool,
    /// All of it is in memory.
    shown: bool,
}

impl Source {
    pub(crate) fn new(side: &Side, content: Bytes, calm: bool) -> Self {
        let fails = !calm && side.world.chance(side.habits.contrary / 4);
        let shown = calm || side.world.chance(50);
        Self { side: side.clone(), content, nap: None, fails, shown }
    }
}

impl BodySource for Source {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let world = &self.side.world;
        if self.nap.is_none() && world.chance(self.side.habits.slow) {
            let nap = world.duration(self.side.habits.nap);
            self.nap = Some(Box::pin(world.sleep(nap)));
        }
        if let Some(nap) = &mut self.nap {
            let over = nap.as_mut().poll(cx);
            self.side.pauses(over.is_pending());
            ready!(over);
            self.nap = None;
        }
        self.side.pauses(false);
        world.state().activity += 1;
        if self.fails && world.chance(30) {
            world.count("client: content fails");
            return Poll::Ready(Err(io::ErrorKind::NotFound.into()));
        }
        let octets = 1 + world.below(room);
        let piece = self.content.split_to(octets.min(self.content.len()));
        Poll::Ready(Ok(Some(piece).filter(|piece| !piece.is_empty())))
    }

    fn content(&self) -> Option<&[u8]> {
        self.shown.then_some(&self.content[..])
    }
}
