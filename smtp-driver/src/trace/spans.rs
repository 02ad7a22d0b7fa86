//! Spans, and the events in them.

use std::io::IoSlice;

use smtp_proto::{Machine, Mark, Outline};
use tracing::{Level, Span, debug, debug_span, field, info_span, trace};

use super::replies::Replies;

/// Where to tell what belongs to a connection.
#[cfg(feature = "net")]
pub(crate) struct Scope(Span);

#[cfg(feature = "net")]
impl Scope {
    /// What the future tells is told there.
    pub(crate) fn run<F: Future>(self, future: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(future, self.0)
    }
}

/// Of one connection.
#[derive(Debug)]
pub(crate) struct Trace {
    connection: Span,
    /// Those that are open, by number. A server has one at a time.
    transactions: Vec<(u64, Span)>,
    replies: Replies,
}

impl Trace {
    pub(crate) fn new<M: Machine>() -> Self {
        let connection = info_span!("smtp", role = M::ROLE, peer = field::Empty);
        Self { connection, transactions: Vec::new(), replies: Replies::default() }
    }

    /// The same connection, the other way round: a span within its own.
    pub(crate) fn turned<M: Machine>(self) -> Self {
        let connection = info_span!(parent: &self.connection, "turned", role = M::ROLE);
        Self { connection, transactions: Vec::new(), replies: Replies::default() }
    }

    /// Of the connection.
    pub(crate) fn span(&self) -> &Span {
        &self.connection
    }

    /// Who is at the other end.
    #[cfg(feature = "net")]
    pub(crate) fn peer(&self, peer: impl std::fmt::Display) {
        self.connection.record("peer", field::display(peer));
    }

    /// Where to tell what belongs to the connection.
    #[cfg(feature = "net")]
    pub(crate) fn scope(&self) -> Scope {
        Scope(self.connection.clone())
    }

    pub(crate) fn event<M: Machine>(&mut self, event: &M::Event) {
        if !is_heard() {
            self.transactions.clear();
            return;
        }
        let Outline { name, detail, transaction, minor } = M::outline(event);
        let number = match transaction {
            None | Some(Mark::Over) => None,
            Some(Mark::Begins) => {
                self.transactions.clear();
                Some(0)
            }
            Some(Mark::Within(number) | Mark::Ends(number)) => Some(number),
        };
        let span = match number {
            Some(number) => self.transaction(number),
            None => self.newest().clone(),
        };
        let detail = detail.map(field::display);
        if minor {
            trace!(parent: &span, detail, "{name}");
        } else {
            debug!(parent: &span, detail, "{name}");
        }
        match transaction {
            Some(Mark::Over) => self.transactions.clear(),
            Some(Mark::Ends(number)) => self.transactions.retain(|(other, _)| *other != number),
            _ => {}
        }
    }

    /// So many octets of these were taken by the stream.
    pub(crate) fn written<M: Machine>(&mut self, slices: &[IoSlice<'_>], octets: usize) {
        if M::REPLIES && is_heard() && !self.connection.is_disabled() {
            let span = self.newest().clone();
            self.replies.push(slices, octets, |code, enhanced| {
                debug!(parent: &span, code, enhanced, "reply");
            });
        }
    }

    fn newest(&self) -> &Span {
        self.transactions.last().map_or(&self.connection, |(_, span)| span)
    }

    fn transaction(&mut self, number: u64) -> Span {
        if let Some((_, span)) = self.transactions.iter().find(|(other, _)| *other == number) {
            return span.clone();
        }
        let span = debug_span!(parent: &self.connection, "transaction", number);
        self.transactions.push((number, span.clone()));
        span
    }
}

/// Whether anybody wants to know what is said on connections. Most often nobody does, and then it is not even
/// looked at.
fn is_heard() -> bool {
    tracing::level_enabled!(Level::DEBUG)
}
