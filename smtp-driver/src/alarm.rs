//! A clock from what rings.

use std::task::{Context, Poll, ready};
use std::time::Instant;

use smtp_proto::Time;

use crate::Clock;

/// Something that rings at a time: the timer of a runtime.
pub trait Alarm: Sized {
    /// The present time. A runtime may have one of its own, which a test can stop.
    #[must_use]
    fn now() -> Instant {
        Instant::now()
    }

    /// Will ring at this time.
    fn at(time: Instant) -> Self;

    /// Will ring at this time instead.
    fn set(&mut self, time: Instant);

    /// Ready once it has rung. It may be late.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// A clock with an alarm.
#[derive(Debug)]
pub struct AlarmClock<A> {
    epoch: Instant,
    /// For when it is set. Made when first needed.
    alarm: Option<(Instant, A)>,
}

impl<A: Alarm> AlarmClock<A> {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { epoch: A::now(), alarm: None }
    }
}

impl<A: Alarm> Default for AlarmClock<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Alarm> Clock for AlarmClock<A> {
    fn now(&self) -> Time {
        A::now().saturating_duration_since(self.epoch)
    }

    fn poll_until(&mut self, cx: &mut Context<'_>, until: Time) -> Poll<()> {
        // A time too far to be named never comes.
        let Some(until) = self.epoch.checked_add(until) else { return Poll::Pending };
        loop {
            let now = A::now();
            if until <= now {
                return Poll::Ready(());
            }
            let (when, alarm) = self.alarm.get_or_insert_with(|| (until, A::at(until)));
            // Deadlines mostly move into the future, a little with each command. An alarm that goes
            // off too early is set anew then, and not with each command.
            if *when > until || *when <= now {
                alarm.set(until);
                *when = until;
            }
            ready!(alarm.poll(cx));
        }
    }
}
