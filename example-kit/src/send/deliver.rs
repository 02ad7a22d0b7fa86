//! Sharing the messages among connections.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smtp_driver::Runtime;
use smtp_driver::client::{
    Cause, ClientConnection, ConnectError, Connector, PartlySent, quit, send_all,
    send_within_limits,
};
use smtp_driver::tls::TlsTransport;
use smtp_proto::client::Envelope;
use smtp_proto::syntax::capability::LimitsOffer;

use super::Host;
use super::args::Args;
#[cfg(unix)]
use super::dial::Unix;
use super::dial::{Dial, Tcp};
use super::message::Message;
use super::report::Report;
use super::server::Server;
use super::status::Status;

/// All that is to be done.
pub(super) struct Job<H: Host> {
    pub(super) messages: Vec<Message>,
    pub(super) report: Arc<Report>,
    pub(super) connector: Connector<H::Runtime>,
    /// What every message has.
    pub(super) envelope: Envelope,
    pub(super) args: Args,
}

/// The numbers of the messages that no connection has begun.
struct Queue {
    next: AtomicUsize,
    total: usize,
}

impl Queue {
    fn next(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.total).then_some(number)
    }

    fn left(&self) -> usize {
        self.total.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

impl<H: Host> Job<H> {
    /// Does it. What becomes of it is in the report.
    pub(super) async fn run(self) {
        let total = self.messages.len().saturating_mul(self.args.repeat);
        let connections = self.args.connections.min(total);
        let job = Arc::new(self);
        let queue = Arc::new(Queue { next: AtomicUsize::new(0), total });
        let (ended, endings) = async_channel::unbounded();
        let mut status = Status::OK;
        let mut running = 0;
        for _ in 0..connections {
            let (one, queue, ended) = (Arc::clone(&job), Arc::clone(&queue), ended.clone());
            let task = async move {
                let status = one.connections(&queue).await;
                let _ = ended.try_send(status);
            };
            match H::Runtime::spawn(task) {
                Ok(()) => running += 1,
                Err(error) => {
                    job.report.print(format_args!("nobody to attend to a connection: {error}"));
                    status = status.or_worse(Status::TRY_LATER);
                }
            }
        }
        drop(ended);
        while let Ok(ended) = endings.recv().await {
            status = status.or_worse(ended);
            running -= 1;
        }
        if running > 0 {
            status = status.or_worse(Status::SOFTWARE); // one has panicked
        }
        // A connection that failed matters only if no other did its work.
        if queue.left() > 0 {
            job.report.left_over(queue.left(), status);
        }
    }

    /// Sends as much as one connection after the other can: a server may take no more than some
    /// messages over each (RFC 9422 section 4.1). Tells why the last of them failed, if it did.
    async fn connections(&self, queue: &Queue) -> Status {
        loop {
            let status = self.connection(queue).await;
            if status != Status::OK || queue.left() == 0 {
                return status;
            }
        }
    }

    async fn connection(&self, queue: &Queue) -> Status {
        let conversation = match &self.args.server {
            Server::Tcp { host, port } => {
                self.converse(&Tcp { connector: &self.connector, host, port: *port }, queue).await
            }
            #[cfg(unix)]
            Server::Unix(path) => {
                self.converse(&Unix { connector: &self.connector, path }, queue).await
            }
        };
        conversation.unwrap_or_else(|error| {
            self.report.print(&error);
            (&error).into()
        })
    }

    async fn converse<D: Dial<Runtime = H::Runtime>>(
        &self,
        dial: &D,
        queue: &Queue,
    ) -> Result<Status, ConnectError> {
        let mut conn = self.established(dial).await?;
        let share = conn.share(self.envelope.clone());
        if share.here.len() > 1 || share.beyond.is_some() {
            return self.in_parts(conn, dial, queue).await;
        }
        let limits = conn.capabilities().offer().unwrap_or(LimitsOffer::default());
        let most = limits.mail_max.and_then(|most| usize::try_from(most).ok());
        let begun: Mutex<Vec<&str>> = Mutex::default();
        let messages = iter::from_fn(|| {
            let message = self.messages.get(queue.next()? % self.messages.len())?;
            names(&begun).push(&message.name);
            let body = message.body::<H>(self.report.progress.clone());
            Some((message.envelope(&self.envelope), body))
        })
        .take(most.unwrap_or(usize::MAX));
        let told = |index: usize, outcome| {
            let name = names(&begun).get(index).copied().unwrap_or_default();
            self.report.message(name, &outcome);
        };
        if let Err(lost) = send_all(&mut conn, messages, told).await {
            self.report.print(&lost);
            return Ok((&lost).into());
        }
        // All outcomes are in: how it ends changes nothing.
        if let Err(lost) = quit(&mut conn).await {
            self.report.print_if_verbose(format_args!("after the last message: {lost}"));
        }
        Ok(Status::OK)
    }

    /// Sends each message in as many transactions as the server wants it, over as many connections:
    /// there are more recipients, or domains of them, than it takes at once (RFC 9422 sections 4.2
    /// and 4.3).
    async fn in_parts<D: Dial<Runtime = H::Runtime>>(
        &self,
        mut conn: ClientConnection<H::Runtime, D::Transport>,
        dial: &D,
        queue: &Queue,
    ) -> Result<Status, ConnectError> {
        while let Some(number) = queue.next() {
            let Some(message) = self.messages.get(number % self.messages.len()) else { break };
            let envelope = message.envelope(&self.envelope);
            let body = || message.body::<H>(self.report.progress.clone());
            let another = || self.established(dial);
            match send_within_limits(&mut conn, envelope, body, another).await {
                Ok(delivery) => self.report.message(&message.name, &Ok(delivery)),
                Err(PartlySent { delivery, cause }) => {
                    self.report.message(&message.name, &Ok(delivery));
                    return match *cause {
                        Cause::Connect(error) => Err(error),
                        Cause::Send(failure) => {
                            self.report.print(&failure);
                            Ok((&failure).into())
                        }
                        _ => Ok(Status::SOFTWARE),
                    };
                }
            }
        }
        if let Err(lost) = quit(&mut conn).await {
            self.report.print_if_verbose(format_args!("after the last message: {lost}"));
        }
        Ok(Status::OK)
    }

    /// Another connection, ready for messages.
    async fn established<D: Dial<Runtime = H::Runtime>>(
        &self,
        dial: &D,
    ) -> Result<ClientConnection<H::Runtime, D::Transport>, ConnectError> {
        let mut conn = dial.dial().await?;
        self.establish(&mut conn).await?;
        Ok(conn)
    }

    async fn establish<T: TlsTransport>(
        &self,
        conn: &mut ClientConnection<H::Runtime, T>,
    ) -> Result<(), ConnectError> {
        let established = self.connector.establish(conn).await?;
        if let Some(refusal) = established.tls_refusal {
            self.report.print(format_args!("going on without TLS: {refusal}"));
        }
        match conn.tls() {
            Some(tls) => self.report.print_if_verbose(format_args!(
                "encrypted: {} {}",
                tls.protocol.as_deref().unwrap_or("TLS"),
                tls.cipher.as_deref().unwrap_or_default(),
            )),
            None => self.report.print_if_verbose("in the clear"),
        }
        Ok(())
    }
}

fn names<'a, 'b>(begun: &'b Mutex<Vec<&'a str>>) -> MutexGuard<'b, Vec<&'a str>> {
    begun.lock().unwrap_or_else(PoisonError::into_inner)
}
