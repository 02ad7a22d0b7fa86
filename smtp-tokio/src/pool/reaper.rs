//! Connections that nobody asks for take leave in time.

use std::time::Duration;

use deadpool::managed::WeakPool;
use tokio::time::sleep;

use super::{Limits, Manager};

/// How often is looked at most, and at least.
const EVERY: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(60));

/// Takes out of a pool what is not worth keeping, as long as there is the pool.
pub(super) async fn reap(pool: WeakPool<Manager>, limits: Limits) {
    while let Some(pool) = pool.upgrade() {
        if pool.is_closed() {
            return;
        }
        // What is in use now, or not opened yet, has as much as that when it becomes free; unless
        // it becomes too old meanwhile: then it is noticed when it comes back.
        let mut next = limits.idle.min(limits.age);
        let found = pool.retain(|pooled, _| {
            let remaining = pooled.remaining();
            if !remaining.is_zero() {
                next = next.min(remaining);
            }
            !remaining.is_zero()
        });
        drop(found); // takes leave
        drop(pool);
        sleep(next.clamp(EVERY.0, EVERY.1)).await;
    }
}
