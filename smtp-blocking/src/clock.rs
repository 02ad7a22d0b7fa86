//! The clock of threads.

use std::task::{Context, Poll};
use std::time::Instant;

use smtp_proto::Time;

use crate::park;

/// The clock of threads.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { epoch: Instant::now() }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl smtp_driver::Clock for Clock {
    fn now(&self) -> Time {
        self.epoch.elapsed()
    }

    fn poll_until(&mut self, cx: &mut Context<'_>, until: Time) -> Poll<()> {
        // A time too far to be named never comes.
        let Some(until) = self.epoch.checked_add(until) else { return Poll::Pending };
        if until <= Instant::now() {
            return Poll::Ready(());
        }
        park::wait_until(until);
        park::wake(cx.waker());
        Poll::Pending
    }
}
