//! Addresses: domains, address literals, mailboxes, paths, and the name in EHLO.
//!
//! The grammar is that of RFC 5321 sections 4.1.2 and 4.1.3 with the UTF-8 of RFC 6531 section
//! 3.3; whether UTF-8 is welcome depends on the transaction, so the caller asks `is_ascii`.
//! Stricter than the printed grammar: an empty quoted local part, leading zeros in IPv4 literals,
//! ASCII labels of more than 63 octets and the C1 controls are refused. That a label in UTF-8 is a
//! U-label is not checked.
//!
//! Each type is generic over what holds its text: `Box<str>` if it owns it, `&str` if a parser
//! just found it. Equality is that of the text as written; [`Mailbox::same_as`] and
//! [`Host::same_as`] compare what it means.

mod ascii;
mod common;
mod domain;
mod error;
mod forward;
mod hello;
mod host;
mod literal;
mod local;
mod mailbox;
mod path;
mod reverse;
#[cfg(test)]
mod tests;

pub use ascii::AsciiDomain;
pub use domain::Domain;
pub use error::{AddressError, AddressErrorKind};
pub use forward::ForwardPath;
pub use hello::HelloName;
pub use host::Host;
pub use literal::AddressLiteral;
pub use mailbox::Mailbox;
pub use reverse::ReversePath;

/// The longest local part as written, in octets (RFC 5321 section 4.5.3.1.1).
pub const MAX_LOCAL_PART: usize = 64;
/// The longest domain or address literal, in octets (RFC 5321 section 4.5.3.1.2).
pub const MAX_DOMAIN: usize = 255;
/// The longest path with its brackets, in octets (RFC 5321 section 4.5.3.1.3).
pub const MAX_PATH: usize = 256;

/// The longest mailbox that fits a path with its brackets.
const MAX_MAILBOX: usize = MAX_PATH - 2;

/// The longest label of US-ASCII (RFC 1035 section 2.3.4). A U-label may be longer in UTF-8 than
/// the A-label that has to fit (RFC 5890 section 4.2).
const MAX_LABEL: usize = 63;
