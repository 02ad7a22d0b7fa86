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
        // Deadlines mostly move into the future, a little with each command. An alarm that goes off too
        // early is set anew then, and not with each command; until then nobody asks for the time.
        if let Some((when, alarm)) = &mut self.alarm
            && *when <= until
            && alarm.poll(cx).is_pending()
        {
            return Poll::Pending;
        }
        loop {
            if until <= A::now() {
                // One that has rung is of no use any more, nor is one for another time.
                self.alarm = None;
                return Poll::Ready(());
            }
            let alarm = match &mut self.alarm {
                Some((when, alarm)) => {
                    alarm.set(until);
                    *when = until;
                    alarm
                }
                None => &mut self.alarm.insert((until, A::at(until))).1,
            };
            ready!(alarm.poll(cx));
        }
    }
}
