//! `ORCPT` (RFC 3461 section 4.2, RFC 6533 section 3).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::address::ForwardPath;
use crate::syntax::params::Parameter;
use crate::syntax::{class, unitext, xtext};

/// Whom the sender named as recipient, in an address of some type: `rfc822;bob@example.com` (RFC
/// 3461 section 4.2).
///
/// Kept and compared as written. The address need not be one that its type permits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Orcpt {
    text: Box<str>,
    semicolon: usize,
}

const RFC822: &str = "rfc822";
/// Internationalized addresses (RFC 6533 section 3).
const UTF8: &str = "utf-8";

impl Orcpt {
    /// The longest, in octets (RFC 3461 section 4.2).
    const MOST: usize = 500;

    /// An address of any type, which is yet to be encoded.
    ///
    /// `None` unless the type is an atom, the address printable US-ASCII, and both together have no
    /// more than 500 octets in xtext. Of type `utf-8`, an address may have other characters; they
    /// are written in US-ASCII.
    #[must_use]
    pub fn new(addr_type: &str, address: &str) -> Option<Self> {
        Self::encode(addr_type, address, false)
    }

    /// A recipient, as a client has to name it when it submits a message (RFC 3461 section 4.2).
    ///
    /// An address that is not US-ASCII is of type `utf-8`; `smtputf8` says whether the server
    /// offers SMTPUTF8, or the address has to be encoded (RFC 6533 section 3). `None` if it is too
    /// long when encoded.
    #[must_use]
    pub fn of<T: AsRef<str>>(recipient: &ForwardPath<T>, smtputf8: bool) -> Option<Self> {
        let addr_type = if recipient.is_ascii() { RFC822 } else { UTF8 };
        let mailbox = recipient.mailbox();
        let address = mailbox.as_ref().map_or("Postmaster", |mailbox| mailbox.as_str());
        Self::encode(addr_type, address, smtputf8)
    }

    fn encode(addr_type: &str, address: &str, smtputf8: bool) -> Option<Self> {
        if !is_utf8(addr_type) && !address.is_ascii() {
            return None;
        }
        let mut text = [addr_type, ";"].concat();
        let written = match (is_utf8(addr_type), smtputf8) {
            (false, _) => xtext::encode(address, &mut text),
            (true, false) => unitext::encode_ascii(address, &mut text),
            (true, true) => unitext::encode(address, &mut text),
        };
        written.ok()?;
        let orcpt = Self::parse(Some(&text))?;
        (orcpt.addr_type() == addr_type && orcpt.address() == address).then_some(orcpt)
    }

    /// The type of the address.
    #[must_use]
    pub fn addr_type(&self) -> &str {
        self.text.get(..self.semicolon).unwrap_or_default()
    }

    /// The address, decoded; may be empty.
    #[must_use]
    pub fn address(&self) -> Cow<'_, str> {
        let address = self.text.get(self.semicolon.saturating_add(1)..).unwrap_or_default();
        // What can't be decoded was refused.
        decode(self.addr_type(), address).unwrap_or_default()
    }

    /// The address as a recipient, if it is one of SMTP.
    #[must_use]
    pub fn recipient(&self) -> Option<ForwardPath> {
        let known = self.addr_type().eq_ignore_ascii_case(RFC822) || is_utf8(self.addr_type());
        if known { self.address().parse().ok() } else { None }
    }
}

fn is_utf8(addr_type: &str) -> bool {
    addr_type.eq_ignore_ascii_case(UTF8)
}

/// RFC 6533 section 3 wants an address of type `utf-8` that is none passed on, so xtext will do. What is
/// encoded in xtext should be US-ASCII by RFC 3461 section 4.2, but some relays have UTF-8 there, and
/// refusing that would cost the recipient the message.
fn decode<'a>(addr_type: &str, address: &'a str) -> Option<Cow<'a, str>> {
    let unitext = if is_utf8(addr_type) { unitext::decode(address) } else { None };
    unitext.or_else(|| xtext::decode(address).ok())
}

impl Parameter for Orcpt {
    const KEYWORD: &'static str = "ORCPT";
    const EXPECTED: &'static str = "a type, \";\", and an address in xtext, 500 octets at most";

    fn parse(value: Option<&str>) -> Option<Self> {
        let value = value.filter(|value| value.len() <= Self::MOST)?;
        let (addr_type, address) = value.split_once(';')?;
        // An atom, as far as a parameter can have one.
        let end = class::run_end(addr_type.as_bytes(), 0, class::ATEXT);
        let atom = addr_type.is_ascii() && !addr_type.contains('=') && end == addr_type.len();
        if !atom || addr_type.is_empty() {
            return None;
        }
        decode(addr_type, address)?;
        Some(Self { text: value.into(), semicolon: addr_type.len() })
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for Orcpt {
    /// With the address encoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
