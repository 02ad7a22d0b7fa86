//! What a server offers and how it behaves.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::output::LINE;
use super::policy::Policy;
use crate::body::Newlines;
use crate::limits::ServerLimits;
use crate::session::Protocol;
use crate::syntax::address::AsciiDomain;
use crate::syntax::capability::{
    BurlOffer, DeliverByOffer, Extension, FutureReleaseOffer, MtPriorityOffer, NoSolicitingOffer,
    XClientOffer, XForwardOffer, is_ehlo_line,
};
use crate::syntax::command::Mechanism;
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;
use crate::timeouts::ServerTimeouts;

/// What a server offers and how it behaves; one value serves any number of connections.
#[derive(Clone, Debug)]
pub struct Config {
    /// The dialect spoken.
    pub protocol: Protocol,
    /// The server's own name, in the greeting and the reply to EHLO. In ASCII: whether the client
    /// takes anything else is not known then (RFC 6531 section 3.7.1).
    pub hostname: AsciiDomain,
    /// The text behind the host name in the greeting.
    pub greeting: Text,
    /// The extensions to announce, in this order.
    ///
    /// STARTTLS and AUTH are announced by the fields below, and here they are passed over. So is an
    /// extension that is not for this dialect ([`Extension::is_for`]) or needs another one that is
    /// not in the list ([`Extension::needs`]).
    pub extensions: Vec<Extension>,
    /// What is announced with those that have arguments.
    pub offers: Offers,
    /// Extensions that this crate does not know.
    pub private: Vec<Private>,
    /// Offer STARTTLS while the connection is in the clear.
    pub starttls: bool,
    /// Answer 530 5.7.0 to everything but NOOP, EHLO, STARTTLS and QUIT until TLS is active.
    pub require_tls: bool,
    /// The SASL mechanisms to announce, in this order. None: no AUTH.
    pub mechanisms: Vec<Mechanism>,
    /// Announce and accept AUTH on a connection in the clear as well, by all mechanisms but those that
    /// are bound to TLS. Passwords can be read on the way.
    pub auth_without_tls: bool,
    /// The same, only by mechanisms that don't show the password or a token: SCRAM, CRAM-MD5. Who
    /// reads along can still try passwords on what was said.
    pub hashed_auth_without_tls: bool,
    /// Answer 530 5.7.0 to mail commands until the client is authenticated (RFC 4954 section 6).
    pub require_auth: bool,
    /// What to do with bare CR and bare LF in message text.
    pub newlines: Newlines,
    /// Checks of a client's manners.
    pub policy: Policy,
    /// Budgets.
    pub limits: ServerLimits,
    /// Deadlines.
    pub timeouts: ServerTimeouts,
}

impl Config {
    /// A server for mail transfer with every extension that needs no further decision, without
    /// TLS and without AUTH.
    #[must_use]
    pub fn new(hostname: AsciiDomain) -> Self {
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
            offers: Offers::default(),
            private: Vec::new(),
            starttls: false,
            require_tls: false,
            mechanisms: Vec::new(),
            auth_without_tls: false,
            hashed_auth_without_tls: false,
            require_auth: false,
            newlines: Newlines::default(),
            policy: Policy::default(),
            limits: ServerLimits::default(),
            timeouts: ServerTimeouts::default(),
        }
    }

    /// The same for message submission: nobody may send mail before authentication (RFC 6409 section
    /// 4.3). The mechanisms are still to be named, and TLS to be offered.
    #[must_use]
    pub fn submission(hostname: AsciiDomain) -> Self {
        Self { protocol: Protocol::Submission, require_auth: true, ..Self::new(hostname) }
    }

    /// The same for local mail transfer (RFC 2033).
    #[must_use]
    pub fn lmtp(hostname: AsciiDomain) -> Self {
        Self { protocol: Protocol::Lmtp, ..Self::new(hostname) }
    }

    /// Whether an extension is on, its own requirements considered.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        let listed = match extension {
            Extension::StartTls => self.starttls,
            Extension::Auth => !self.mechanisms.is_empty(),
            Extension::FutureRelease => {
                self.offers.future_release.is_some() && self.extensions.contains(&extension)
            }
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

/// What is announced with the extensions that have arguments, where nothing else of the configuration
/// says it. An extension has to be in [`Config::extensions`] besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// DELIVERBY: the shortest time for BY with R. Shorter ones are answered 555 5.5.4 (RFC 2852
    /// section 3).
    pub deliver_by: DeliverByOffer,
    /// FUTURERELEASE, which is not offered without: for how long a message may be held. More is answered
    /// 501 5.5.4 (RFC 4865 section 4.2).
    pub future_release: Option<FutureReleaseOffer>,
    /// MT-PRIORITY: the priority assignment policy (RFC 6710 section 9).
    pub mt_priority: MtPriorityOffer,
    /// NO-SOLICITING: what is not welcome. A message with such a word in SOLICIT is answered 550 5.7.1
    /// (RFC 3865 section 2.3).
    pub no_soliciting: NoSolicitingOffer,
    /// BURL: what can be fetched. Not told before authentication, where AUTH is offered (RFC 4468
    /// section 3.1).
    pub burl: BurlOffer,
    /// XCLIENT: the attributes that are understood; all by default. Others are answered 501 5.5.4.
    pub xclient: XClientOffer,
    /// XFORWARD: the attributes that are understood; all by default. Others are answered 501 5.5.4.
    pub xforward: XForwardOffer,
}

/// An extension that this crate does not know: what of it is announced, and what of it is passed to
/// the application as it comes.
///
/// Its keyword has to begin with X, unless it is registered with IANA; so do the keywords of parameters
/// and the verbs (RFC 5321 sections 2.2.2 and 4.1.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    /// The line to announce it by: a keyword and perhaps arguments, each behind one space (RFC 5321
    /// section 4.1.1.1). Empty: none.
    ///
    /// Only a well-formed line is announced: in ASCII, of 505 octets at most, and not that of an
    /// [`Extension`].
    pub line: Text,
    /// Keywords of parameters for MAIL. Their values are any that a parameter can have.
    pub mail: Vec<Box<str>>,
    /// Keywords of parameters for RCPT.
    pub rcpt: Vec<Box<str>>,
    /// Verbs: [`Event::Private`](super::Event::Private) asks what to do. Where TLS or authentication is
    /// required, it is for these too.
    pub verbs: Vec<Box<str>>,
}

impl Private {
    /// The line, if it is one that can be announced.
    pub(super) fn announced(&self) -> Option<&str> {
        let line = self.line.as_str();
        let keyword = line.split(' ').next().unwrap_or_default();
        let is_own = line.len() <= LINE && Extension::parse(keyword).is_none();
        (is_own && is_ehlo_line(line)).then_some(line)
    }
}
