//! The three dialects of the protocol.

/// Which of the three dialects a connection speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Mail transfer, RFC 5321.
    #[default]
    Smtp,
    /// Message submission, RFC 6409.
    Submission,
    /// Local mail transfer, RFC 2033: `LHLO`, and one reply a recipient after the content.
    Lmtp,
}
