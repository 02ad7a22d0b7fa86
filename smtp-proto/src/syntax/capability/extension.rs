//! Names of extensions.

use core::fmt;

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
    /// Starting of the server's queue (RFC 1985).
    Etrn,
    /// Delivery status notifications on request (RFC 3461).
    Dsn,
}

impl Extension {
    /// All of them.
    pub const ALL: [Extension; 14] = [
        Extension::Pipelining,
        Extension::Size,
        Extension::EightBitMime,
        Extension::SmtpUtf8,
        Extension::EnhancedStatusCodes,
        Extension::Chunking,
        Extension::BinaryMime,
        Extension::StartTls,
        Extension::Auth,
        Extension::Vrfy,
        Extension::Expn,
        Extension::Help,
        Extension::Etrn,
        Extension::Dsn,
    ];

    /// The keyword.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Extension::Pipelining => "PIPELINING",
            Extension::Size => "SIZE",
            Extension::EightBitMime => "8BITMIME",
            Extension::SmtpUtf8 => "SMTPUTF8",
            Extension::EnhancedStatusCodes => "ENHANCEDSTATUSCODES",
            Extension::Chunking => "CHUNKING",
            Extension::BinaryMime => "BINARYMIME",
            Extension::StartTls => "STARTTLS",
            Extension::Auth => "AUTH",
            Extension::Vrfy => "VRFY",
            Extension::Expn => "EXPN",
            Extension::Help => "HELP",
            Extension::Etrn => "ETRN",
            Extension::Dsn => "DSN",
        }
    }

    /// The extension with this keyword, in any case.
    #[must_use]
    pub fn parse(keyword: &str) -> Option<Extension> {
        Extension::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(keyword))
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
