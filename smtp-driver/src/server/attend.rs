//! One connection, from the socket to its handler.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use smtp_proto::Machine;
use smtp_proto::server::{Config, Server};

use super::hall::{Hall, Ticket};
use super::listener::{ConfigFor, Observer};
use super::{Incident, Peer, ProxyPolicy, ServerConnection};
use crate::tls::{Rustls, ServerTls, TlsTransport};
use crate::{Connection, DrainWatch, Runtime, Transport, Upgradable, within};

/// What all connections of a listener share.
pub(super) struct Attendant<H> {
    pub(super) config: Arc<Config>,
    pub(super) config_for: ConfigFor,
    pub(super) tls: Option<ServerTls>,
    pub(super) implicit_tls: bool,
    pub(super) proxy: Option<ProxyPolicy>,
    pub(super) observer: Observer,
    pub(super) handler: H,
    pub(super) watch: DrainWatch,
}

/// Attends to one connection, to its end or until everything is cut.
pub(super) async fn attend<R, T, H, F>(
    attendant: Arc<Attendant<H>>,
    hall: Hall,
    mut ticket: Ticket,
    transport: T,
    peer: Peer,
) where
    R: Runtime,
    T: TlsTransport + Send + 'static,
    H: Fn(ServerConnection<R, T>, Peer) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut watch = attendant.watch.clone();
    let who = peer.clone();
    let conversation = async {
        // It is over soon, and what it takes is not kept for as long as the connection lasts.
        let prepared =
            Box::pin(attendant.prepare::<R, T>(&hall, &mut ticket, transport, peer)).await;
        let Some((conn, peer)) = prepared else { return };
        let scope = conn.trace().scope();
        scope.run(async { (attendant.handler)(conn, peer).await }).await;
    };
    let mut conversation = pin!(conversation);
    poll_fn(|cx| {
        if watch.poll_cut(cx).is_ready() {
            return Poll::Ready(());
        }
        // What a runtime does about a panic is its own; here it ends this connection and no other.
        catch_unwind(AssertUnwindSafe(|| conversation.as_mut().poll(cx))).unwrap_or_else(|panic| {
            hall.count(|statistics| statistics.panicked += 1);
            (attendant.observer)(Incident::Panic(who.clone(), message_of(&*panic)));
            Poll::Ready(())
        })
    })
    .await;
}

impl<H> Attendant<H> {
    /// Everything that comes before the greeting.
    async fn prepare<R: Runtime, T: TlsTransport>(
        &self,
        hall: &Hall,
        ticket: &mut Ticket,
        mut transport: T,
        mut peer: Peer,
    ) -> Option<(ServerConnection<R, T>, Peer)> {
        let mut clock = R::Clock::default();
        if let Some(policy) = &self.proxy {
            if !policy.trusts(&peer) {
                hall.count(|statistics| statistics.headers_failed += 1);
                self.turn_away(&mut transport, "Not to be reached from your address");
                (self.observer)(Incident::Untrusted(peer));
                return None;
            }
            match policy.receive(&mut transport, &mut clock).await {
                Ok(header) => peer.proxy = Some(Box::new(header?)),
                Err(failure) => {
                    hall.count(|statistics| statistics.headers_failed += 1);
                    (self.observer)(Incident::Proxy(peer, failure));
                    return None;
                }
            }
        }
        if let Some(address) = peer.ip()
            && !ticket.claim(address)
        {
            self.turn_away(&mut transport, "Too many connections from your address");
            (self.observer)(Incident::TooMany(peer));
            return None;
        }
        let mut stream = Upgradable::new(transport, Rustls::server(self.tls.clone()));
        let config = self.config_for(&peer);
        let limit = config.timeouts.handshake;
        let mut server = Server::new(config);
        if self.implicit_tls {
            match within(&mut clock, limit, stream.handshake()).await {
                Some(Ok(tls)) => server.upgraded(tls),
                failed => {
                    let error = failed.and_then(Result::err);
                    let error = error.unwrap_or_else(|| io::ErrorKind::TimedOut.into());
                    hall.count(|statistics| statistics.handshakes_failed += 1);
                    (self.observer)(Incident::Handshake(peer, error));
                    return None;
                }
            }
        }
        let mut conn = Connection::new(server, stream, clock);
        conn.watch(self.watch.clone());
        conn.trace().peer(&peer);
        Some((conn, peer))
    }

    /// What is offered to a client. STARTTLS would fail without a configuration, and is not (RFC 8314
    /// section 4).
    fn config_for(&self, peer: &Peer) -> Arc<Config> {
        let mut config = (self.config_for)(peer).unwrap_or_else(|| Arc::clone(&self.config));
        if config.starttls && self.tls.is_none() {
            Arc::make_mut(&mut config).starttls = false;
        }
        config
    }

    /// Says one line to a client and nothing more. What does not fit at once into the buffers of a
    /// fresh connection is not worth waiting for. Where TLS comes first there is nothing to say.
    ///
    /// It is the greeting, so it has no enhanced code (RFC 2034 section 4).
    pub(super) fn turn_away(&self, transport: &mut impl Transport, why: &str) {
        if self.implicit_tls {
            return;
        }
        let line = format!("421 {} {why}\r\n", self.config.hostname);
        let mut cx = Context::from_waker(Waker::noop());
        let _ = transport.poll_write_vectored(&mut cx, &[IoSlice::new(line.as_bytes())]);
        let _ = transport.poll_flush(&mut cx);
        let _ = transport.poll_shutdown(&mut cx);
    }
}

/// What a panic says.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".into())
}
