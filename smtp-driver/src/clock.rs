//! What a connection needs to know of time.

use std::task::{Context, Poll};

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
