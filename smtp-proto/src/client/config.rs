//! How a client behaves.

use crate::body::OutgoingNewlines;
use crate::limits::ClientLimits;
use crate::session::Protocol;
use crate::syntax::address::HelloName;
use crate::timeouts::ClientTimeouts;

/// How a client behaves; one value serves any number of connections.
#[derive(Clone, Debug)]
pub struct Config {
    /// The dialect spoken.
    pub protocol: Protocol,
    /// The client's own name in EHLO: its host name, or its address literal if it has none (RFC 5321
    /// section 4.1.4).
    pub hello: HelloName,
    /// Use PIPELINING where it is offered.
    pub pipelining: bool,
    /// When to use CHUNKING where it is offered.
    pub chunking: Chunking,
    /// Send HELO where EHLO was refused with a 5yz reply (RFC 5321 section 3.2).
    pub helo_fallback: bool,
    /// Allow PLAIN, LOGIN and other mechanisms that show the password on a connection in the clear.
    pub auth_without_tls: bool,
    /// What to do with bare CR and bare LF in a message to be sent.
    pub newlines: OutgoingNewlines,
    /// Budgets.
    pub limits: ClientLimits,
    /// Deadlines.
    pub timeouts: ClientTimeouts,
}

impl Config {
    /// A client for mail transfer that uses what it is offered.
    #[must_use]
    pub fn new(hello: HelloName) -> Self {
        Self {
            protocol: Protocol::Smtp,
            hello,
            pipelining: true,
            chunking: Chunking::default(),
            helo_fallback: true,
            auth_without_tls: false,
            newlines: OutgoingNewlines::default(),
            limits: ClientLimits::default(),
            timeouts: ClientTimeouts::default(),
        }
    }
}

/// When to send content by BDAT and not by DATA (RFC 3030).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Chunking {
    /// Never. Binary content can't be sent then.
    Never,
    /// For binary content only, which can't be sent by DATA.
    Needed,
    /// Always: with PIPELINING a message takes one round trip, by DATA two.
    #[default]
    Always,
}
