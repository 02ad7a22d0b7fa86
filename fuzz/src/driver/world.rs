//! A connection between two ends that does what a fuzzer says, and a clock that stands still unless
//! nothing else can happen.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use arbitrary::Arbitrary;
use smtp_driver::{Clock, PollRead, Stream, Transport};
use smtp_proto::{Time, Tls};

/// What comes of one call of a stream.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Call {
    Whole,
    /// So many octets and one.
    Part(u8),
    /// Not now, but at once.
    NotYet,
    /// Not before everybody waits.
    Later,
    Interrupted,
    /// The connection breaks.
    Reset,
    /// The same, for a reason that does not just mean that the peer has gone.
    Fails,
}

/// One of the two directions.
#[derive(Default)]
struct Pipe {
    octets: VecDeque<u8>,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Default)]
pub struct World {
    /// What each side writes, and the other reads.
    pipes: [Pipe; 2],
    capacity: usize,
    calls: VecDeque<Call>,
    /// How many calls there were.
    pub count: usize,
    pub now: Time,
    alarms: [Option<(Time, Waker)>; 2],
    later: Vec<Waker>,
    broken: bool,
    /// Ends that were dropped.
    gone: [bool; 2],
    /// Something happened that a conversation may not survive.
    pub disturbed: bool,
    shaking: [Option<Waker>; 2],
    /// How the handshake ended.
    shaken: Option<bool>,
}

impl World {
    pub fn new(calls: impl IntoIterator<Item = Call>, capacity: usize) -> Rc<RefCell<Self>> {
        let calls = calls.into_iter().collect();
        Rc::new(RefCell::new(Self { capacity, calls, ..Self::default() }))
    }

    /// Lets happen what was put off. Whether there was anything.
    pub fn catch_up(&mut self) -> bool {
        let later = mem::take(&mut self.later);
        let any = !later.is_empty();
        later.into_iter().for_each(Waker::wake);
        any
    }

    /// Moves the time, to the next alarm if none is given. Whether anybody is to be woken.
    pub fn pass(&mut self, until: Option<Time>) -> bool {
        let next = self.alarms.iter().flatten().map(|(time, _)| *time).min();
        let Some(now) = until.or(next) else { return false };
        self.now = self.now.max(now);
        let mut any = false;
        for alarm in &mut self.alarms {
            if let Some((_, waker)) = alarm.take_if(|(time, _)| *time <= self.now) {
                waker.wake();
                any = true;
            }
        }
        any
    }

    fn wake_all(&mut self) {
        for pipe in &mut self.pipes {
            pipe.reader.take().into_iter().chain(pipe.writer.take()).for_each(Waker::wake);
        }
        self.shaking.iter_mut().filter_map(Option::take).for_each(Waker::wake);
    }

    /// What comes of this call: how many octets it may move.
    fn call(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.count += 1;
        if self.broken {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        let call = self.calls.pop_front().unwrap_or(Call::Whole);
        match call {
            Call::Whole => Poll::Ready(Ok(usize::MAX)),
            Call::Part(most) => Poll::Ready(Ok(1 + usize::from(most))),
            Call::NotYet => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Call::Later => {
                self.later.push(cx.waker().clone());
                Poll::Pending
            }
            Call::Interrupted => Poll::Ready(Err(ErrorKind::Interrupted.into())),
            Call::Reset | Call::Fails => {
                (self.broken, self.disturbed) = (true, true);
                self.wake_all();
                let reset = matches!(call, Call::Reset);
                let kind = if reset { ErrorKind::ConnectionReset } else { ErrorKind::Other };
                Poll::Ready(Err(kind.into()))
            }
        }
    }
}

/// What one side has of it, clock included.
pub struct End {
    world: Rc<RefCell<World>>,
    side: usize,
    /// It was shut down, and nothing may be written any more.
    shut: bool,
}

impl End {
    pub fn new(world: &Rc<RefCell<World>>, side: usize) -> Self {
        Self { world: Rc::clone(world), side, shut: false }
    }

    fn close(&mut self) {
        let mut world = self.world.borrow_mut();
        world.pipes[self.side].closed = true;
        world.wake_all();
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.world.borrow_mut().gone[self.side] = true;
        self.close();
    }
}

impl PollRead for End {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        assert!(!space.is_empty(), "a read into nothing looks like the end");
        let mut world = self.world.borrow_mut();
        let most = match world.call(cx) {
            Poll::Ready(Ok(most)) => most,
            other => return other,
        };
        let pipe = &mut world.pipes[1 - self.side];
        let count = pipe.octets.len().min(most).min(space.len());
        if count == 0 && !pipe.closed {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        for (to, from) in space.iter_mut().zip(pipe.octets.drain(..count)) {
            *to = from;
        }
        if let Some(writer) = pipe.writer.take() {
            writer.wake();
        }
        Poll::Ready(Ok(count))
    }
}

impl Transport for End {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        assert!(!self.shut, "something is written behind the end");
        let mut world = self.world.borrow_mut();
        let most = match world.call(cx) {
            Poll::Ready(Ok(most)) => most,
            other => return other,
        };
        if world.gone[1 - self.side] {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let capacity = world.capacity;
        let pipe = &mut world.pipes[self.side];
        let room = capacity - pipe.octets.len();
        if room == 0 {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let before = pipe.octets.len();
        let octets = slices.iter().flat_map(|slice| slice.iter().copied());
        pipe.octets.extend(octets.take(room.min(most)));
        if let Some(reader) = pipe.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(pipe.octets.len() - before))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.world.borrow_mut().call(cx).map_ok(|_| ())
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = self.world.borrow_mut().call(cx).map_ok(|_| ());
        if matches!(result, Poll::Ready(Ok(()))) {
            self.shut = true;
            self.close();
        }
        result
    }
}

impl Stream for End {
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        let mut world = self.world.borrow_mut();
        let ready = match world.call(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(result) => result.is_ok(),
        };
        let empty = world.pipes.iter().all(|pipe| pipe.octets.is_empty());
        let peer = 1 - self.side;
        if world.shaken.is_none() && ready && world.shaking[peer].is_none() {
            if world.pipes[peer].closed {
                return Poll::Ready(Err(ErrorKind::UnexpectedEof.into()));
            }
            world.shaking[self.side] = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if world.shaken.is_none() {
            // Where it fails, the other side may not have read yet that it was to be.
            assert!(empty || world.disturbed || !ready, "octets in the clear behind the handshake");
            world.shaken = Some(ready);
            world.disturbed |= !ready;
            world.wake_all();
        }
        let good = world.shaken == Some(true);
        Poll::Ready(if good { Ok(Tls::default()) } else { Err(ErrorKind::InvalidData.into()) })
    }
}

/// The clock of one side.
pub struct Watch {
    world: Rc<RefCell<World>>,
    side: usize,
}

impl Watch {
    pub fn new(world: &Rc<RefCell<World>>, side: usize) -> Self {
        Self { world: Rc::clone(world), side }
    }
}

impl Clock for Watch {
    fn now(&self) -> Time {
        self.world.borrow().now
    }

    fn poll_until(&mut self, cx: &mut Context<'_>, until: Time) -> Poll<()> {
        let mut world = self.world.borrow_mut();
        if until <= world.now {
            return Poll::Ready(());
        }
        world.alarms[self.side] = Some((until, cx.waker().clone()));
        Poll::Pending
    }
}
