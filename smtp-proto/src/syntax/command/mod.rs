//! Commands: what a client says (RFC 5321 section 4.1 and the extensions).
//!
//! [`Command::parse`] takes a line apart without copying or allocating anything, and
//! [`Command::write`] is its inverse.

mod atrn;
mod attributes;
mod common;
mod error;
mod etrn;
mod initial_response;
mod mechanism;
mod parse;
#[cfg(test)]
mod tests;
mod url;
mod write;

pub use atrn::{AtrnDomains, AtrnError};
pub use attributes::{Attribute, AttributeError, AttributeName, AttributeValue, Attributes};
pub use error::{CommandError, CommandErrorKind};
pub use etrn::{EtrnError, EtrnKind, EtrnNode};
pub use initial_response::InitialResponse;
pub use mechanism::{Mechanism, MechanismError};
pub use url::{Url, UrlError};

use super::address::{ForwardPath, HelloName, ReversePath};
use super::params::Params;
use super::verb::Verb;

/// A command, its arguments taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `EHLO host`: hello, and what can you do? (RFC 5321 section 4.1.1.1)
    Ehlo(HelloName<&'a str>),
    /// `HELO host`: hello, without extensions (RFC 5321 section 4.1.1.1).
    Helo(HelloName<&'a str>),
    /// `LHLO host`: hello in LMTP (RFC 2033 section 4.1).
    Lhlo(HelloName<&'a str>),
    /// `MAIL FROM:<path> [parameters]`: begins a transaction (RFC 5321 section 4.1.1.2).
    Mail {
        /// Where notifications go.
        from: ReversePath<&'a str>,
        /// Well formed, but not looked at any further.
        params: Params<&'a str>,
    },
    /// `RCPT TO:<path> [parameters]`: one more recipient (RFC 5321 section 4.1.1.3).
    Rcpt {
        /// The recipient.
        to: ForwardPath<&'a str>,
        /// Well formed, but not looked at any further.
        params: Params<&'a str>,
    },
    /// `DATA`: the message follows, up to a line with a dot (RFC 5321 section 4.1.1.4).
    Data,
    /// `BDAT size [LAST]`: a chunk of the message follows at once (RFC 3030 section 2).
    Bdat {
        /// The octets in the chunk. A size that does not fit is [`u64::MAX`].
        size: u64,
        /// Whether the message ends with this chunk.
        last: bool,
    },
    /// `RSET`: forgets the transaction (RFC 5321 section 4.1.1.5).
    Rset,
    /// `NOOP [anything]` (RFC 5321 section 4.1.1.9)
    Noop(Option<&'a str>),
    /// `QUIT` (RFC 5321 section 4.1.1.10)
    Quit,
    /// `VRFY user`: is there such a user? (RFC 5321 section 4.1.1.6)
    Vrfy(Query<'a>),
    /// `EXPN list`: who is on the list? (RFC 5321 section 4.1.1.7)
    Expn(Query<'a>),
    /// `HELP [topic]` (RFC 5321 section 4.1.1.8)
    Help(Option<&'a str>),
    /// `STARTTLS`: shakes hands for TLS (RFC 3207 section 4).
    StartTls,
    /// `AUTH mechanism [initial-response]` (RFC 4954 section 4)
    Auth {
        /// The SASL mechanism.
        mechanism: Mechanism<&'a str>,
        /// What the client says first, if it does not wait for the server.
        initial: Option<InitialResponse<'a>>,
    },
    /// `ETRN host`: sends what is queued for a host, or with `@` in front for a domain and all
    /// below it, or with `#` for a queue of that name (RFC 1985 section 5).
    Etrn(EtrnNode<&'a str>),
    /// `ATRN [domain,...]`: sends what is queued for these domains over this connection, the roles
    /// reversed (RFC 2645 section 5.2.1).
    Atrn(AtrnDomains<&'a str>),
    /// `BURL url [LAST]`: a piece of the message is to be fetched (RFC 4468 section 3.2).
    Burl {
        /// From where.
        url: Url<&'a str>,
        /// Whether the message ends with this piece.
        last: bool,
    },
    /// `XCLIENT name=value ...`: what a trusted proxy knows of the client (Postfix).
    XClient(Attributes<&'a str>),
    /// `XFORWARD name=value ...`: what a trusted filter knows of the client (Postfix).
    XForward(Attributes<&'a str>),
    /// A verb that is none of these.
    Unknown {
        /// The verb as it was sent.
        verb: &'a str,
        /// What followed it, without the space around; may be empty.
        argument: &'a str,
    },
}

/// The argument of VRFY or EXPN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query<'a> {
    /// A user, a mailbox or a list: any text that is not empty, since clients send
    /// `user@example.org` and RFC 5321 section 3.5.1 wants that understood.
    pub text: &'a str,
    /// Whether the reply may be in UTF-8 (RFC 6531 section 3.7.4.2).
    pub smtputf8: bool,
}

impl Command<'_> {
    /// The verb, or `None` for [`Command::Unknown`].
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        Some(match self {
            Command::Ehlo(_) => Verb::Ehlo,
            Command::Helo(_) => Verb::Helo,
            Command::Lhlo(_) => Verb::Lhlo,
            Command::Mail { .. } => Verb::Mail,
            Command::Rcpt { .. } => Verb::Rcpt,
            Command::Data => Verb::Data,
            Command::Bdat { .. } => Verb::Bdat,
            Command::Rset => Verb::Rset,
            Command::Noop(_) => Verb::Noop,
            Command::Quit => Verb::Quit,
            Command::Vrfy(_) => Verb::Vrfy,
            Command::Expn(_) => Verb::Expn,
            Command::Help(_) => Verb::Help,
            Command::StartTls => Verb::StartTls,
            Command::Auth { .. } => Verb::Auth,
            Command::Etrn(_) => Verb::Etrn,
            Command::Atrn(_) => Verb::Atrn,
            Command::Burl { .. } => Verb::Burl,
            Command::XClient(_) => Verb::XClient,
            Command::XForward(_) => Verb::XForward,
            Command::Unknown { .. } => return None,
        })
    }
}
