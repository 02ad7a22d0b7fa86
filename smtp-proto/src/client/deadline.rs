//! How long the server is waited for.

use super::Client;
use crate::machine::Time;

/// When the current wait began.
///
/// A wait is for the peer to take what is to be written, or else for the reply to the oldest
/// command. It begins anew with each reply and whenever the peer takes something. Octets of a reply
/// that drip in don't move it.
///
/// How long the caller takes for an answer does not count: a question comes only after a reply, or
/// after the peer has taken something. Nor does how long it takes with an open envelope or after a
/// pause: then nothing is awaited.
#[derive(Debug, Default)]
pub(super) struct Clock {
    since: Option<Time>,
    /// Octets the peer had taken when the wait began.
    written: u64,
    writing: bool,
}

impl Clock {
    /// What was waited for has come.
    pub(super) fn restart(&mut self) {
        self.since = None;
    }

    fn since(&mut self, now: Time, written: u64, writing: bool) -> Time {
        if (self.written, self.writing) != (written, writing) {
            (self.written, self.writing) = (written, writing);
            self.since = None;
        }
        *self.since.get_or_insert(now)
    }
}

impl Client {
    /// When the wait that is going on is over, and what it is for. `None`: nothing has to come.
    pub(super) fn deadline(&mut self, now: Time) -> Option<(Time, &'static str)> {
        let timeouts = &self.config.timeouts;
        let writing = !self.outbox.is_empty();
        let (limit, what) = if writing {
            (timeouts.data_block, "the peer to take data")
        } else if let Some(awaited) = self.pipeline.front() {
            awaited.deadline(timeouts)
        } else if self.outbox.is_closed() {
            (timeouts.quit, "the peer to close")
        } else {
            self.clock.restart();
            return None;
        };
        let since = self.clock.since(now, self.outbox.written(), writing);
        Some((since.saturating_add(limit), what))
    }

    /// When the TLS handshake has to be done.
    pub(super) fn handshake_deadline(&mut self, now: Time) -> Time {
        let since = self.clock.since(now, self.outbox.written(), false);
        since.saturating_add(self.config.timeouts.handshake)
    }
}
