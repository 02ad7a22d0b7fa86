//! A connection in the pool.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use smtp_proto::client::Envelope;
use smtp_proto::error::Close;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use super::Limits;
use super::census::Presence;
use super::quiet::{answers, is_quiet, look};
use crate::ClientConnection;
use crate::client::{BodySource, Delivery, Lost, SendFailure, quit, send};

/// How long taking leave may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// A connection in the pool, or on loan from it.
///
/// Dropped while it is free, wherever that happens, it takes leave in the background.
#[derive(Debug)]
pub struct Pooled {
    /// Free, and as far as is known in order. Whoever uses it takes it out, and puts it back when it
    /// is free again: a future that is dropped in between takes it along.
    conn: Option<ClientConnection>,
    limits: Limits,
    opened: Instant,
    free_since: Instant,
    messages: u32,
    presence: Presence,
}

impl Pooled {
    pub(super) fn new(conn: ClientConnection, limits: Limits, presence: Presence) -> Self {
        let now = Instant::now();
        Self { conn: Some(conn), limits, opened: now, free_since: now, messages: 0, presence }
    }

    /// Sends one message, as [`client::send`](send) does.
    ///
    /// Not cancel-safe: a future that is dropped ends the connection, and the outcome of the message
    /// can't be told.
    ///
    /// # Errors
    ///
    /// [`SendFailure::Lost`] if a message before this one was the last that could be sent.
    pub async fn send(
        &mut self,
        envelope: Envelope,
        body: impl BodySource,
    ) -> Result<Delivery, SendFailure> {
        let Some(mut conn) = self.conn.take() else {
            return Err(Lost::Closed(Close::Peer).into());
        };
        let result = send(&mut conn, envelope, body).await;
        if !matches!(result, Err(SendFailure::Envelope(_))) {
            self.messages = self.messages.saturating_add(1);
        }
        // Not to be waited for, or the outcome could be lost. If the transaction failed this writes
        // RSET; the reply is read before the next one.
        if poll_fn(|cx| Poll::Ready(look(&mut conn, cx))).await {
            self.conn = Some(conn);
            self.free_since = Instant::now();
        }
        result
    }

    /// The connection, unless it is lost.
    #[must_use]
    pub fn connection(&self) -> Option<&ClientConnection> {
        self.conn.as_ref()
    }

    /// The connection, unless it is lost; it does not take leave by itself any more. For one on loan:
    /// `Object::take(object).into_connection()`.
    #[must_use]
    pub fn into_connection(mut self) -> Option<ClientConnection> {
        self.conn.take()
    }

    /// For how long it is worth keeping from now on, if it stays free.
    pub(super) fn remaining(&self) -> Duration {
        let spent = self.conn.as_ref().is_none_or(|conn| conn.is_spent());
        if spent || self.messages >= self.limits.messages.max(1) {
            return Duration::ZERO;
        }
        let idle = self.limits.idle.saturating_sub(self.free_since.elapsed());
        idle.min(self.limits.age.saturating_sub(self.opened.elapsed()))
    }

    /// Whether it can be used again; if not, why.
    pub(super) async fn check(&mut self) -> Result<(), &'static str> {
        if self.remaining().is_zero() {
            return Err("lost, given up in the middle of a message, or past a limit");
        }
        let Some(mut conn) = self.conn.take() else { return Err("lost") };
        if !is_quiet(&mut conn).await {
            return Err("closed by the server, or no longer in step with it");
        }
        let idle = self.free_since.elapsed();
        if self.limits.probe_after.is_some_and(|limit| idle >= limit) && !answers(&mut conn).await {
            return Err("the server does not answer NOOP as it should");
        }
        self.conn = Some(conn);
        Ok(())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let (Some(mut conn), Ok(runtime)) = (self.conn.take(), Handle::try_current()) else {
            return;
        };
        let presence = self.presence.clone();
        runtime.spawn(async move {
            // Of politeness, if there is still somebody to say it to.
            let _ = timeout(FAREWELL, quit(&mut conn)).await;
            drop((conn, presence));
        });
    }
}
