//! A machine, its stream and its clock.
//!
//! What a [`Connection`] does on its own account, beyond what its machine asks for:
//!
//! - It reads and writes at the same time, so that two peers that send before they receive do not
//!   wait for each other for ever.
//! - When writing fails it goes on reading for a while: a server that refuses (421, 552) and closes
//!   makes its client's writes fail, and the reason is what was sent last.
//! - When the machine is done it says so to the peer, behind whatever the stream has kept back, and
//!   throws away what still comes, for a while: to close with octets unread would reset the connection,
//!   and the peer could lose the last reply (RFC 1122 section 4.2.2.13).
//! - It tells of an error of the stream only after the machine has told everything, and not at all
//!   if the error means no more than that the peer has gone.

mod farewell;
mod transfer;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use smtp_proto::{Client, Machine, Server, Step, Time, Tls, client, server};

use crate::trace::Trace;
use crate::{Clock, DrainWatch, Error, Stream};
use farewell::Farewell;

/// How often the machine is asked in one poll before other tasks get their turn.
const ROUNDS: usize = 64;

/// For how long the peer's last words are waited for when writing has failed.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A machine, its stream and its clock; derefs to the machine, for its answers and requests.
///
/// All state is in here and none in the futures: [`next`](Self::next) may be cancelled at any time
/// and called again.
pub struct Connection<M, S, C> {
    machine: M,
    stream: S,
    clock: C,
    stage: Stage,
    /// Something was written that may not have left the stream.
    unflushed: bool,
    /// Why reading or writing failed.
    failure: Option<io::Error>,
    /// Writing has failed.
    mute: bool,
    /// When reading ends because writing has failed.
    last_words: Option<Time>,
    drain: Option<Draining<M>>,
    trace: Trace,
}

/// What to do to the machine when a [`Drain`](crate::Drain) begins.
struct Draining<M> {
    watch: DrainWatch,
    /// Until it was done.
    act: Option<fn(&mut M)>,
}

#[derive(Debug)]
enum Stage {
    Running,
    /// The machine is done.
    Closing(Farewell),
    Over,
}

impl<M: Machine, S: Stream, C: Clock> Connection<M, S, C> {
    /// Puts the three together. Nothing happens before the first [`next`](Self::next).
    pub fn new(machine: M, stream: S, clock: C) -> Self {
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

    /// The next event; `None` when the connection is over, or its roles are to be reversed.
    /// Cancel-safe.
    ///
    /// # Errors
    ///
    /// See [`Error`]. After an error, too, this may be called again.
    pub async fn next(&mut self) -> Result<Option<M::Event>, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next event, as [`next`](Self::next) gives it.
    ///
    /// A bounded amount of work: it may return `Pending` with the task already woken.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<M::Event>, Error>> {
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

    /// Writes what waits to be written, whether or not a question is open: if the answer takes long,
    /// the replies to the commands before it need not wait for it. Cancel-safe.
    ///
    /// What goes wrong is told by [`next`](Self::next).
    pub async fn flush(&mut self) {
        poll_fn(|cx| self.poll_written(cx)).await;
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

impl<M: Machine, S: Stream, C: Clock> Connection<M, S, C> {
    /// Puts another machine in the place of this one. What is still on its way out stays so, and what
    /// watches for the end goes on watching: nothing is begun anew by the turn, so there is nothing to
    /// tell the machine when a drain begins, but it is cut off like any other.
    fn replace<N: Machine>(self, mut machine: N, tls: Option<Tls>) -> Connection<N, S, C> {
        if let Some(tls) = tls {
            machine.upgraded(tls);
        }
        let drain = self.drain.map(|drain| Draining { watch: drain.watch, act: None });
        Connection {
            unflushed: self.unflushed,
            failure: self.failure,
            drain,
            trace: self.trace.turned::<N>(),
            ..Connection::new(machine, self.stream, self.clock)
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

impl<S: Stream, C: Clock> Connection<Server, S, C> {
    /// Goes on as the client over the same stream, after [`Event::Turned`]: ATRN was accepted (RFC
    /// 2645 section 5.3).
    ///
    /// TLS stays. Who the peer is, by AUTH, only the application knows from here on.
    ///
    /// [`Event::Turned`]: smtp_proto::server::Event::Turned
    pub fn turn(self, config: impl Into<Arc<client::Config>>) -> Connection<Client, S, C> {
        let tls = self.machine.tls().cloned();
        self.replace(Client::new(config), tls)
    }
}

impl<S: Stream, C: Clock> Connection<Client, S, C> {
    /// Goes on as the server over the same stream, after [`Event::Turned`]: ATRN was accepted (RFC
    /// 2645 section 5.3).
    ///
    /// TLS stays.
    ///
    /// [`Event::Turned`]: smtp_proto::client::Event::Turned
    pub fn turn(self, config: impl Into<Arc<server::Config>>) -> Connection<Server, S, C> {
        let tls = self.machine.tls().cloned();
        self.replace(Server::new(config), tls)
    }
}

impl<M, S, C> Connection<M, S, C> {
    /// The stream.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    /// The stream. To read from it or write to it would break the conversation.
    pub fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// What the connection tells is told in this span; the application may tell more in it.
    #[cfg(feature = "tracing")]
    pub fn span(&self) -> &tracing::Span {
        self.trace.span()
    }

    #[cfg(feature = "net")]
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Takes it apart. What was read and not used is in the machine.
    pub fn into_parts(self) -> (M, S, C) {
        (self.machine, self.stream, self.clock)
    }

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

impl<S, C> Connection<Server, S, C> {
    /// Once `watch` says so, calls [`Server::shutdown`]; and ends with [`Error::Cut`], if it comes
    /// to that.
    pub fn watch(&mut self, watch: DrainWatch) {
        self.drain = Some(Draining { watch, act: Some(Server::shutdown) });
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

impl<M, S, C> Deref for Connection<M, S, C> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.machine
    }
}

impl<M, S, C> DerefMut for Connection<M, S, C> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.machine
    }
}

impl<M: fmt::Debug, S, C> fmt::Debug for Connection<M, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("machine", &self.machine)
            .field("stage", &self.stage)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
