//! Accepting connections until told to stop, and then ending them.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use smtp_proto::Time;

use super::attend::{Attendant, attend};
use super::hall::{Hall, Limits};
use super::{Accept, Incident, Listener, Peer, ServerConnection, Statistics};
use crate::tls::TlsTransport;
use crate::{Clock, Drain, Runtime, within};

/// How long to wait after the first, and after any, failure to accept.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// More than are in the queue of a socket.
const QUEUE: usize = 4096;

/// How long a runtime may take to notice that somebody is in the queue.
const LAST_LOOK: Duration = Duration::from_millis(20);

/// How long connections that were told to end at once are waited for.
const LAST_MOMENT: Duration = Duration::from_millis(500);

impl<R: Runtime, L: Accept> Listener<R, L> {
    /// Gives each connection to `handler`, in a task of its own, until `shutdown` is ready.
    ///
    /// Then no more connections are accepted, and those there are come to an end in good order:
    /// see [`Drain`]. What is not over after `grace` is dropped. A handler that panics harms its
    /// own connection only.
    ///
    /// To drop this future means to drop all connections at once.
    pub async fn serve<H, F>(
        self,
        handler: H,
        shutdown: impl Future<Output = ()>,
        grace: Duration,
    ) -> Statistics
    where
        H: Fn(ServerConnection<R, L::Transport>, Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { mut socket, config, config_for, tls, implicit_tls, proxy, observer, .. } = self;
        if config.starttls && tls.is_none() {
            observer(Incident::NoTls);
        }
        let limits = Limits { total: self.max_connections, per_address: self.max_per_address };
        let (drain, watch) = Drain::new();
        let mut service = Service {
            attendant: Arc::new(Attendant {
                config,
                config_for,
                tls,
                implicit_tls,
                proxy,
                observer,
                handler,
                watch,
            }),
            hall: Hall::new(limits),
            clock: R::Clock::default(),
            backoff: None,
        };
        let ending = Ending(drain);
        service.accept_until::<R, _, _>(&mut socket, shutdown).await;
        ending.0.begin();
        service.accept_rest::<R, _, _>(&mut socket).await;
        drop(socket);
        let Service { hall, mut clock, .. } = service;
        if within(&mut clock, grace, poll_fn(|cx| hall.poll_empty(cx))).await.is_none() {
            let left = hall.open() as u64;
            hall.count(|statistics| statistics.aborted += left);
            ending.0.cut();
            within(&mut clock, LAST_MOMENT, poll_fn(|cx| hall.poll_empty(cx))).await;
        }
        hall.statistics()
    }
}

/// Ends all connections when it is dropped, whichever way that comes about.
struct Ending(Drain);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.cut();
    }
}

/// A listener at work, without its socket.
struct Service<H, C> {
    attendant: Arc<Attendant<H>>,
    hall: Hall,
    clock: C,
    /// Accepting failed: when to try again, and how long to wait if it fails once more.
    backoff: Option<(Time, Duration)>,
}

impl<H, C: Clock> Service<H, C> {
    async fn accept_until<R, L, F>(&mut self, socket: &mut L, shutdown: impl Future<Output = ()>)
    where
        R: Runtime<Clock = C>,
        L: Accept,
        H: Fn(ServerConnection<R, L::Transport>, Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let mut shutdown = pin!(shutdown);
        loop {
            let next = poll_fn(|cx| {
                if shutdown.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                if let Some((until, _)) = self.backoff
                    && self.clock.poll_until(cx, until).is_pending()
                {
                    return Poll::Pending;
                }
                socket.poll_accept(cx).map(Some)
            });
            match next.await {
                None => return,
                Some(Ok((transport, address))) => {
                    self.backoff = None;
                    self.admit::<R, _, _>(transport, Peer::new(address));
                }
                Some(Err(error)) => self.accept_failed(error),
            }
        }
    }

    /// Who is in the queue already would see a reset if the socket was closed now; let in, he hears
    /// why he has to go.
    async fn accept_rest<R, L, F>(&mut self, socket: &mut L)
    where
        R: Runtime<Clock = C>,
        L: Accept,
        H: Fn(ServerConnection<R, L::Transport>, Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let until = self.clock.now().saturating_add(LAST_LOOK);
        for _ in 0..QUEUE {
            let next = poll_fn(|cx| match socket.poll_accept(cx) {
                Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
                Poll::Pending => self.clock.poll_until(cx, until).map(|()| None),
            });
            let Some(Ok((transport, address))) = next.await else { return };
            self.admit::<R, _, _>(transport, Peer::new(address));
        }
    }

    fn admit<R, T, F>(&mut self, mut transport: T, peer: Peer)
    where
        R: Runtime,
        T: TlsTransport + Send + 'static,
        H: Fn(ServerConnection<R, T>, Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let attendant = &self.attendant;
        let Some(ticket) = self.hall.enter() else {
            attendant.turn_away(&mut transport, "Too many connections");
            (attendant.observer)(Incident::Refused(peer));
            return;
        };
        self.hall.count(|statistics| statistics.accepted += 1);
        let hall = self.hall.clone();
        let task =
            attend::<R, T, H, F>(Arc::clone(attendant), hall, ticket, transport, peer.clone());
        if let Err(error) = R::spawn(task) {
            (attendant.observer)(Incident::Spawn(peer, error));
        }
    }

    /// An error of one connection costs nothing. Any other (too many open files, no memory) comes
    /// again at once, for as long as nothing changes: it must not be met by trying as fast as one
    /// can.
    fn accept_failed(&mut self, error: io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};

        self.hall.count(|statistics| statistics.accept_errors += 1);
        let harmless = [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted];
        if !harmless.contains(&error.kind()) {
            let delay = self.backoff.map_or(BACKOFF.0, |(_, delay)| delay);
            let until = self.clock.now().saturating_add(delay);
            self.backoff = Some((until, BACKOFF.1.min(delay * 2)));
        }
        (self.attendant.observer)(Incident::Accept(error));
    }
}
