//! Tokio's clock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use smtp_driver::AlarmClock;
use tokio::time::{Sleep, sleep_until};

/// Tokio's clock, which a test may pause.
pub type Clock = AlarmClock<Alarm>;

/// A timer of Tokio's.
#[derive(Debug)]
pub struct Alarm(Pin<Box<Sleep>>);

impl smtp_driver::Alarm for Alarm {
    fn now() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn at(time: Instant) -> Self {
        Self(Box::pin(sleep_until(time.into())))
    }

    fn set(&mut self, time: Instant) {
        self.0.as_mut().reset(time.into());
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
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
