//! What a server offers and how it behaves.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::body::Newlines;
use crate::limits::ServerLimits;
use crate::session::Protocol;
use crate::syntax::address::Domain;
use crate::syntax::capability::Extension;
use crate::syntax::command::Mechanism;
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;
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
    /// STARTTLS and AUTH are announced by the fields below, and here they are passed over. So is an
    /// extension that is not for this dialect ([`Extension::is_for`]) or needs another one that is
    /// not in the list ([`Extension::needs`]).
    pub extensions: Vec<Extension>,
    /// Extensions that this crate does not know.
    pub private: Vec<Private>,
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
            private: Vec::new(),
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
        let listed = match extension {
            Extension::StartTls => self.starttls,
            Extension::Auth => !self.mechanisms.is_empty(),
            _ => self.extensions.contains(&extension),
        };
        listed
            && extension.is_for(self.protocol)
            && extension.needs().is_none_or(|needed| self.offers(needed))
    }

    /// Whether a parameter belongs to an extension of one's own.
    pub(super) fn takes(&self, verb: Verb, keyword: &str) -> bool {
        self.private.iter().any(|private| {
            let params = if verb == Verb::Mail { &private.mail } else { &private.rcpt };
            params.iter().any(|param| param.eq_ignore_ascii_case(keyword))
        })
    }
}

/// An extension that this crate does not know: what of it is announced, and what of it is passed to
/// the application as it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    /// The line to announce it by: a keyword and perhaps arguments. Empty: none.
    pub line: Text,
    /// Keywords of parameters for MAIL. Their values are any that a parameter can have.
    pub mail: Vec<Box<str>>,
    /// Keywords of parameters for RCPT.
    pub rcpt: Vec<Box<str>>,
    /// Verbs: [`Event::Private`](super::Event::Private) asks what to do.
    pub verbs: Vec<Box<str>>,
}
