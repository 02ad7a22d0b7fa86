//! Accepting connections until told to stop, and then ending them.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use smtp_driver::{Drain, DrainWatch};
use smtp_proto::Machine;
use smtp_proto::server::Config;
use tokio::io::AsyncWrite;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_rustls::rustls::ServerConfig;

use super::{Accept, Incident, Listener, Observer, Statistics};
use crate::{ServerConnection, server_connection};

/// How long to wait after the first, and after any, failure to accept.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

impl<L: Accept> Listener<L> {
    /// Gives each connection to `handler`, in a task of its own, until `shutdown` is ready.
    ///
    /// Then no more connections are accepted, and those there are come to an end in good order:
    /// see [`Drain`]. What is not over after `grace` is dropped. A handler that panics
    /// harms its own connection only.
    ///
    /// To be dropped means to drop all connections at once.
    pub async fn serve<H, F>(
        self,
        handler: H,
        shutdown: impl Future<Output = ()>,
        grace: Duration,
    ) -> Statistics
    where
        H: Fn(ServerConnection<L::Io>, L::Peer) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { socket, config, tls, implicit_tls, max_connections, observer } = self;
        let (drain, watch) = Drain::new();
        let mut service = Service {
            config,
            tls,
            implicit_tls,
            max_connections,
            observer,
            handler: Arc::new(handler),
            watch,
            tasks: JoinSet::new(),
            statistics: Statistics::default(),
            backoff: None,
        };
        service.accept_until(&socket, shutdown).await;
        drop(socket);
        drain.begin();
        service.end(grace).await
    }
}

/// A listener at work, without its socket.
struct Service<L: Accept, H> {
    config: Arc<Config>,
    tls: Option<Arc<ServerConfig>>,
    implicit_tls: bool,
    max_connections: usize,
    observer: Observer<L::Peer>,
    handler: Arc<H>,
    watch: DrainWatch,
    tasks: JoinSet<Served<L::Peer>>,
    statistics: Statistics,
    /// Accepting failed: when to try again, and how long to wait if it fails once more.
    backoff: Option<(Instant, Duration)>,
}

/// How a task ended: with an error if it did not come to the handler.
type Served<P> = Result<(), (P, io::Error)>;

impl<L, H, F> Service<L, H>
where
    L: Accept,
    H: Fn(ServerConnection<L::Io>, L::Peer) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    async fn accept_until(&mut self, socket: &L, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            let pause = self.backoff.map(|(until, _)| until);
            let accept = async {
                if let Some(until) = pause {
                    sleep_until(until).await;
                }
                poll_fn(|cx| socket.poll_accept(cx)).await
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(ended) = self.tasks.join_next() => self.ended(ended),
                accepted = accept => match accepted {
                    Ok((io, peer)) => self.admit(io, peer).await,
                    Err(error) => self.accept_failed(error),
                },
            }
        }
    }

    async fn admit(&mut self, mut io: L::Io, peer: L::Peer) {
        self.backoff = None;
        if self.tasks.len() >= self.max_connections {
            if !self.implicit_tls {
                let line = format!("421 4.3.2 {} Too many connections\r\n", self.config.hostname);
                refuse(&mut io, line.as_bytes()).await;
            }
            self.statistics.refused += 1;
            (self.observer)(Incident::Refused(peer));
            return;
        }
        self.statistics.accepted += 1;
        let mut conn = server_connection(io, Arc::clone(&self.config), self.tls.clone());
        conn.watch(self.watch.clone());
        let handler = Arc::clone(&self.handler);
        let handshake = self.implicit_tls.then_some(self.config.timeouts.handshake);
        self.tasks.spawn(async move {
            if let Some(limit) = handshake {
                let result = timeout(limit, conn.stream_mut().handshake()).await;
                match result.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                    Ok(tls) => conn.upgraded(tls),
                    Err(error) => return Err((peer, error)),
                }
            }
            handler(conn, peer).await;
            Ok(())
        });
    }

    /// An error of one connection costs nothing. Any other (too many open files, no memory) comes
    /// again at once, for as long as nothing changes: it must not be met by trying as fast as one
    /// can.
    fn accept_failed(&mut self, error: io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};

        self.statistics.accept_errors += 1;
        let harmless = [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted];
        if !harmless.contains(&error.kind()) {
            let delay = self.backoff.map_or(BACKOFF.0, |(_, delay)| delay);
            self.backoff = Some((Instant::now() + delay, BACKOFF.1.min(delay * 2)));
        }
        (self.observer)(Incident::Accept(error));
    }

    fn ended(&mut self, ended: Result<Served<L::Peer>, JoinError>) {
        let incident = match ended {
            Ok(Ok(())) => return,
            Ok(Err((peer, error))) => {
                self.statistics.handshakes_failed += 1;
                Incident::Handshake(peer, error)
            }
            Err(error) if error.is_cancelled() => {
                self.statistics.aborted += 1;
                return;
            }
            Err(error) => {
                self.statistics.panicked += 1;
                Incident::Panic(error)
            }
        };
        (self.observer)(incident);
    }

    async fn end(mut self, grace: Duration) -> Statistics {
        let until = Instant::now().checked_add(grace);
        loop {
            let next = self.tasks.join_next();
            let next = match until {
                Some(until) => timeout_at(until, next).await,
                None => Ok(next.await),
            };
            match next {
                Ok(Some(ended)) => self.ended(ended),
                Ok(None) => return self.statistics,
                Err(_) => break,
            }
        }
        self.tasks.abort_all();
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
        self.statistics
    }
}

/// Says one line to a client and nothing more. What does not fit at once into the buffers of a
/// fresh connection is not worth waiting for.
async fn refuse(io: &mut (impl AsyncWrite + Unpin), line: &[u8]) {
    poll_fn(|cx| {
        let _ = Pin::new(&mut *io).poll_write(cx, line);
        let _ = Pin::new(&mut *io).poll_shutdown(cx);
        Poll::Ready(())
    })
    .await;
}
