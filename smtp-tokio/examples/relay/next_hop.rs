//! The next hop, as one sender sees it: a connection that is made when it is needed, kept for the
//! next message, and watched all the time; and one transaction on it.
//!
//! What comes from there is heard in one place, [`NextHop::watch`], and kept until it is asked for.
//! No question of the client's is ever left open, so that the next hop is written to and heard while
//! the sender is silent.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use smtp_driver::client::{ClientConnection, ConnectError, quit};
use smtp_proto::client::{BodyError, Envelope, Event, Limit, Recipient, SendError};
use smtp_proto::error::{Close, Misuse};
use smtp_proto::server::Refusal;
use smtp_proto::syntax::reply::Reply;
use smtp_tokio::Tokio;
use tokio::time::timeout;
use tracing::{debug, info, warn};

use crate::transaction::{Stage, Transaction};
use crate::wire::{Route, Wire};
use crate::{answer, patience};

/// How long taking leave may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// The next hop, for one sender.
pub(crate) struct NextHop<T: Wire> {
    route: Arc<Route<T>>,
    conn: Option<ClientConnection<Tokio, T>>,
    /// The connection takes a request.
    ready: bool,
    /// What the sender has begun and not given up.
    transaction: Option<Transaction>,
}

impl<T: Wire> NextHop<T> {
    pub(crate) fn new(route: Arc<Route<T>>) -> Self {
        Self { route, conn: None, ready: false, transaction: None }
    }

    /// Hears what comes next from there. Never ready without a connection. Cancel-safe.
    pub(crate) async fn watch(&mut self) {
        let Some(conn) = &mut self.conn else { return pending().await };
        match conn.next().await {
            Ok(Some(event)) => self.hear(event),
            Ok(None) => self.lose(answer::lost(&Close::Peer)),
            Err(error) => {
                warn!("next hop: {error}");
                self.lose(answer::lost(&Close::Peer));
            }
        }
    }

    /// Whether the next hop has to take something before there is room for more content.
    pub(crate) fn is_busy(&self) -> bool {
        self.transaction.as_ref().is_some_and(Transaction::is_busy)
    }

    /// MAIL; the positive reply to it.
    pub(crate) async fn open(&mut self, envelope: Envelope) -> Result<Reply, Refusal> {
        self.transaction = None;
        let opened = timeout(patience::MAIL, self.open_somewhere(envelope)).await;
        let opened = opened.unwrap_or_else(|_| Err(self.give_up())).and_then(positive);
        if opened.is_err() {
            self.transaction = None;
        }
        opened
    }

    /// RCPT; the positive reply to it.
    pub(crate) async fn recipient(&mut self, recipient: Recipient) -> Result<Reply, Refusal> {
        let (conn, _) = self.parts()?;
        let index = conn.add_recipient(recipient).map_err(|error| answer::unsuited(&error))?;
        let answered = timeout(patience::RCPT, self.answer()).await;
        let reply = answered.unwrap_or_else(|_| Err(self.give_up())).and_then(positive)?;
        self.parts()?.1.accepted.push(index);
        Ok(reply)
    }

    /// The end of the envelope; DATA, if that is how content goes there.
    pub(crate) async fn content(&mut self) -> Result<(), Refusal> {
        let (conn, transaction) = self.parts()?;
        transaction.stage = Stage::Blocked;
        // If it has failed, that is about to be heard.
        let _ = conn.begin_content();
        let room = timeout(patience::DATA, self.room()).await;
        room.unwrap_or_else(|_| Err(self.give_up()))
    }

    /// A piece of content, when there is room for it.
    pub(crate) fn piece(&mut self, piece: Bytes) -> Result<(), Refusal> {
        let (conn, transaction) = self.parts()?;
        if transaction.stage == Stage::Refused {
            return Ok(());
        }
        match conn.body(piece) {
            Ok(()) => transaction.stage = Stage::Blocked,
            Err(BodyError::Misuse(_)) => transaction.stage = Stage::Refused,
            Err(BodyError::EightBit) => {
                self.abandon();
                return Err(answer::seven_bit_only());
            }
            Err(error) => {
                // Our own server lets no such thing through.
                warn!("{error}");
                self.abandon();
                return Err(Refusal::local_error());
            }
        }
        Ok(())
    }

    /// The end of the content; the positive reply to it, for the recipient that was accepted as
    /// number `recipient`. To be asked for each of them, or for the first.
    pub(crate) async fn outcome(&mut self, recipient: usize) -> Result<Reply, Refusal> {
        let outcome = timeout(patience::MESSAGE, self.finish(recipient)).await;
        outcome.unwrap_or_else(|_| Err(self.give_up())).and_then(positive)
    }

    /// The sender has given it up: the next hop gets no message, whatever it has got of it.
    pub(crate) fn abandon(&mut self) {
        let Some(transaction) = self.transaction.take() else { return };
        if transaction.stage == Stage::Complete || transaction.failure.is_some() {
            return;
        }
        if self.conn.as_mut().is_some_and(|conn| conn.abandon().is_err()) {
            self.conn = None;
        }
    }

    /// Takes leave.
    pub(crate) async fn quit(mut self) {
        self.abandon();
        self.leave().await;
    }

