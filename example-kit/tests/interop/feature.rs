//! What is checked of a peer, and in which part it is checked.

/// A column of the matrix: checks count for one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    /// All samples, in the clear, octet for octet.
    Plain,
    /// A message of 20 MB.
    Large,
    /// Many messages on one connection, or on several at once.
    Many,
    StartTls,
    ImplicitTls,
    Auth,
    Pipelining,
    Chunking,
    EightBitMime,
    SmtpUtf8,
    Size,
    Dsn,
    /// Refused recipients among others, refused commands, refused connections.
    Refusals,
    Lmtp,
    UnixSocket,
    Proxy,
    XClient,
    XForward,
}

impl Feature {
    pub(crate) const ALL: [Self; 18] = [
        Self::Plain,
        Self::Large,
        Self::Many,
        Self::StartTls,
        Self::ImplicitTls,
        Self::Auth,
        Self::Pipelining,
        Self::Chunking,
        Self::EightBitMime,
        Self::SmtpUtf8,
        Self::Size,
        Self::Dsn,
        Self::Refusals,
        Self::Lmtp,
        Self::UnixSocket,
        Self::Proxy,
        Self::XClient,
        Self::XForward,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Large => "20 MB",
            Self::Many => "many",
            Self::StartTls => "STARTTLS",
            Self::ImplicitTls => "implicit TLS",
            Self::Auth => "AUTH",
            Self::Pipelining => "PIPELINING",
            Self::Chunking => "CHUNKING",
            Self::EightBitMime => "8BITMIME",
            Self::SmtpUtf8 => "SMTPUTF8",
            Self::Size => "SIZE",
            Self::Dsn => "DSN",
            Self::Refusals => "refusals",
            Self::Lmtp => "LMTP",
            Self::UnixSocket => "unix socket",
            Self::Proxy => "PROXY",
            Self::XClient => "XCLIENT",
            Self::XForward => "XFORWARD",
        }
    }
}

/// Which part the peer plays. One that plays both is two rows of the matrix, and two tallies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The client of our `receive`.
    Sending,
    /// The server of our `send`.
    Receiving,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Receiving => "receiving",
        }
    }
}
