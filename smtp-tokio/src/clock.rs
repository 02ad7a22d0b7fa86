//! Tokio's clock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smtp_proto::Time;
use tokio::time::{Instant, Sleep, sleep_until};

/// Tokio's clock, which a test may pause.
#[derive(Debug)]
pub struct Clock {
    epoch: Instant,
    /// Allocated once, when first needed.
    alarm: Option<Pin<Box<Sleep>>>,
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
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
            // Deadlines mostly move into the future, a little with each command. An alarm that goes
            // off too early is set anew then, and not with each command.
            if alarm.deadline() > until || alarm.deadline() <= now {
                alarm.as_mut().reset(until);
            }
            ready!(alarm.as_mut().poll(cx));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use smtp_driver::Clock as _;
    use tokio::time::pause;

    use super::Clock;

    #[tokio::test]
    async fn keeps_a_deadline_that_moves_either_way() {
        pause();
        let mut clock = Clock::new();
        let seconds = Duration::from_secs;
        for (first, then) in [(300, 310), (700, 630), (631, 631), (10, 10)] {
            tokio::select! {
                biased;
                () = poll_fn(|cx| clock.poll_until(cx, seconds(first))), if first > 10 => {}
                () = std::future::ready(()) => {}
            }
            poll_fn(|cx| clock.poll_until(cx, seconds(then))).await;
            let late = clock.now().saturating_sub(seconds(then));
            assert!(clock.now() >= seconds(then));
            assert!(late < seconds(1) || then == 10, "{late:?} after {then}");
        }
    }
}
