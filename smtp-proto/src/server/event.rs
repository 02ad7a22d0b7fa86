//! What a server asks and tells its application.

use alloc::boxed::Box;

use bytes::Bytes;

use crate::error::{Close, Fault};
use crate::machine::Tls;
use crate::sasl::Secret;
use crate::syntax::address::{ForwardPath, HelloName, ReversePath};
use crate::syntax::command::{AtrnDomains, Attributes, EtrnNode, Mechanism, Url};
use crate::syntax::params::Params;
use crate::syntax::verb::Verb;

/// What a server asks and tells its application.
///
/// Questions come first in the list; each must be answered, by [`accept`](super::Server::accept),
/// [`accept_with`](super::Server::accept_with), [`reject`](super::Server::reject) or, in an AUTH
/// exchange, [`challenge`](super::Server::challenge), before the server is polled again.
/// [`is_question`](Event::is_question) tells them from news.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Question: a client connected. Accepting greets it (220); rejecting refuses it (554, 521 or
    /// 421).
    Connected,
    /// Question: EHLO, HELO or LHLO. Accepting answers with the extensions.
    ///
    /// An open transaction is aborted when this is accepted.
    Hello {
        /// Which of the three.
        verb: Verb,
        /// The name the client gives itself. Not to be trusted.
        name: HelloName,
    },
    /// Question: STARTTLS. Rejecting it is a 454.
    StartTls,
    /// Question: AUTH. Answered with a challenge (334), with acceptance (235) or a refusal.
    ///
    /// [`Exchange`](super::Exchange) answers it, and asks what is a decision.
    Auth {
        /// The mechanism, one of those announced.
        mechanism: Mechanism,
        /// The initial response, decoded, if there was one.
        initial: Option<Secret>,
    },
    /// Question: the client's response to a challenge, decoded. Answered as [`Event::Auth`] is.
    AuthResponse(Secret),
    /// Question: MAIL. Accepting opens a transaction; [`resume`](super::Server::resume) goes on with
    /// one that another connection has begun.
    Mail {
        /// The reverse-path: where notifications go.
        from: ReversePath,
        /// The parameters; only those of announced extensions, with valid values.
        params: Params,
    },
    /// Question: RCPT.
    Rcpt {
        /// The forward-path.
        to: ForwardPath,
        /// The parameters; only those of announced extensions, with valid values.
        params: Params,
    },
    /// Question: the client is about to send the content of the message, to at least one accepted
    /// recipient. After acceptance come [`Event::Body`] and then [`Event::Deliver`]. After DATA was
    /// rejected the transaction stays open, for more recipients or RSET (RFC 2920 section 3.1).
    Message(Transfer),
    /// Question: the content is complete. Accepting takes responsibility for the message (250), so
    /// it must be safe by then. In LMTP asked once for each accepted recipient.
    Deliver {
        /// LMTP: the recipient, counted from 0 among those accepted. Otherwise `None`: all.
        recipient: Option<usize>,
        /// Octets of content, as passed on with [`Event::Body`].
        octets: u64,
    },
    /// Question: VRFY. Plain acceptance says nothing (252); with a text it confirms (250).
    Verify {
        /// What to verify, as the client wrote it.
        query: Box<str>,
        /// The client takes UTF-8 in the reply.
        smtputf8: bool,
    },
    /// Question: EXPN, only if announced. Answered like [`Event::Verify`].
    Expand {
        /// The list to expand, as the client wrote it.
        query: Box<str>,
        /// The client takes UTF-8 in the reply.
        smtputf8: bool,
    },
    /// Question: HELP, only if announced (214, or 211 for the status of the system).
    Help {
        /// The topic, if there was one.
        topic: Option<Box<str>>,
    },
    /// Question: ETRN, only if announced (250).
    Etrn {
        /// The queue to start.
        node: EtrnNode,
    },
    /// Question: ATRN, only if announced, and from an authenticated client only: which of these
    /// domains it may have mail for, its identity tells. Refused with 450, 451 or, if there is none,
    /// 453 (RFC 2645 section 5.2.1).
    ///
    /// Accepting it reverses the roles: [`Event::Turned`] follows.
    Atrn {
        /// The domains; none are all that the client may have mail for.
        domains: AtrnDomains,
    },
    /// Question: BURL, only if announced: a piece of the message is to be fetched from a URL. It comes
    /// behind [`Event::Message`] and among [`Event::Body`]; accepting says that the piece is at hand.
    ///
    /// A URL with `urlauth=submit+USER` is for the authenticated USER alone (RFC 4468 section 3.3).
    Burl {
        /// Where it is. What is in it may be a secret.
        url: Url,
        /// The message ends with it: [`Event::Deliver`] follows. Its `octets` know nothing of this
        /// piece.
        last: bool,
    },
    /// Question: XCLIENT, only if announced, and that must be to trusted proxies only: what a client is
    /// that this one speaks for. Accepting goes back to the greeting (220); a client that is not
    /// welcome is refused.
    ///
    /// LOGIN makes the connection authenticated. Without it, or with `[UNAVAILABLE]`, it is not, even if
    /// it was by AUTH: that was the proxy. The rest is for the application to keep until the connection
    /// ends.
    XClient(Attributes),
    /// Question: XFORWARD, only if announced, and that must be to trusted filters only: what is to be
    /// logged of the client of the next message (250). To be forgotten when the transaction ends.
    XForward(Attributes),

    /// Question: a verb that this crate does not know, only if it is one of
    /// [`Private::verbs`](super::Private::verbs) (250). It can't change how the conversation goes.
    Private {
        /// The verb as it was sent.
        verb: Box<str>,
        /// What followed it; may be empty.
        argument: Box<str>,
    },

    /// News: a piece of message content, dots removed. Never empty.
    ///
    /// The message may be refused at once with [`reject`](super::Server::reject); the rest of it
    /// is then swallowed.
    Body(Bytes),
    /// News: TLS is active; the client starts anew.
    Secured(Tls),
    /// News: the open transaction is over without a [`Event::Deliver`] having been accepted or
    /// rejected: whatever was kept of it is to be thrown away.
    Aborted(Abort),
    /// News: the client did something wrong and was told so.
    Fault(Fault),
    /// News: ATRN was accepted, and the client knows. The last event: a client takes the place of
    /// this machine ([`Step::Turn`](crate::Step::Turn)).
    Turned,
    /// News: the conversation is over. The last event.
    Closed(Close),
}

/// How message content comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transfer {
    /// By DATA: lines of text.
    Data,
    /// By BDAT: chunks of octets (RFC 3030). The content need not end with CRLF.
    Chunked,
}

/// Why a transaction ended without delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Abort {
    /// RSET.
    Reset,
    /// EHLO, HELO or LHLO.
    Hello,
    /// QUIT.
    Quit,
    /// The message was refused before or while it came: by the application, or for a fault of its
    /// own (too large, bare newlines, ...).
    Refused,
    /// The connection ended, by whatever cause.
    Closed,
}

impl Event {
    /// Whether the server waits for an answer.
    #[must_use]
    pub fn is_question(&self) -> bool {
        !matches!(
            self,
            Self::Body(_)
                | Self::Secured(_)
                | Self::Aborted(_)
                | Self::Fault(_)
                | Self::Turned
                | Self::Closed(_)
        )
    }
}
