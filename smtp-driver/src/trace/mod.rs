//! What a connection tells those who watch over it, with the feature `tracing`: a span for each
//! connection and for each mail transaction, and in them what was asked and what was replied.
//!
//! No secrets and no message text: machines say themselves what may be told
//! ([`Machine::outline`](smtp_proto::Machine::outline)), and of what goes over the wire only replies
//! are looked at. Without the feature a [`Trace`] is nothing and does nothing.

#[cfg(not(feature = "tracing"))]
mod quiet;
#[cfg(feature = "tracing")]
mod replies;
#[cfg(feature = "tracing")]
mod spans;

#[cfg(not(feature = "tracing"))]
pub(crate) use quiet::Trace;
#[cfg(feature = "tracing")]
pub(crate) use spans::Trace;
