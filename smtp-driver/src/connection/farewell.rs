//! Closing a stream so that what was written last arrives.

use std::task::{Context, Poll};
use std::time::Duration;

use smtp_proto::{Machine, Time};

use super::inner::{Inner, Stage};
use super::transfer::{again, is_interrupted};
use crate::{Clock, Stream};

/// How long the last reply may be on its way out of a stream that has taken it, as those that encrypt
/// do: as long as a server waits by default for a client to take it from the machine
/// ([`ServerTimeouts::close`](smtp_proto::timeouts::ServerTimeouts::close)).
const LEAVE: Duration = Duration::from_secs(30);

/// How long the peer's own end of the stream is waited for.
const LINGER: Duration = Duration::from_secs(1);

/// How much of what the peer still sends is read and thrown away, in octets.
const DISCARD: usize = 1 << 20;

/// How much of it is read at a time.
const SCRATCH: usize = 8 << 10;

/// How far the closing has come.
#[derive(Debug)]
pub(super) struct Farewell {
    until: Time,
    /// The end of our direction is still to be told.
    writing: bool,
    /// How much may still be thrown away; 0: no more reading.
    discard: usize,
}

impl Farewell {
    /// `unheard`: the machine has given up hope that the peer takes anything.
    pub(super) fn new(now: Time, unheard: bool) -> Self {
        let until = now.saturating_add(if unheard { LINGER } else { LEAVE });
        Self { until, writing: true, discard: DISCARD }
    }
}

impl<M: Machine, S: Stream, C: Clock> Inner<M, S, C> {
    /// Ready when everything that can be done for the last reply to arrive is done.
    pub(super) fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Stage::Closing(farewell) = &mut self.stage else { return Poll::Ready(()) };
        if self.mute {
            return Poll::Ready(()); // nothing arrives any more
        }
        if self.machine.inbox().is_closed() {
            farewell.discard = 0;
        }
        let now = self.clock.now();
        if farewell.until <= now {
            return Poll::Ready(());
        }
        if farewell.writing {
            match self.stream.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => {
                    farewell.writing = false;
                    farewell.until = farewell.until.min(now.saturating_add(LINGER));
                }
                Poll::Ready(Err(error)) if is_interrupted(&error) => return again(cx),
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
        }
        let mut scratch = [0; SCRATCH];
        while farewell.discard > 0 {
            match self.stream.poll_read(cx, &mut scratch) {
                Poll::Ready(Ok(octets)) if octets > 0 => {
                    farewell.discard = farewell.discard.saturating_sub(octets);
                }
                Poll::Ready(Err(error)) if is_interrupted(&error) => return again(cx),
                Poll::Ready(_) => farewell.discard = 0,
                Poll::Pending => break,
            }
        }
        if !farewell.writing && farewell.discard == 0 {
            return Poll::Ready(());
        }
        self.clock.poll_until(cx, farewell.until)
    }
}
