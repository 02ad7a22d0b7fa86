//! What can go wrong while a machine is driven.

use std::io;

use smtp_proto::error::Misuse;
use thiserror::Error as ThisError;

/// What can go wrong while a machine is driven.
///
/// That the peer went away is not among it: the machine tells so with its `Closed` event.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// Reading or writing failed, and not just because the peer has gone.
    ///
    /// Comes once, after the machine has told all it had to tell. The connection is over.
    #[error("the connection failed: {0}")]
    Io(io::Error),
    /// The TLS handshake failed. The connection is over; it must not be used in the clear.
    #[error("the TLS handshake failed: {0}")]
    Tls(io::Error),
    /// The server is stopping, and the time to finish was up. The connection is over, and what
    /// was not accepted by then is not.
    #[error("cut off: the server is stopping, and the time to finish was up")]
    Cut,
    /// The next event was asked for while a question was open. It still is.
    #[error("the last question was not answered before the next event was asked for")]
    Unanswered,
    /// The application made a call that makes no sense at this point. Nothing has changed.
    #[error("{0}")]
    Misuse(#[from] Misuse),
}
