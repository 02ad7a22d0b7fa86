//! Deadlines: how long a machine waits for its peer.
//!
//! All of them are absolute: they start when the wait starts, and a byte that drips in does not
//! start them again, except where the text says so.

use core::time::Duration;

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(60))
}

/// How long a server waits (RFC 5321 section 4.5.3.2.7). When time is up it answers 421 4.4.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTimeouts {
    /// From the last reply to the first octet of the next command: 5 minutes.
    pub command: Duration,
    /// From the first octet of a command line to its CRLF: 5 minutes.
    pub command_line: Duration,
    /// From a challenge to the end of the client's response: 5 minutes.
    pub auth_response: Duration,
    /// Between two arrivals of message content: 5 minutes.
    pub data_block: Duration,
    /// From 354, or from the first BDAT, to the end of the message: 1 hour.
    pub body: Duration,
    /// For the TLS handshake: 1 minute.
    pub handshake: Duration,
    /// For the client to take some of the replies that wait for it: 5 minutes.
    pub write: Duration,
    /// For the client to take the last reply before the connection is closed: 30 seconds.
    pub close: Duration,
}

impl Default for ServerTimeouts {
    fn default() -> Self {
        Self {
            command: minutes(5),
            command_line: minutes(5),
            auth_response: minutes(5),
            data_block: minutes(5),
            body: minutes(60),
            handshake: minutes(1),
            write: minutes(5),
            close: Duration::from_secs(30),
        }
    }
}

impl ServerTimeouts {
    /// The defaults, with every wait for the client bounded by `limit`.
    #[must_use]
    pub fn at_most(limit: Duration) -> Self {
        let default = Self::default();
        Self {
            command: limit.min(default.command),
            command_line: limit.min(default.command_line),
            auth_response: limit.min(default.auth_response),
            data_block: limit.min(default.data_block),
            handshake: limit.min(default.handshake),
            write: limit.min(default.write),
            close: limit.min(default.close),
            body: default.body,
        }
    }
}

/// How long a client waits for each reply (RFC 5321 section 4.5.3.2).
///
/// A wait starts when all replies to earlier commands are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTimeouts {
    /// The greeting: 5 minutes.
    pub greeting: Duration,
    /// The reply to EHLO, HELO or LHLO: 5 minutes.
    pub hello: Duration,
    /// The reply to MAIL: 5 minutes.
    pub mail: Duration,
    /// The reply to RCPT: 5 minutes.
    pub rcpt: Duration,
    /// The reply to DATA: 2 minutes.
    pub data: Duration,
    /// The server takes a part of what waits to be written: 3 minutes.
    pub data_block: Duration,
    /// The reply to a BDAT chunk that is not the last: 3 minutes.
    pub chunk: Duration,
    /// The reply to the final dot, or to BDAT LAST: 10 minutes.
    pub content: Duration,
    /// Each reply in an AUTH exchange: 5 minutes.
    pub auth: Duration,
    /// The reply to STARTTLS: 5 minutes.
    pub starttls: Duration,
    /// The TLS handshake: 1 minute.
    pub handshake: Duration,
    /// The reply to RSET, NOOP, VRFY, EXPN, HELP and ETRN: 5 minutes.
    pub other: Duration,
    /// The reply to QUIT: 30 seconds.
    pub quit: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            greeting: minutes(5),
            hello: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            data_block: minutes(3),
            chunk: minutes(3),
            content: minutes(10),
            auth: minutes(5),
            starttls: minutes(5),
            handshake: minutes(1),
            other: minutes(5),
            quit: Duration::from_secs(30),
        }
    }
}

impl ClientTimeouts {
    /// The same bound for every wait.
    #[must_use]
    pub const fn all(limit: Duration) -> Self {
        Self {
            greeting: limit,
            hello: limit,
            mail: limit,
            rcpt: limit,
            data: limit,
            data_block: limit,
            chunk: limit,
            content: limit,
            auth: limit,
            starttls: limit,
            handshake: limit,
            other: limit,
            quit: limit,
        }
    }
}
