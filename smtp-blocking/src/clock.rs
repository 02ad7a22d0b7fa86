//! The clock of threads.

use std::task::{Context, Poll};
use std::time::Instant;

use smtp_driver::AlarmClock;

use crate::park;

/// The clock of threads.
pub type Clock = AlarmClock<Alarm>;

/// Has its thread wake up.
#[derive(Clone, Copy, Debug)]
pub struct Alarm(Instant);

impl smtp_driver::Alarm for Alarm {
    fn at(time: Instant) -> Self {
        Self(time)
    }

    fn set(&mut self, time: Instant) {
        self.0 = time;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 <= Instant::now() {
            return Poll::Ready(());
        }
        park::wait_until(self.0);
        park::wake(cx.waker());
        Poll::Pending
    }
}
