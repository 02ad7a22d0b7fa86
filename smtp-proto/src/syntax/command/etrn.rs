//! What ETRN asks for.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::syntax::address::Host;

/// The argument of ETRN (RFC 1985 section 5): a host, `@` and a domain, or `#` and the name of a
/// queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EtrnNode<T = Box<str>>(T);

/// What kind of thing ETRN asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EtrnKind {
    /// The mail queued for one host.
    Host,
    /// `@`: the mail queued for a domain and all below it.
    Subdomains,
    /// `#`: a queue by its name, which client and server have agreed on.
    Queue,
}

/// Not an argument of ETRN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("neither a host, nor \"@\" and a domain, nor \"#\" and a name without spaces")]
pub struct EtrnError;

impl<'a> EtrnNode<&'a str> {
    /// Takes the whole of `text` for the argument of ETRN.
    pub fn parse(text: &'a str) -> Result<EtrnNode<&'a str>, EtrnError> {
        let node = EtrnNode(text);
        let name = node.name();
        let well_formed = match node.kind() {
            EtrnKind::Queue => {
                !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic())
            }
            EtrnKind::Host | EtrnKind::Subdomains => name.is_ascii() && Host::parse(name).is_ok(),
        };
        if well_formed { Ok(node) } else { Err(EtrnError) }
    }
}

impl<T: AsRef<str>> EtrnNode<T> {
    /// The argument as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> EtrnKind {
        match self.as_str().as_bytes().first() {
            Some(b'@') => EtrnKind::Subdomains,
            Some(b'#') => EtrnKind::Queue,
            _ => EtrnKind::Host,
        }
    }

    /// The host, domain or queue, without the character in front.
    #[must_use]
    pub fn name(&self) -> &str {
        let text = self.as_str();
        text.strip_prefix(['@', '#']).unwrap_or(text)
    }

    /// The same node, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> EtrnNode<&str> {
        EtrnNode(self.as_str())
    }

    /// The same node, owned.
    #[must_use]
    pub fn into_owned(self) -> EtrnNode
    where
        T: Into<Box<str>>,
    {
        EtrnNode(self.0.into())
    }
}

impl FromStr for EtrnNode {
    type Err = EtrnError;

    fn from_str(text: &str) -> Result<EtrnNode, EtrnError> {
        EtrnNode::parse(text).map(EtrnNode::into_owned)
    }
}

impl<T: AsRef<str>> fmt::Display for EtrnNode<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{EtrnError, EtrnKind, EtrnNode};

    #[test]
    fn examples() {
        for (text, kind, name) in [
            ("foo.com", EtrnKind::Host, "foo.com"),
            ("[192.0.2.1]", EtrnKind::Host, "[192.0.2.1]"),
            ("@example.org", EtrnKind::Subdomains, "example.org"),
            ("#uucp", EtrnKind::Queue, "uucp"),
            ("#a@b#c", EtrnKind::Queue, "a@b#c"),
        ] {
            let node = EtrnNode::parse(text).unwrap();
            assert_eq!((node.kind(), node.name(), node.as_str()), (kind, name, text));
            assert_eq!(text.parse(), Ok(node.into_owned()));
        }
    }

    #[test]
    fn refused() {
        for text in
            ["", "@", "#", "a b", "#a b", "foo_bar", "@@a", "a\r\nb", "#a\0", "é.example", "#é"]
        {
            assert_eq!(EtrnNode::parse(text), Err(EtrnError), "{text:?}");
        }
    }
}
