//! The extensions, one row each: the name, and what decides whether it may be offered.
//!
//! What belongs to an extension besides: its parameters have rows in the table of
//! [`params`](crate::syntax::params), its verbs in that of [`Verb`](crate::syntax::verb::Verb), the
//! arguments of its keyword are an [`Offer`](super::Offer).

use core::fmt;

use crate::syntax::protocol::Protocol;

/// A service extension, by the keyword that announces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// Commands in groups, without waiting for each reply (RFC 2920).
    Pipelining,
    /// Declaration of the message's size (RFC 1870).
    Size,
    /// 8-bit content (RFC 6152).
    EightBitMime,
    /// Addresses and headers in UTF-8 (RFC 6531).
    SmtpUtf8,
    /// Enhanced status codes in replies (RFC 2034).
    EnhancedStatusCodes,
    /// Content in chunks: BDAT (RFC 3030).
    Chunking,
    /// Content of any octets, in chunks only (RFC 3030).
    BinaryMime,
    /// TLS on this connection (RFC 3207).
    StartTls,
    /// Authentication (RFC 4954).
    Auth,
    /// The VRFY command (RFC 5321).
    Vrfy,
    /// The EXPN command (RFC 5321).
    Expn,
    /// The HELP command (RFC 5321).
    Help,
    /// Delivery status notifications on request (RFC 3461).
    Dsn,
    /// A time by which the message is to be delivered (RFC 2852).
    DeliverBy,
    /// A time before which the message is to be held (RFC 4865).
    FutureRelease,
    /// Priorities (RFC 6710).
    MtPriority,
    /// Tracking of messages (RFC 3885).
    Mtrk,
    /// A recipient who must have been there since some time (RFC 7293).
    Rrvs,
    /// TLS on every hop (RFC 8689).
    RequireTls,
    /// What the server takes in one connection (RFC 9422).
    Limits,
    /// Kinds of solicitation that are not welcome (RFC 3865).
    NoSoliciting,
    /// Leave to convert the content (RFC 4141).
    ConPerm,
    /// What a recipient's equipment can show (RFC 4141).
    ConNeg,
    /// Content that the server fetches by its URL (RFC 4468).
    Burl,
    /// Transactions that go on after the connection was lost (RFC 1845).
    Checkpoint,
    /// Starting of the server's queue (RFC 1985).
    Etrn,
    /// Mail for the client's domains over the same connection, its roles reversed (RFC 2645).
    Atrn,
    /// An envelope sender for each recipient, by the server (Postfix).
    Verp,
    /// What a trusted proxy knows of the client (Postfix).
    XClient,
    /// What a trusted filter knows of the client, for logging (Postfix).
    XForward,
}

/// What there is to know of an extension.
struct Row {
    extension: Extension,
    keyword: &'static str,
    /// The dialects it is for.
    protocols: &'static [Protocol],
    /// Without which other it must not be offered.
    needs: Option<Extension>,
}

const ANY: &[Protocol] = &[Protocol::Smtp, Protocol::Submission, Protocol::Lmtp];
const TRANSFER: &[Protocol] = &[Protocol::Smtp];
const SUBMISSION: &[Protocol] = &[Protocol::Submission];

const fn row(
    extension: Extension,
    keyword: &'static str,
    protocols: &'static [Protocol],
    needs: Option<Extension>,
) -> Row {
    Row { extension, keyword, protocols, needs }
}

/// In the order of the variants.
const ROWS: &[Row] = &[
    row(Extension::Pipelining, "PIPELINING", ANY, None),
    row(Extension::Size, "SIZE", ANY, None),
    row(Extension::EightBitMime, "8BITMIME", ANY, None),
    row(Extension::SmtpUtf8, "SMTPUTF8", ANY, Some(Extension::EightBitMime)),
    row(Extension::EnhancedStatusCodes, "ENHANCEDSTATUSCODES", ANY, None),
    row(Extension::Chunking, "CHUNKING", ANY, None),
    row(Extension::BinaryMime, "BINARYMIME", ANY, Some(Extension::Chunking)),
    row(Extension::StartTls, "STARTTLS", ANY, None),
    row(Extension::Auth, "AUTH", ANY, None),
    row(Extension::Vrfy, "VRFY", ANY, None),
    row(Extension::Expn, "EXPN", ANY, None),
    row(Extension::Help, "HELP", ANY, None),
    row(Extension::Dsn, "DSN", ANY, None),
    row(Extension::DeliverBy, "DELIVERBY", ANY, None),
    row(Extension::FutureRelease, "FUTURERELEASE", SUBMISSION, None),
    row(Extension::MtPriority, "MT-PRIORITY", ANY, None),
    row(Extension::Mtrk, "MTRK", ANY, Some(Extension::Dsn)),
    row(Extension::Rrvs, "RRVS", ANY, None),
    row(Extension::RequireTls, "REQUIRETLS", ANY, None),
    row(Extension::Limits, "LIMITS", ANY, None),
    row(Extension::NoSoliciting, "NO-SOLICITING", ANY, None),
    row(Extension::ConPerm, "CONPERM", ANY, None),
    row(Extension::ConNeg, "CONNEG", ANY, None),
    row(Extension::Burl, "BURL", SUBMISSION, Some(Extension::EightBitMime)),
    row(Extension::Checkpoint, "CHECKPOINT", ANY, None),
    row(Extension::Etrn, "ETRN", TRANSFER, None),
    row(Extension::Atrn, "ATRN", TRANSFER, Some(Extension::Auth)),
    row(Extension::Verp, "XVERP", ANY, None),
    row(Extension::XClient, "XCLIENT", ANY, None),
    row(Extension::XForward, "XFORWARD", ANY, None),
];

impl Extension {
    /// All of them.
    pub const ALL: [Extension; ROWS.len()] = all();

    /// The keyword.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().keyword
    }

    /// The extension with this keyword, in any case.
    #[must_use]
    pub fn parse(keyword: &str) -> Option<Extension> {
        let row = ROWS.iter().find(|row| row.keyword.eq_ignore_ascii_case(keyword))?;
        Some(row.extension)
    }

    /// Whether a server of this dialect may offer it: FUTURERELEASE and BURL are for submission only
    /// (RFC 4865 section 4.2, RFC 4468 section 3.1), ETRN and ATRN are not for it (RFC 6409 section
    /// 7).
    #[must_use]
    pub fn is_for(self, protocol: Protocol) -> bool {
        self.row().protocols.contains(&protocol)
    }

    /// The extension without which this one must not be offered, if there is such: CHUNKING for
    /// BINARYMIME (RFC 3030 section 3), for instance.
    #[must_use]
    pub const fn needs(self) -> Option<Extension> {
        self.row().needs
    }

    #[expect(clippy::indexing_slicing, reason = "there is a row for each variant, says a test")]
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler only"
)]
const fn all() -> [Extension; ROWS.len()] {
    let mut all = [Extension::Pipelining; ROWS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = ROWS[at].extension;
        at += 1;
    }
    all
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
