//! What a connection needs to know of time.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_proto::Time;

/// A clock with one alarm.
pub trait Clock {
    /// The time since an epoch of the clock's own choice. It never goes backwards.
    fn now(&self) -> Time;

    /// Ready once `until` has come.
    ///
    /// Only the last `until` counts: an alarm that was set for another time may be forgotten.
    /// Ready must mean that [`now`](Self::now) is not earlier than `until`.
    fn poll_until(&mut self, cx: &mut Context<'_>, until: Time) -> Poll<()>;
}

/// Waits for a future, but not longer than `limit`.
pub async fn within<F: Future>(
    clock: &mut impl Clock,
    limit: Duration,
    future: F,
) -> Option<F::Output> {
    let until = clock.now().saturating_add(limit);
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => clock.poll_until(cx, until).map(|()| None),
    })
    .await
}
