//! Budgets: how much of everything a machine takes from its peer.

/// What a server takes from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Octets of a command line, CRLF included. Longer lines are answered 500 5.5.2.
    ///
    /// RFC 5321 section 4.5.3.1.4 asks for at least 512, each extension adds some (RFC 3461
    /// section 5.4); 4096 holds any combination.
    pub command_line: usize,
    /// Octets of one line in an AUTH exchange, and of the AUTH command, CRLF included.
    ///
    /// Longer lines are answered 500 5.5.6. RFC 4954 section 4 considers 12288 octets sufficient.
    pub auth_line: usize,
    /// Octets of the text of one reply the application may give; the rest is cut off.
    ///
    /// Texts longer than a line become several lines of at most 512 octets each (RFC 5321 section
    /// 4.5.3.1.5).
    pub reply_text: usize,
    /// Octets of a line of message text, CRLF included, the stuffed dot not counted.
    ///
    /// Messages with longer lines are answered 554 5.6.0. RFC 5321 section 4.5.3.1.6: 1000.
    /// Content sent with BODY=BINARYMIME has no lines.
    pub body_line: usize,
    /// Octets of message content, declared (SIZE=) or actual. More is answered 552 5.3.4.
    ///
    /// Announced with SIZE. Postfix's `message_size_limit`: 10 240 000.
    pub message: u64,
    /// Octets beyond the largest message that are read of a refused one before the connection is
    /// closed.
    ///
    /// A client can't be told before it has finished, so something has to be read; 64 MiB.
    pub discard: u64,
    /// Recipients of one transaction. Further ones are answered 452 4.5.3.
    ///
    /// RFC 5321 section 4.5.3.1.8 asks for at least 100; Postfix's `smtpd_recipient_limit`: 1000. If
    /// LIMITS is offered it is announced as RCPTMAX, and refused recipients count as well (RFC 9422
    /// section 4.2).
    pub recipients: usize,
    /// Different domains of all recipients in one connection, whether accepted or not. Further ones
    /// are answered 452 4.5.3.
    ///
    /// Without limit by default. If LIMITS is offered it is announced as RCPTDOMAINMAX (RFC 9422
    /// section 4.3).
    pub recipient_domains: usize,
    /// MAIL commands in one connection, whether accepted or not. Further ones are answered 421 4.7.0.
    ///
    /// Without limit by default, like Postfix. If LIMITS is offered it is announced as MAILMAX (RFC
    /// 9422 section 4.1).
    pub transactions: u32,
    /// Breaches of the protocol before 421 4.7.0. Postfix's `smtpd_hard_error_limit`: 20.
    ///
    /// An accepted message sets the count back.
    pub errors: u32,
    /// Commands that do nothing for a mail (NOOP, RSET, VRFY, EXPN, HELP, ETRN, XCLIENT, XFORWARD,
    /// verbs of one's own, refused ATRNs, empty chunks and hellos beyond the first) before 421 4.7.0.
    /// Postfix's `smtpd_junk_command_limit`: 100.
    ///
    /// An accepted message sets the count back.
    pub useless: u32,
    /// Commands refused by the application, or for a limit, before 421 4.7.0. Postfix's
    /// `smtpd_recipient_overshoot_limit`: 1000.
    ///
    /// An accepted message sets the count back.
    pub rejections: u32,
    /// Failed AUTH commands before 421 4.7.0. RFC 4954 section 9 asks for at least 3.
    pub auth_attempts: u32,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            command_line: 4096,
            auth_line: 12_288 + 2,
            reply_text: 4096,
            body_line: 1000,
            message: 10_240_000,
            discard: 64 << 20,
            recipients: 1000,
            recipient_domains: usize::MAX,
            transactions: u32::MAX,
            errors: 20,
            useless: 100,
            rejections: 1000,
            auth_attempts: 5,
        }
    }
}

/// What a client takes from a server, and how much it sends ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Octets of one line of a reply, CRLF included.
    ///
    /// RFC 5321 section 4.5.3.1.5 allows 512; AUTH challenges may have 12288 (RFC 4954 section 4).
    pub reply_line: usize,
    /// Lines of one reply.
    pub reply_lines: usize,
    /// Octets of one reply, all its lines together.
    pub reply: usize,
    /// Octets of commands that may be unanswered at a time when pipelining.
    ///
    /// What a peer's socket buffers can be expected to take even if it does not read while it
    /// writes (RFC 2920 section 3.1). One command is always allowed, however long.
    pub window: usize,
    /// Octets of message content asked for at a time. What the caller gives at once becomes one BDAT
    /// chunk.
    pub piece: usize,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            reply_line: 12_288 + 6,
            reply_lines: 256,
            reply: 64 << 10,
            window: 16 << 10,
            piece: 64 << 10,
        }
    }
}
