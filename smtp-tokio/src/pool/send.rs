//! One message over a connection of the pool, and what is done when that breaks.

use deadpool::managed::{Manager as _, TimeoutType};
use smtp_proto::client::{Envelope, Limit, NotSent, SendError};
use tokio::time::timeout;

use super::{Object, Pool, PoolError, Pooled};
use crate::client::{BodySource, Delivery, Fate, SendFailure};

impl Pool {
    /// Takes a connection, sends one message and waits for its outcome.
    ///
    /// A server may close a connection in the very moment it is used again. So a message is begun
    /// anew, once, over a connection that is opened for it, if the connection ended before there was
    /// a reply to MAIL, and before the end of the content was on its way: no server can have the
    /// message then. A 421 is not a reply to MAIL (RFC 5321 sections 3.8 and 4.2.1): it says that
    /// nothing will be taken over this connection. Whatever else goes wrong is told, as
    /// [`client::send`](crate::client::send) does, and nothing is sent twice.
    ///
    /// With PIPELINING and CHUNKING all of a short message goes out before there is any reply. If
    /// the connection ends then, its fate is [`NotSent::Unknown`]. To wait for the server before that,
    /// at the price of a round trip, set [`chunking`](smtp_proto::client::Config::chunking) to
    /// [`Needed`](smtp_proto::client::Chunking::Needed): behind DATA nothing is sent unless the
    /// server says so.
    ///
    /// What a server takes over one connection (LIMITS, RFC 9422) is kept: a connection that has carried
    /// so many messages is given up, and a domain too many goes over another one. A message with more
    /// recipients than it takes in one transaction is not split here:
    /// [`send_within_limits`](crate::client::send_within_limits) does that.
    ///
    /// A clone of `body` begins at its beginning.
    ///
    /// Not cancel-safe: a future that is dropped ends the connection it uses, and the outcome of the
    /// message can't be told.
    pub async fn send(
        &self,
        envelope: Envelope,
        body: impl BodySource + Clone,
    ) -> Result<Delivery, PoolError> {
        let mut pooled = self.get().await?;
        let mut result = pooled.send(envelope.clone(), body.clone()).await;
        if was_not_begun(&result) || wants_another(&result) {
            match self.open().await {
                Ok(fresh) => *pooled = fresh,
                Err(error) => {
                    give_back(pooled);
                    return Err(error);
                }
            }
            result = pooled.send(envelope, body).await;
        }
        give_back(pooled);
        result.map_err(PoolError::Send)
    }

    /// A connection that was never used.
    async fn open(&self) -> Result<Pooled, PoolError> {
        let opening = self.inner.manager().create();
        let opened = match self.inner.timeouts().create {
            None => opening.await.map_err(Into::into),
            Some(limit) => match timeout(limit, opening).await {
                Ok(opened) => opened.map_err(Into::into),
                Err(_) => Err(deadpool::managed::PoolError::Timeout(TimeoutType::Create)),
            },
        };
        opened.map_err(|error| PoolError::of(&self.inner, error))
    }
}

/// What can't be used again goes at once, and makes room.
fn give_back(pooled: Object) {
    if pooled.remaining().is_zero() {
        drop(Object::take(pooled));
    }
}

/// Whether the message is more than the server takes over a connection that has carried others (RFC
/// 9422 section 4.3). What it takes in one transaction another connection does not change.
fn wants_another(result: &Result<Delivery, SendFailure>) -> bool {
    matches!(
        result,
        Err(SendFailure::Envelope(SendError::Exceeds {
            limit: Limit::MailMax | Limit::RcptDomainMax,
            ..
        }))
    )
}

/// Whether the connection ended before the server could do anything with the message.
fn was_not_begun(result: &Result<Delivery, SendFailure>) -> bool {
    match result {
        Ok(Delivery { sender: None, recipients, .. }) => recipients
            .iter()
            .all(|recipient| matches!(recipient.fate, Fate::NotSent(NotSent::Closed(_)))),
        Err(failure) => matches!(failure, SendFailure::Lost(_)),
        Ok(_) => false,
    }
}
