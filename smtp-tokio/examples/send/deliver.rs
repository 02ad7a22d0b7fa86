//! Sharing the messages among connections.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smtp_driver::client::{establish, quit, send_all};
use smtp_tokio::{ClientConnection, ConnectError, Options, dial};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::args::Args;
use crate::message::Message;
use crate::report::Report;
use crate::status::Status;

/// How long to wait for the reply to QUIT when nothing could be sent.
const FAREWELL: Duration = Duration::from_secs(2);

/// All that is to be done.
pub(crate) struct Job {
    pub(crate) messages: Vec<Message>,
    pub(crate) report: Arc<Report>,
    pub(crate) options: Options,
    pub(crate) args: Args,
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

impl Job {
    /// Does it. What becomes of it is in the report.
    pub(crate) async fn run(self) {
        let total = self.messages.len().saturating_mul(self.args.repeat);
        let connections = self.args.connections.min(total);
        let job = Arc::new(self);
        let queue = Arc::new(Queue { next: AtomicUsize::new(0), total });
        let mut tasks = JoinSet::new();
        for _ in 0..connections {
            let (job, queue) = (Arc::clone(&job), Arc::clone(&queue));
            tasks.spawn(async move { job.connection(&queue).await });
        }
        let mut status = Status::OK;
        while let Some(ended) = tasks.join_next().await {
            status = status.or_worse(ended.unwrap_or(Status::SOFTWARE));
        }
        // A connection that failed matters only if no other did its work.
        if queue.left() > 0 {
            job.report.left_over(queue.left(), status);
        }
    }

    /// Sends as much as one connection can. Tells why the connection failed, if it did.
    async fn connection(&self, queue: &Queue) -> Status {
        let mut conn = match self.connect().await {
            Ok(conn) => conn,
            Err(error) => {
                self.report.print(&error);
                return (&error).into();
            }
        };
        let begun: Mutex<Vec<&str>> = Mutex::default();
        let messages = iter::from_fn(|| {
            let message = self.messages.get(queue.next()? % self.messages.len())?;
            names(&begun).push(&message.name);
            Some((message.envelope(&self.args), message.body(self.report.progress.clone())))
        });
        let told = |index: usize, outcome| {
            let name = names(&begun).get(index).copied().unwrap_or_default();
            self.report.message(name, &outcome);
        };
        if let Err(lost) = send_all(&mut conn, messages, told).await {
            self.report.print(&lost);
            return (&lost).into();
        }
        // All outcomes are in: how it ends changes nothing.
        if let Err(lost) = quit(&mut conn).await {
            self.report.print_if_verbose(format_args!("after the last message: {lost}"));
        }
        Status::OK
    }

    async fn connect(&self) -> Result<ClientConnection, ConnectError> {
        let server = (self.args.server.host.as_str(), self.args.server.port);
        let mut conn = dial(server, &self.options).await?;
        let established = match establish(&mut conn, &self.options.login).await {
            Ok(established) => established,
            Err(error) => {
                let _ = timeout(FAREWELL, quit(&mut conn)).await;
                return Err(error.into());
            }
        };
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
        Ok(conn)
    }
}

fn names<'a, 'b>(begun: &'b Mutex<Vec<&'a str>>) -> MutexGuard<'b, Vec<&'a str>> {
    begun.lock().unwrap_or_else(PoisonError::into_inner)
}
