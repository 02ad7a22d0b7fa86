//! `TRANSID` (RFC 1845 section 2).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::params::Parameter;

/// What the client calls this transaction, to go on with it after the connection was lost (RFC 1845
/// section 2): `<12345@claremont.edu>`. Case matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransId(Box<str>);

impl TransId {
    /// The longest, in octets.
    const MOST: usize = 80;

    /// This text, angle brackets included. `None` if it has not the form of a message identifier
    /// without quotes and literals, or more than 80 octets.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (local, domain) = text.strip_prefix('<')?.strip_suffix('>')?.split_once('@')?;
        let tokens = [local, domain].iter().all(|token| token.split('.').all(is_atom));
        (tokens && text.len() <= Self::MOST).then(|| Self(text.into()))
    }

    /// The text with its angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The `tspecials` are those of RFC 1521 section 4.
fn is_atom(atom: &str) -> bool {
    let octet = |octet: u8| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet);
    !atom.is_empty() && atom.bytes().all(octet)
}

impl Parameter for TransId {
    const KEYWORD: &'static str = "TRANSID";
    const EXPECTED: &'static str = "<local@domain>, 80 octets at most";

    fn parse(value: Option<&str>) -> Option<Self> {
        Self::new(value?)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for TransId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
