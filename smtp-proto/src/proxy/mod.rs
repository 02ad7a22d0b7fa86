//! Layer 1: the header by which a balancer says who the client is: the PROXY protocol, versions 1
//! and 2.
//!
//! The specification is `doc/proxy-protocol.txt` of `HAProxy`; section numbers here are its own. The
//! header comes first on a connection, before TLS and before the greeting, and says nothing that
//! could be verified: it is for listeners that nobody but the balancer can reach.
//!
//! A [`Receiver`] reads it without taking an octet of what stands behind it. [`Header`] has what it
//! says, and writes it.
//!
//! ```
//! use smtp_proto::proxy::{Endpoint, Receiver};
//!
//! let mut stream: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\nEHLO client.example\r\n";
//! let mut receiver = Receiver::new();
//! let header = loop {
//!     let space = receiver.space();
//!     let read = space.len().min(stream.len()); // of a socket: Ok(0) is the end of the stream
//!     space[..read].copy_from_slice(&stream[..read]);
//!     stream = &stream[read..];
//!     if let Some(header) = receiver.commit(read)? {
//!         break header;
//!     }
//! };
//! assert_eq!(header.source(), Some(&Endpoint::Ip("192.0.2.1:56324".parse().unwrap())));
//! assert_eq!(stream, b"EHLO client.example\r\n");
//! # Ok::<(), smtp_proto::proxy::ProxyError>(())
//! ```

mod crc32c;
mod error;
mod header;
mod receiver;
mod show;
mod ssl;
mod tlv;
mod v1;
mod v2;
mod write;

pub use error::{ProxyError, WriteError};
pub use header::{Command, Endpoint, Header, Transport, Version};
pub use receiver::Receiver;
pub use ssl::Ssl;
pub use tlv::Tlvs;

/// Octets of the variable part of a version 2 header that [`Receiver::new`] takes.
///
/// Headers are meant to fit a TCP segment of 536 octets (section 2); a client's certificate makes
/// them larger.
pub const DEFAULT_LIMIT: usize = 4096;

/// What is known of a header that has come in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    /// At least so many octets more belong to it: more than none.
    Wanted(usize),
    /// It has so many octets.
    Whole(usize),
}

/// Whether one is the beginning of the other.
fn agree(octets: &[u8], with: &[u8]) -> bool {
    octets.iter().zip(with).all(|(one, other)| one == other)
}
