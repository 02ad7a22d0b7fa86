//! The clock of async-io, which async-std and smol share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use async_io::Timer;
use smtp_proto::Time;

/// The clock of async-io, which async-std and smol share.
#[derive(Debug)]
pub struct Clock {
    epoch: Instant,
    /// When it goes off, and what goes off.
    alarm: Option<(Instant, Timer)>,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { epoch: Instant::now(), alarm: None }
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
        loop {
            let now = Instant::now();
            if until <= now {
                return Poll::Ready(());
            }
            let (when, timer) = self.alarm.get_or_insert_with(|| (until, Timer::at(until)));
            // Deadlines mostly move into the future, a little with each command. An alarm that goes
            // off too early is set anew then, and not with each command.
            if *when > until || *when <= now {
                timer.set_at(until);
                *when = until;
            }
            ready!(Pin::new(timer).poll(cx));
        }
    }
}
