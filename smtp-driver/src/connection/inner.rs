//! What is behind a connection, and its loop.

use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use smtp_proto::{Machine, Step, Time, Tls};

use super::farewell::Farewell;
use crate::trace::Trace;
use crate::{Clock, DrainWatch, Error, Stream};

/// How often the machine is asked in one poll before other tasks get their turn.
const ROUNDS: usize = 64;

/// For how long the peer's last words are waited for when writing has failed.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(5);

/// What is behind a connection.
pub(super) struct Inner<M, S, C> {
    pub(super) machine: M,
    pub(super) stream: S,
    pub(super) clock: C,
    pub(super) stage: Stage,
    /// Something was written that may not have left the stream.
    pub(super) unflushed: bool,
    /// Why reading or writing failed.
    pub(super) failure: Option<io::Error>,
    /// Writing has failed.
    pub(super) mute: bool,
    /// When reading ends because writing has failed.
    pub(super) last_words: Option<Time>,
    pub(super) drain: Option<Draining<M>>,
    pub(super) trace: Trace,
}

/// What to do to the machine when a [`Drain`](crate::Drain) begins.
pub(super) struct Draining<M> {
    pub(super) watch: DrainWatch,
    /// Until it was done.
    pub(super) act: Option<fn(&mut M)>,
}

#[derive(Debug)]
pub(super) enum Stage {
    Running,
    /// The machine is done.
    Closing(Farewell),
    Over,
}

impl<M: Machine, S: Stream, C: Clock> Inner<M, S, C> {
    pub(super) fn new(machine: M, stream: S, clock: C) -> Self {
        Self {
            machine,
            stream,
            clock,
            stage: Stage::Running,
            unflushed: false,
            failure: None,
            mute: false,
            last_words: None,
            drain: None,
            trace: Trace::new::<M>(),
        }
    }

    /// A bounded amount of work: it may return `Pending` with the task already woken.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<M::Event>, Error>> {
        if self.poll_drain(cx).is_ready() && !matches!(self.stage, Stage::Over) {
            self.stage = Stage::Over;
            self.failure = None;
            return Poll::Ready(Err(Error::Cut));
        }
        for _ in 0..ROUNDS {
            match &self.stage {
                Stage::Running => {}
                Stage::Closing(_) => {
                    ready!(self.poll_farewell(cx));
                    self.stage = Stage::Over;
                    continue;
                }
                Stage::Over => return Poll::Ready(self.verdict()),
            }
            let now = self.clock.now();
            match self.machine.poll(now) {
                Step::Event(event) => {
                    self.trace.event::<M>(&event);
                    return Poll::Ready(Ok(Some(event)));
                }
                Step::Unanswered => return Poll::Ready(Err(Error::Unanswered)),
                Step::Wait(wait) => ready!(self.poll_transfer(cx, wait, now)),
                Step::Upgrade { until } => {
                    if let Err(error) = ready!(self.poll_upgrade(cx, until, now)) {
                        self.stage = Stage::Over;
                        self.failure = None;
                        return Poll::Ready(Err(error));
                    }
                }
                Step::Turn => {
                    ready!(self.poll_left(cx));
                    return Poll::Ready(Ok(None));
                }
                Step::Done => {
                    let unheard = self.machine.outbox().is_closed();
                    self.stage = Stage::Closing(Farewell::new(now, unheard));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// What is left to say when everything is over.
    fn verdict(&mut self) -> Result<Option<M::Event>, Error> {
        match self.failure.take() {
            Some(error) if !means_gone(&error) => Err(Error::Io(error)),
            _ => Ok(None),
        }
    }

    /// `Ok` when the machine is to be asked again.
    fn poll_upgrade(
        &mut self,
        cx: &mut Context<'_>,
        until: Option<Time>,
        now: Time,
    ) -> Poll<Result<(), Error>> {
        if until.is_some_and(|until| until < now) {
            // The machine knows its deadline and should have told that it has passed.
            return Poll::Ready(Err(Error::Tls(io::ErrorKind::TimedOut.into())));
        }
        // What the machine wrote is still in the clear: it goes first.
        if self.poll_left(cx).is_ready()
            && let Some(error) = self.failure.take()
        {
            return Poll::Ready(Err(Error::Tls(error)));
        }
        if !self.unflushed
            && let Poll::Ready(result) = self.stream.poll_upgrade(cx)
        {
            self.machine.upgraded(result.map_err(Error::Tls)?);
            return Poll::Ready(Ok(()));
        }
        match until {
            Some(until) => self.clock.poll_until(cx, until).map(Ok),
            None => Poll::Pending,
        }
    }
}

impl<M: Machine, S: Stream, C: Clock> Inner<M, S, C> {
    /// Puts another machine in the place of this one. What is still on its way out stays so, and what
    /// watches for the end goes on watching: nothing is begun anew by the turn, so there is nothing to
    /// tell the machine when a drain begins, but it is cut off like any other.
    pub(super) fn replace<N: Machine>(self, mut machine: N, tls: Option<Tls>) -> Inner<N, S, C> {
        if let Some(tls) = tls {
            machine.upgraded(tls);
        }
        let drain = self.drain.map(|drain| Draining { watch: drain.watch, act: None });
        Inner {
            unflushed: self.unflushed,
            failure: self.failure,
            drain,
            trace: self.trace.turned::<N>(),
            ..Inner::new(machine, self.stream, self.clock)
        }
    }

    /// Ready when everything that was written has left the stream, or can't.
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.unflushed {
            ready!(self.poll_flush(cx));
            self.unflushed = false;
        }
        Poll::Ready(())
    }
}

impl<M, S, C> Inner<M, S, C> {
    /// Ready when it is all to be over at once.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(draining) = &mut self.drain else { return Poll::Pending };
        if draining.act.is_some() {
            ready!(draining.watch.poll(cx));
            if let Some(act) = draining.act.take() {
                act(&mut self.machine);
            }
        }
        draining.watch.poll_cut(cx)
    }
}

/// Whether an error of the stream says no more than the machine's `Closed(Peer)`.
fn means_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
    )
}
