//! A task that notices when it is stuck.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use smtp_driver::{Connection, Error};
use smtp_proto::{Machine, Time};

use super::Fake;

#[derive(Default)]
pub(crate) struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A connection in a task of its own, in a world where nothing else happens: when the task waits,
/// time passes.
pub(crate) struct Task<M: Machine> {
    pub(crate) conn: Connection<M, Fake, Fake>,
    fake: Fake,
    woken: Arc<Flag>,
}

/// Nothing will ever happen again.
#[derive(Debug)]
pub(crate) struct Stuck;

impl<M: Machine> Task<M> {
    pub(crate) fn new(machine: M, fake: &Fake) -> Self {
        Self {
            conn: Connection::new(machine, fake.clone(), fake.clone()),
            fake: fake.clone(),
            woken: Arc::new(Flag::default()),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<M::Event>, Error> {
        self.next_within(Duration::MAX).expect("nothing will ever happen again")
    }

    /// Lets time pass up to `limit`, no further.
    pub(crate) fn next_within(
        &mut self,
        limit: Time,
    ) -> Result<Result<Option<M::Event>, Error>, Stuck> {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..100_000 {
            self.fake.0.borrow_mut().alarm = None;
            self.woken.0.store(false, Ordering::SeqCst);
            if let Poll::Ready(result) = self.conn.poll_next(&mut cx) {
                return Ok(result);
            }
            if self.woken.0.load(Ordering::SeqCst) {
                continue;
            }
            let mut world = self.fake.0.borrow_mut();
            match world.alarm {
                Some(alarm) if alarm <= limit => world.now = alarm,
                _ => return Err(Stuck),
            }
        }
        panic!("a loop without end");
    }

    /// One poll: whether it is pending, and whether it wants to be polled again at once.
    pub(crate) fn is_pending(&mut self) -> (bool, bool) {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        let pending = self.conn.poll_next(&mut Context::from_waker(&waker)).is_pending();
        (pending, self.woken.0.load(Ordering::SeqCst))
    }
}

/// Runs a future in the world of `fake`: when it waits, time passes.
pub(crate) fn complete<F: Future>(fake: &Fake, future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&woken));
    for _ in 0..100_000 {
        fake.0.borrow_mut().alarm = None;
        woken.0.store(false, Ordering::SeqCst);
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        if !woken.0.load(Ordering::SeqCst) {
            let mut world = fake.0.borrow_mut();
            world.now = world.alarm.expect("nothing will ever happen again");
        }
    }
    panic!("a loop without end");
}
