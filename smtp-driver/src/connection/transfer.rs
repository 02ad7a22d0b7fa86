//! Moving bytes between a machine and its stream.

#![expect(clippy::indexing_slicing, reason = "there are not more pieces than slices for them")]

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use bytes::Buf;
use smtp_proto::{Machine, Time, Wait};

use super::inner::{Inner, LAST_WORDS};
use super::memory;
use crate::{Clock, Stream};

/// How many pieces one write takes at most.
const SLICES: usize = 16;

impl<M: Machine, S: Stream, C: Clock> Inner<M, S, C> {
    /// Tries everything that is wanted. Ready when something moved, time included: the machine is
    /// to be asked again. Otherwise the task is registered for everything that may move.
    pub(super) fn poll_transfer(
        &mut self,
        cx: &mut Context<'_>,
        wait: Wait,
        now: Time,
    ) -> Poll<()> {
        if self.last_words.is_some_and(|until| until <= now) {
            self.last_words = None;
            self.machine.inbox().close();
            return Poll::Ready(());
        }
        let read = wait.read && !self.machine.inbox().is_closed();
        let until = wait.until.into_iter().chain(self.last_words).min();
        let mut moved = Poll::Pending;
        if wait.write && self.poll_write(cx, now).is_ready() {
            moved = Poll::Ready(());
        }
        if self.unflushed && self.poll_flush(cx).is_ready() {
            self.unflushed = false;
            if self.failure.is_some() {
                self.stop_writing(now);
                moved = Poll::Ready(());
            }
        }
        if read && self.poll_read(cx).is_ready() {
            moved = Poll::Ready(());
        }
        if moved.is_ready() {
            return moved;
        }
        memory::take_back(&mut self.machine);
        until.map_or(Poll::Pending, |until| self.clock.poll_until(cx, until))
    }

    /// Ready when nothing is left to be written, or nothing can be.
    pub(super) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.now();
        while !self.machine.outbox().is_empty() {
            ready!(self.poll_write(cx, now));
        }
        if self.unflushed {
            ready!(self.poll_flush(cx));
            self.unflushed = false;
            if self.failure.is_some() {
                self.stop_writing(now);
            }
        }
        Poll::Ready(())
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, now: Time) -> Poll<()> {
        let outbox = self.machine.outbox();
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slot, piece) in slices.iter_mut().zip(outbox.slices()) {
            *slot = IoSlice::new(piece);
            count += 1;
        }
        if count == 0 {
            return Poll::Pending;
        }
        let written = match self.stream.poll_write_vectored(cx, &slices[..count]) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
            Poll::Ready(result) => result,
        };
        match written {
            Ok(octets) => {
                self.trace.written::<M>(&slices[..count], octets);
                outbox.advance(octets);
                self.unflushed = true;
            }
            Err(error) if is_interrupted(&error) => {}
            Err(error) => {
                self.failure.get_or_insert(error);
                self.stop_writing(now);
            }
        }
        Poll::Ready(())
    }

    /// Ready when there is nothing more to flush, or never will be: see `failure`.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.stream.poll_flush(cx) {
            Poll::Ready(Err(error)) if is_interrupted(&error) => again(cx),
            Poll::Ready(Err(error)) => {
                self.failure.get_or_insert(error);
                Poll::Ready(())
            }
            flushed => flushed.map(drop),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        memory::lend(&mut self.machine);
        let inbox = self.machine.inbox();
        let space = inbox.space();
        if space.is_empty() {
            debug_assert!(false, "a machine that wants to read has room for it");
            return Poll::Pending; // not the end of the stream
        }
        self.stream.poll_read(cx, space).map(|result| match result {
            Ok(0) => inbox.close(),
            Ok(octets) => inbox.commit(octets),
            Err(error) if is_interrupted(&error) => {}
            Err(error) => {
                inbox.close();
                self.failure.get_or_insert(error);
            }
        })
    }

    /// Nothing can be written any more. What the peer said before that may still be read.
    fn stop_writing(&mut self, now: Time) {
        self.machine.outbox().close();
        self.mute = true;
        self.unflushed = false;
        if !self.machine.inbox().is_closed() {
            self.last_words = Some(now.saturating_add(LAST_WORDS));
        }
    }
}

/// Whether a signal came in between, and nothing happened.
pub(super) fn is_interrupted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}

/// To be asked again at once.
pub(super) fn again(cx: &Context<'_>) -> Poll<()> {
    cx.waker().wake_by_ref();
    Poll::Pending
}
