//! What a server offers and how it behaves.

use alloc::vec::Vec;

use crate::body::Newlines;
use crate::limits::ServerLimits;
use crate::session::Protocol;
use crate::syntax::address::Domain;
use crate::syntax::capability::Extension;
use crate::syntax::command::Mechanism;
use crate::syntax::text::Text;
use crate::timeouts::ServerTimeouts;

/// What a server offers and how it behaves; one value serves any number of connections.
#[derive(Clone, Debug)]
pub struct Config {
    /// The dialect spoken.
    pub protocol: Protocol,
    /// The server's own name, in the greeting and the reply to EHLO.
    pub hostname: Domain,
    /// The text behind the host name in the greeting.
    pub greeting: Text,
    /// The extensions to announce, in this order.
    ///
    /// Of these only: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING,
    /// BINARYMIME, VRFY, EXPN, HELP and ETRN. STARTTLS and AUTH are announced by the fields below.
    /// BINARYMIME is passed over without CHUNKING, SMTPUTF8 without 8BITMIME.
    pub extensions: Vec<Extension>,
    /// Offer STARTTLS while the connection is in the clear.
    pub starttls: bool,
    /// Answer 530 5.7.0 to everything but NOOP, EHLO, STARTTLS and QUIT until TLS is active.
    pub require_tls: bool,
    /// The SASL mechanisms to announce, in this order. None: no AUTH.
    pub mechanisms: Vec<Mechanism>,
    /// Announce and accept AUTH on a connection in the clear as well.
    pub auth_without_tls: bool,
    /// Answer 530 5.7.0 to mail commands until the client is authenticated (RFC 4954 section 6).
    pub require_auth: bool,
    /// What to do with bare CR and bare LF in message text.
    pub newlines: Newlines,
    /// Budgets.
    pub limits: ServerLimits,
    /// Deadlines.
    pub timeouts: ServerTimeouts,
}

impl Config {
    /// A server for mail transfer with every extension that needs no further decision, without
    /// TLS and without AUTH.
    #[must_use]
    pub fn new(hostname: Domain) -> Self {
        Self {
            protocol: Protocol::Smtp,
            hostname,
            greeting: Text::lossy("ESMTP"),
            extensions: [
                Extension::Pipelining,
                Extension::Size,
                Extension::EightBitMime,
                Extension::SmtpUtf8,
                Extension::EnhancedStatusCodes,
                Extension::Chunking,
                Extension::BinaryMime,
            ]
            .into(),
            starttls: false,
            require_tls: false,
            mechanisms: Vec::new(),
            auth_without_tls: false,
            require_auth: false,
            newlines: Newlines::default(),
            limits: ServerLimits::default(),
            timeouts: ServerTimeouts::default(),
        }
    }

    /// Whether an extension is on, its own requirements considered.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        let listed = |wanted| self.extensions.contains(&wanted);
        match extension {
            Extension::StartTls => self.starttls,
            Extension::Auth => !self.mechanisms.is_empty(),
            Extension::BinaryMime => listed(extension) && listed(Extension::Chunking),
            Extension::SmtpUtf8 => listed(extension) && listed(Extension::EightBitMime),
            _ => listed(extension),
        }
    }
}
