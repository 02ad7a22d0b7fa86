//! A stream and a clock that do what a test says.
#![allow(dead_code, reason = "not every test uses everything")]

pub(crate) mod script;
mod task;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::rc::Rc;
use std::task::{Context, Poll};

use smtp_driver::{Clock, PollRead, Stream, Transport};
use smtp_proto::{Machine, Time, Tls};

#[allow(unused_imports, reason = "not every test uses everything")]
pub(crate) use task::{Task, complete};

/// What the peer does next.
#[derive(Clone, Debug)]
pub(crate) enum Peer {
    Says(&'static str),
    Sends(Vec<u8>),
    /// Says the same for ever.
    Repeats(&'static str),
    /// Says nothing, unless something was written since.
    Awaits(&'static str),
    Closes,
    Fails(ErrorKind),
}

/// What happened on the stream, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Write,
    Flush,
    Shutdown,
    Upgrade,
}

/// What is behind the stream.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) peer: VecDeque<Peer>,
    pub(crate) output: Vec<u8>,
    /// Octets taken before writing fails, and how.
    pub(crate) write_limit: Option<(usize, ErrorKind)>,
    /// Writing waits for ever.
    pub(crate) write_stalls: bool,
    pub(crate) handshake: Option<Result<Tls, ErrorKind>>,
    pub(crate) shutdown: bool,
    /// What was written does not leave the stream yet.
    pub(crate) shutdown_stalls: bool,
    pub(crate) read: usize,
    pub(crate) reads: usize,
    pub(crate) calls: Vec<Call>,
    /// Not 0: partial reads and writes, and `Pending` now and then.
    pub(crate) chaos: u64,
    /// Every other call is interrupted by a signal.
    pub(crate) signals: bool,
    interrupted: bool,
    pub(crate) now: Time,
    pub(crate) alarm: Option<Time>,
}

impl World {
    fn random(&mut self, below: usize) -> usize {
        self.chaos ^= self.chaos << 13;
        self.chaos ^= self.chaos >> 7;
        self.chaos ^= self.chaos << 17;
        usize::try_from(self.chaos % below as u64).unwrap()
    }

    /// Now and then the stream is not ready, and will be at once.
    fn hesitates(&mut self, cx: &mut Context<'_>) -> bool {
        let hesitates = self.chaos != 0 && self.random(3) == 0;
        if hesitates {
            cx.waker().wake_by_ref();
        }
        hesitates
    }

    /// A signal comes in between.
    fn is_interrupted(&mut self) -> bool {
        self.interrupted = self.signals && !self.interrupted;
        self.interrupted
    }

    fn some_of(&mut self, count: usize) -> usize {
        if self.chaos == 0 || count == 0 { count } else { 1 + self.random(count.min(40)) }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.output.clone()).unwrap()
    }

    fn log(&mut self, call: Call) {
        if self.calls.last() != Some(&call) {
            self.calls.push(call);
        }
    }
}

#[derive(Clone, Default)]
pub(crate) struct Fake(pub(crate) Rc<RefCell<World>>);

impl Fake {
    pub(crate) fn new(peer: impl IntoIterator<Item = Peer>) -> Self {
        let fake = Self::default();
        fake.0.borrow_mut().peer = peer.into_iter().collect();
        fake
    }

    pub(crate) fn connect<M: Machine>(&self, machine: M) -> Task<M> {
        Task::new(machine, self)
    }
}

impl PollRead for Fake {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        assert!(!space.is_empty(), "a read into nothing looks like the end");
        let mut world = self.0.borrow_mut();
        world.reads += 1;
        if world.is_interrupted() {
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        if world.hesitates(cx) {
            return Poll::Pending;
        }
        let (text, again) = match world.peer.front().cloned() {
            None => return Poll::Pending,
            Some(Peer::Awaits(what)) => {
                if !world.text().ends_with(what) {
                    return Poll::Pending;
                }
                world.peer.pop_front();
                drop(world);
                return self.poll_read(cx, space);
            }
            Some(Peer::Closes) => return Poll::Ready(Ok(0)),
            Some(Peer::Fails(kind)) => return Poll::Ready(Err(kind.into())),
            Some(Peer::Says(text)) => (text.as_bytes().to_vec(), false),
            Some(Peer::Sends(octets)) => (octets, false),
            Some(Peer::Repeats(text)) => (text.repeat(100).into_bytes(), true),
        };
        let count = world.some_of(text.len().min(space.len()));
        space[..count].copy_from_slice(&text[..count]);
        if !again {
            world.peer.pop_front();
            if count < text.len() {
                world.peer.push_front(Peer::Sends(text[count..].to_vec()));
            }
        }
        world.read += count;
        Poll::Ready(Ok(count))
    }
}

impl Transport for Fake {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut world = self.0.borrow_mut();
        world.log(Call::Write);
        assert!(!world.shutdown, "write behind shutdown");
        if world.is_interrupted() {
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        if world.write_stalls || world.hesitates(cx) {
            return Poll::Pending;
        }
        let total: usize = slices.iter().map(|slice| slice.len()).sum();
        let mut count = world.some_of(total);
        if let Some((limit, kind)) = world.write_limit {
            if limit == world.output.len() {
                return Poll::Ready(Err(kind.into()));
            }
            count = count.min(limit - world.output.len());
        }
        let all = slices.iter().flat_map(|slice| slice.iter().copied());
        world.output.extend(all.take(count));
        Poll::Ready(Ok(count))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut world = self.0.borrow_mut();
        if world.is_interrupted() {
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        if world.hesitates(cx) {
            return Poll::Pending;
        }
        world.log(Call::Flush);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut world = self.0.borrow_mut();
        if world.is_interrupted() {
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        if world.shutdown_stalls || world.hesitates(cx) {
            return Poll::Pending;
        }
        world.log(Call::Shutdown);
        world.shutdown = true;
        Poll::Ready(Ok(()))
    }
}

impl Stream for Fake {
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        let mut world = self.0.borrow_mut();
        if world.hesitates(cx) {
            return Poll::Pending;
        }
        world.log(Call::Upgrade);
        match world.handshake.take() {
            None => Poll::Pending,
            Some(result) => Poll::Ready(result.map_err(io::Error::from)),
        }
    }
}

impl Clock for Fake {
    fn now(&self) -> Time {
        self.0.borrow().now
    }

    fn poll_until(&mut self, _: &mut Context<'_>, until: Time) -> Poll<()> {
        let mut world = self.0.borrow_mut();
        world.alarm = Some(until);
        if until <= world.now { Poll::Ready(()) } else { Poll::Pending }
    }
}