    async fn leave(&mut self) {
        let leave = async {
            self.settle().await;
            match &mut self.conn {
                Some(conn) => quit(conn).await,
                None => Ok(()),
            }
        };
        // All messages have their outcome: how it ends changes nothing.
        if let Ok(Err(lost)) = timeout(FAREWELL, leave).await {
            debug!("next hop: {lost}");
        }
    }

    /// Opens a transaction on the connection there is, or else on another.
    async fn open_somewhere(&mut self, envelope: Envelope) -> Result<Reply, Refusal> {
        self.settle().await;
        if self.conn.is_some() {
            match self.begin(envelope.clone()) {
                // It has said how many messages it takes over one (RFC 9422 section 4.1).
                Err(SendError::Exceeds { limit: Limit::MailMax, .. }) => self.leave().await,
                begun => {
                    begun.map_err(|error| answer::unsuited(&error))?;
                    // It may have had enough of us in this very moment; a MAIL without a reply is
                    // nothing.
                    if let Ok(reply) = self.answer().await {
                        return Ok(reply);
                    }
                }
            }
        }
        self.connect().await?;
        self.begin(envelope).map_err(|error| answer::unsuited(&error))?;
        self.answer().await
    }

    async fn connect(&mut self) -> Result<(), Refusal> {
        self.conn = None;
        let Route { connector, address, .. } = &*self.route;
        let connected = async {
            let mut conn = T::dial(connector, address).await?;
            connector.establish(&mut conn).await?;
            Ok::<_, ConnectError>(conn)
        };
        match connected.await {
            Ok(mut conn) => {
                self.route.learn(conn.capabilities());
                // It has just asked.
                let _ = conn.idle();
                self.conn = Some(conn);
                self.ready = true;
                Ok(())
            }
            Err(error) => {
                warn!("next hop: {error}");
                Err(answer::unreachable(&error))
            }
        }
    }

    /// Waits until the connection takes a request, or is gone.
    async fn settle(&mut self) {
        while self.conn.is_some() && !self.ready {
            self.watch().await;
        }
    }

    fn begin(&mut self, envelope: Envelope) -> Result<(), SendError> {
        let conn = self.conn.as_mut().ok_or(Misuse::NotReady("there is no connection"))?;
        let id = conn.begin(envelope).inspect_err(|error| info!("next hop: {error}"))?;
        self.ready = false;
        self.transaction = Some(Transaction::new(id));
        Ok(())
    }

    /// Waits for the reply to MAIL or RCPT.
    async fn answer(&mut self) -> Result<Reply, Refusal> {
        loop {
            if let Some(answer) = self.transaction.as_mut().and_then(|known| known.answer.take()) {
                return Ok(answer);
            }
            self.parts()?;
            self.watch().await;
        }
    }

    /// Waits for room for content.
    async fn room(&mut self) -> Result<(), Refusal> {
        while self.parts()?.1.stage == Stage::Blocked {
            self.watch().await;
        }
        Ok(())
    }

    /// Ends the content, once, and waits for an outcome.
    async fn finish(&mut self, recipient: usize) -> Result<Reply, Refusal> {
        loop {
            // What is known stands, whatever became of the connection since.
            let known = self.transaction.as_ref().and_then(|known| known.outcome(recipient));
            if let Some(outcome) = known {
                return Ok(outcome.clone());
            }
            let (conn, transaction) = self.parts()?;
            if transaction.stage == Stage::Room {
                // If it has failed, that is about to be heard.
                let _ = conn.finish();
                transaction.stage = Stage::Complete;
            }
            self.watch().await;
        }
    }

    /// The connection, and the transaction unless it has failed.
    fn parts(&mut self) -> Result<(&mut ClientConnection<Tokio, T>, &mut Transaction), Refusal> {
        let Self { conn, transaction, .. } = self;
        let transaction = transaction.as_mut().ok_or_else(Refusal::local_error)?;
        match (conn, &transaction.failure) {
            (_, Some(failure)) => Err(failure.clone()),
            (Some(conn), None) => Ok((conn, transaction)),
            (None, None) => Err(Refusal::local_error()),
        }
    }

    fn hear(&mut self, event: Event) {
        let Some(conn) = &mut self.conn else { return };
        match &event {
            Event::Ready => {
                let _ = conn.idle();
                self.ready = true;
            }
            Event::Body { .. } => {
                let _ = conn.pause();
            }
            Event::Fault(fault) => warn!("next hop: {fault}"),
            Event::Closed(close) => {
                debug!("next hop: {close}");
                self.lose(answer::lost(close));
            }
            _ => {}
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.hear(event);
        }
    }

    /// The connection is over.
    fn lose(&mut self, failure: Refusal) {
        self.conn = None;
        self.ready = false;
        if let Some(transaction) = &mut self.transaction {
            transaction.fail(failure);
        }
    }

    /// It takes too long. What the connection is in the middle of can't be known: it is of no use.
    fn give_up(&mut self) -> Refusal {
        warn!("next hop: does not answer in time");
        self.lose(answer::too_late());
        answer::too_late()
    }
}

fn positive(reply: Reply) -> Result<Reply, Refusal> {
    if reply.is_positive() { Ok(reply) } else { Err(answer::refused(&reply)) }
}
