//! Virtual time: the clock of a connection, and sleep.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_driver::Clock;
use smtp_proto::Time;

use crate::world::World;

/// The clock of one connection. It has an epoch of its own, as clocks do.
pub(crate) struct VirtualClock {
    world: World,
    place: usize,
    epoch: Time,
}

impl VirtualClock {
    pub(crate) fn new(world: &World) -> Self {
        let mut state = world.state();
        let place = state.place();
        let epoch = state.duration(Duration::from_secs(1_000_000));
        drop(state);
        Self { world: world.clone(), place, epoch }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Time {
        self.epoch + self.world.now()
    }

    fn poll_until(&mut self, cx: &mut Context<'_>, until: Time) -> Poll<()> {
        let until = until.saturating_sub(self.epoch);
        let mut state = self.world.state();
        if until <= state.now {
            return Poll::Ready(());
        }
        state.set_alarm(self.place, until, cx.waker());
        Poll::Pending
    }
}

impl Drop for VirtualClock {
    fn drop(&mut self) {
        self.world.state().release(self.place);
    }
}

/// Ready when the time has come.
pub(crate) struct Sleep {
    world: World,
    place: usize,
    until: Time,
}

impl World {
    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.state();
        let until = state.now.saturating_add(duration);
        let place = state.place();
        drop(state);
        Sleep { world: self.clone(), place, until }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.world.state();
        if self.until <= state.now {
            return Poll::Ready(());
        }
        state.set_alarm(self.place, self.until, cx.waker());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.world.state().release(self.place);
    }
}

/// What a future comes to, unless the sleep is over first: then it is dropped.
pub(crate) async fn unless<F: Future>(sleep: Sleep, future: F) -> Option<F::Output> {
    let mut sleep = pin!(sleep);
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| None),
    })
    .await
}
