//! A stream in memory that counts what is asked of it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::task::{Context, Poll};

use smtp_driver::{Clock, PollRead, Stream, Transport};
use smtp_proto::{Time, Tls};

/// How much one direction holds.
const CAPACITY: usize = 64 << 10;

#[derive(Clone, Default)]
struct Direction(Rc<RefCell<(VecDeque<u8>, bool)>>);

/// What was asked of a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) reads: u64,
    pub(crate) waits: u64,
    pub(crate) writes: u64,
    pub(crate) slices: u64,
    pub(crate) flushes: u64,
}

/// One end of a pipe.
#[derive(Default)]
pub(crate) struct End {
    incoming: Direction,
    outgoing: Direction,
    pub(crate) calls: Rc<RefCell<Calls>>,
}

/// Two ends.
pub(crate) fn pipe() -> (End, End) {
    let one = End::default();
    let other = End {
        incoming: one.outgoing.clone(),
        outgoing: one.incoming.clone(),
        calls: Rc::default(),
    };
    (one, other)
}

impl PollRead for End {
    fn poll_read(&mut self, _: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let (octets, is_closed) = &mut *self.incoming.0.borrow_mut();
        let mut calls = self.calls.borrow_mut();
        if octets.is_empty() && !*is_closed {
            calls.waits += 1;
            return Poll::Pending;
        }
        calls.reads += 1;
        Poll::Ready(io::Read::read(octets, space))
    }
}

impl Transport for End {
    fn poll_write_vectored(
        &mut self,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let (octets, _) = &mut *self.outgoing.0.borrow_mut();
        let mut calls = self.calls.borrow_mut();
        calls.writes += 1;
        calls.slices += slices.len() as u64;
        let room = CAPACITY - octets.len();
        if room == 0 {
            return Poll::Pending;
        }
        let before = octets.len();
        octets.extend(slices.iter().flat_map(|slice| slice.iter()).take(room));
        Poll::Ready(Ok(octets.len() - before))
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.calls.borrow_mut().flushes += 1;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.0.borrow_mut().1 = true;
        Poll::Ready(Ok(()))
    }
}

impl Stream for End {
    fn poll_upgrade(&mut self, _: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}

/// Time stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time::ZERO
    }

    fn poll_until(&mut self, _: &mut Context<'_>, _: Time) -> Poll<()> {
        Poll::Pending
    }
}
