//! `address-literal` (RFC 5321 section 4.1.3).

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end"
)]

use super::{AddressError, AddressErrorKind as Kind, MAX_DOMAIN};
use crate::syntax::class;
use alloc::{boxed::Box, format};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::{fmt, str::FromStr};

/// An address in brackets that stands for a domain: `[192.0.2.1]`, `[IPv6:2001:db8::1]` or
/// `[tag:whatever]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressLiteral<T = Box<str>>(T);

impl<'a> AddressLiteral<&'a str> {
    /// Takes the whole of `text`, with its brackets, for an address literal.
    pub fn parse(text: &'a str) -> Result<AddressLiteral<&'a str>, AddressError> {
        match scan(text, 0)? {
            end if end == text.len() => Ok(AddressLiteral(text)),
            end => Err(AddressError::new(text, Kind::Trailing, end)),
        }
    }

    /// Wraps what [`scan`] has accepted.
    pub(super) fn scanned(text: &'a str) -> AddressLiteral<&'a str> {
        AddressLiteral(text)
    }
}

impl<T: AsRef<str>> AddressLiteral<T> {
    /// The literal as written, with its brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The address it stands for, unless its tag is one that nobody has registered.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        let inside = self.as_str().strip_prefix('[')?.strip_suffix(']')?;
        match inside.split_once(':') {
            None => inside.parse().ok().map(IpAddr::V4),
            Some((tag, address)) if is_ipv6_tag(tag) => address.parse().ok().map(IpAddr::V6),
            Some(_) => None,
        }
    }

    /// The same literal, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> AddressLiteral<&str> {
        AddressLiteral(self.as_str())
    }

    /// The same literal, owned.
    #[must_use]
    pub fn into_owned(self) -> AddressLiteral
    where
        T: Into<Box<str>>,
    {
        AddressLiteral(self.0.into())
    }
}

impl From<IpAddr> for AddressLiteral {
    fn from(ip: IpAddr) -> AddressLiteral {
        let text = match ip {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        };
        AddressLiteral(text.into())
    }
}

impl<T: AsRef<str>> fmt::Display for AddressLiteral<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AddressLiteral {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<AddressLiteral, AddressError> {
        AddressLiteral::parse(text).map(AddressLiteral::into_owned)
    }
}

/// Where the address literal that starts with a `[` at `from` ends, behind its `]`.
pub(super) fn scan(text: &str, from: usize) -> Result<usize, AddressError> {
    let octets = text.as_bytes();
    if octets.get(from) != Some(&b'[') {
        return Err(AddressError::new(text, Kind::LiteralUnclosed, from));
    }
    let inside = from + 1;
    let close = class::run_end(octets, inside, class::DCONTENT);
    if octets.get(close) != Some(&b']') {
        return Err(AddressError::new(text, Kind::LiteralUnclosed, close));
    }
    if close + 1 - from > MAX_DOMAIN {
        return Err(AddressError { kind: Kind::DomainTooLong, at: from + MAX_DOMAIN });
    }
    check_content(text.get(inside..close).unwrap_or_default())
        .map_err(|(kind, offset)| AddressError { kind, at: inside + offset })?;
    Ok(close + 1)
}

/// Checks what is between the brackets; `dcontent` throughout.
fn check_content(inside: &str) -> Result<(), (Kind, usize)> {
    let Some((tag, content)) = inside.split_once(':') else {
        // The parser of `core` takes exactly four `Snum` and no leading zeros, which to some
        // readers mean octal.
        return inside.parse::<Ipv4Addr>().map(drop).map_err(|_| (Kind::Ipv4, 0));
    };
    let content_at = tag.len() + 1;
    let tag_end = class::run_end(tag.as_bytes(), 0, class::LDH);
    if tag_end < tag.len() || tag.is_empty() || tag.ends_with('-') {
        return Err((Kind::LiteralTag, tag_end));
    }
    if is_ipv6_tag(tag) {
        return if is_ipv6(content) { Ok(()) } else { Err((Kind::Ipv6, content_at)) };
    }
    if content.is_empty() {
        return Err((Kind::LiteralEmpty, content_at));
    }
    Ok(())
}

fn is_ipv6_tag(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("IPv6")
}

/// `IPv6-addr`: what `core` parses, but a `::` has at least two groups to stand for.
fn is_ipv6(address: &str) -> bool {
    if address.parse::<Ipv6Addr>().is_err() {
        return false;
    }
    let groups = address.split(':').filter(|group| !group.is_empty()).count();
    // An IPv4 address at the end takes the place of two groups.
    let groups = groups + usize::from(address.contains('.'));
    groups <= 6 || !address.contains("::")
}
