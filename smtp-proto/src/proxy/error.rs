//! What can be wrong with a header.

use thiserror::Error;

use super::v1::LONGEST;

/// Why a connection has to be dropped that should have begun with a header (section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The first octets are those of neither version.
    #[error("not a PROXY header: the peer speaks something else, or the balancer does not send it")]
    NotProxy,
    /// A line of version 1 without its CRLF.
    #[error("PROXY line without CRLF in its first {LONGEST} octets")]
    LineTooLong,
    /// It begins like a header and is none.
    #[error("malformed PROXY header: {0}")]
    Malformed(&'static str),
    /// The signature of version 2, and another version behind it.
    #[error("PROXY header of version {0}: only 1 and 2 are known")]
    Version(u8),
    /// Longer than the receiver takes.
    #[error(
        "PROXY header announces {announced} octets, the limit is {limit}: let the balancer send \
         less, or raise the limit"
    )]
    TooLong {
        /// Octets behind the length.
        announced: usize,
        /// See [`Receiver::with_limit`](super::Receiver::with_limit).
        limit: usize,
    },
    /// The checksum is not that of the header.
    #[error("PROXY header with a wrong checksum: it was damaged on its way")]
    Checksum,
    /// The stream ended in the middle of the header. For whoever sees that end: a
    /// [`Receiver`](super::Receiver) does not.
    #[error("the connection ended inside of the PROXY header")]
    Truncated,
}

/// Why a header can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Version 1 has no words for it.
    #[error("version 1 of the PROXY protocol can't tell {0}: use version 2")]
    NotInVersion1(&'static str),
    /// What stands behind the length of a version 2 header has no more than 65535 octets.
    #[error("PROXY header of {octets} octets behind its length, at most {} fit", u16::MAX)]
    TooLong {
        /// Octets behind the length.
        octets: usize,
    },
}
