//! The attributes of XCLIENT and XFORWARD, as Postfix documents them.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};

use thiserror::Error;

use crate::syntax::verb::Verb;
use crate::syntax::xtext;

/// The longest value, in octets, decoded.
const MAX_VALUE: usize = 255;

const UNAVAILABLE: &str = "[UNAVAILABLE]";
const TEMP_UNAVAILABLE: &str = "[TEMPUNAVAIL]";

/// What XCLIENT or XFORWARD tells of a client: names and values, each name once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes<T = Box<str>>(T);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute<'a> {
    name: AttributeName,
    value: AttributeValue<'a>,
}

/// What an attribute is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AttributeName {
    /// `NAME`: the client's host name.
    Name,
    /// `ADDR`: its address.
    Addr,
    /// `PORT`: its port.
    Port,
    /// `PROTO`: the protocol it speaks, SMTP or ESMTP.
    Proto,
    /// `HELO`: the name it gives itself.
    Helo,
    /// `LOGIN`: who it is, by AUTH. XCLIENT only.
    Login,
    /// `DESTADDR`: the address it connected to. XCLIENT only.
    DestAddr,
    /// `DESTPORT`: the port it connected to. XCLIENT only.
    DestPort,
    /// `IDENT`: the message's name in the logs of who forwards it. XFORWARD only.
    Ident,
    /// `SOURCE`: where the message comes from, `LOCAL` or `REMOTE`. XFORWARD only.
    Source,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AttributeValue<'a> {
    /// `[UNAVAILABLE]`: there is none.
    Unavailable,
    /// `[TEMPUNAVAIL]`: it could not be found out.
    TempUnavailable,
    /// This.
    Text(Cow<'a, str>),
}

/// What is wrong with attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// Something without `=`, or nothing at all.
    #[error("not a list of NAME=value")]
    Syntax,
    /// A name that this command does not have.
    #[error("an attribute that this command does not have")]
    Name,
    /// A name that was there already.
    #[error("the attribute {0} twice")]
    Duplicate(AttributeName),
    /// A value that the attribute can't have, or of more than 255 octets.
    #[error("a value that the attribute {0} can't have")]
    Value(AttributeName),
}

impl AttributeName {
    /// The attributes of XCLIENT.
    pub const XCLIENT: &'static [AttributeName] = &[
        AttributeName::Name,
        AttributeName::Addr,
        AttributeName::Port,
        AttributeName::Proto,
        AttributeName::Helo,
        AttributeName::Login,
        AttributeName::DestAddr,
        AttributeName::DestPort,
    ];

    /// The attributes of XFORWARD.
    pub const XFORWARD: &'static [AttributeName] = &[
        AttributeName::Name,
        AttributeName::Addr,
        AttributeName::Port,
        AttributeName::Proto,
        AttributeName::Helo,
        AttributeName::Ident,
        AttributeName::Source,
    ];

    /// The name as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            AttributeName::Name => "NAME",
            AttributeName::Addr => "ADDR",
            AttributeName::Port => "PORT",
            AttributeName::Proto => "PROTO",
            AttributeName::Helo => "HELO",
            AttributeName::Login => "LOGIN",
            AttributeName::DestAddr => "DESTADDR",
            AttributeName::DestPort => "DESTPORT",
            AttributeName::Ident => "IDENT",
            AttributeName::Source => "SOURCE",
        }
    }

    /// The attribute of this verb, XCLIENT or XFORWARD, with this name in any case.
    #[must_use]
    pub fn parse(verb: Verb, name: &str) -> Option<AttributeName> {
        let names = match verb {
            Verb::XClient => AttributeName::XCLIENT,
            Verb::XForward => AttributeName::XFORWARD,
            _ => return None,
        };
        names.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether it can have this value.
    fn takes(self, value: &str) -> bool {
        let one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
        let fits = matches!(value.len(), 1..=MAX_VALUE) && !value.contains(char::is_control);
        fits && match self {
            AttributeName::Addr | AttributeName::DestAddr => address(value).is_some(),
            AttributeName::Port | AttributeName::DestPort => port(value).is_some(),
            AttributeName::Proto => value.bytes().all(|octet| octet.is_ascii_graphic()),
            AttributeName::Source => one_of(&["LOCAL", "REMOTE"]),
            _ => true,
        }
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'a> Attributes<&'a str> {
    /// Takes the whole of `text` for the attributes of a verb, XCLIENT or XFORWARD, with spaces
    /// between them.
    pub fn parse(verb: Verb, text: &'a str) -> Result<Attributes<&'a str>, AttributeError> {
        let mut seen = 0_u16;
        for word in text.split_ascii_whitespace() {
            let (name, value) = word.split_once('=').ok_or(AttributeError::Syntax)?;
            let name = AttributeName::parse(verb, name).ok_or(AttributeError::Name)?;
            let bit = 1 << name as u16;
            if seen & bit != 0 {
                return Err(AttributeError::Duplicate(name));
            }
            seen |= bit;
            let value = xtext::decode(value).map_err(|_| AttributeError::Value(name))?;
            let named = matches!(AttributeValue::from_text(&value), AttributeValue::Text(_));
            if named && !name.takes(&value) {
                return Err(AttributeError::Value(name));
            }
        }
        if seen == 0 { Err(AttributeError::Syntax) } else { Ok(Attributes(text)) }
    }
}

impl Attributes {
    /// None yet. A command needs one at least.
    #[must_use]
    pub fn none() -> Attributes {
        Attributes::default()
    }

    /// Adds an attribute.
    ///
    /// # Errors
    /// It is there already, or it can't have this value.
    pub fn push(
        &mut self,
        name: AttributeName,
        value: &AttributeValue<'_>,
    ) -> Result<(), AttributeError> {
        if self.get(name).is_some() {
            return Err(AttributeError::Duplicate(name));
        }
        let value = match value {
            AttributeValue::Unavailable => UNAVAILABLE,
            AttributeValue::TempUnavailable => TEMP_UNAVAILABLE,
            AttributeValue::Text(text) if name.takes(text) => text,
            AttributeValue::Text(_) => return Err(AttributeError::Value(name)),
        };
        let mut text = String::from(self.as_str());
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name.as_str());
        text.push('=');
        // Writing to a string does not fail.
        let _ = xtext::encode(value, &mut text);
        self.0 = text.into();
        Ok(())
    }

    /// Adds `ADDR` or `DESTADDR`.
    ///
    /// # Errors
    /// It is there already, or is no address.
    pub fn push_address(
        &mut self,
        name: AttributeName,
        address: IpAddr,
    ) -> Result<(), AttributeError> {
        let text = match address {
            IpAddr::V4(address) => alloc::format!("{address}"),
            IpAddr::V6(address) => alloc::format!("IPV6:{address}"),
        };
        self.push(name, &AttributeValue::Text(text.into()))
    }
}

impl<T: AsRef<str>> Attributes<T> {
    /// The attributes as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The attributes in their order.
    pub fn iter(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.as_str().split_ascii_whitespace().filter_map(|word| {
            let (name, value) = word.split_once('=')?;
            let name = AttributeName::parse(Verb::XClient, name)
                .or_else(|| AttributeName::parse(Verb::XForward, name))?;
            let value = match xtext::decode(value).ok()? {
                Cow::Borrowed(text) => AttributeValue::from_text(text),
                Cow::Owned(text) => AttributeValue::Text(Cow::Owned(text)),
            };
            Some(Attribute { name, value })
        })
    }

    /// What an attribute says, if it is there.
    #[must_use]
    pub fn get(&self, name: AttributeName) -> Option<AttributeValue<'_>> {
        self.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// `ADDR`, if it is there and known.
    #[must_use]
    pub fn addr(&self) -> Option<IpAddr> {
        self.text(AttributeName::Addr).and_then(|text| address(&text))
    }

    /// `PORT`, if it is there and known.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.text(AttributeName::Port).and_then(|text| port(&text))
    }

    /// `LOGIN`, if it is there: who the client is, or that it is nobody.
    #[must_use]
    pub fn login(&self) -> Option<Option<Cow<'_, str>>> {
        self.get(AttributeName::Login)?;
        Some(self.text(AttributeName::Login))
    }

    /// The text of an attribute, if it is there and known.
    #[must_use]
    pub fn text(&self, name: AttributeName) -> Option<Cow<'_, str>> {
        match self.get(name)? {
            AttributeValue::Text(text) => Some(text),
            AttributeValue::Unavailable | AttributeValue::TempUnavailable => None,
        }
    }

    /// The same attributes, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Attributes<&str> {
        Attributes(self.as_str())
    }

    /// The same attributes, owned.
    #[must_use]
    pub fn into_owned(self) -> Attributes
    where
        T: Into<Box<str>>,
    {
        Attributes(self.0.into())
    }
}

impl<'a> AttributeValue<'a> {
    fn from_text(text: &'a str) -> AttributeValue<'a> {
        if text.eq_ignore_ascii_case(UNAVAILABLE) {
            AttributeValue::Unavailable
        } else if text.eq_ignore_ascii_case(TEMP_UNAVAILABLE) {
            AttributeValue::TempUnavailable
        } else {
            AttributeValue::Text(Cow::Borrowed(text))
        }
    }
}

impl Attribute<'_> {
    /// What it is about.
    #[must_use]
    pub fn name(&self) -> AttributeName {
        self.name
    }

    /// What it says.
    #[must_use]
    pub fn value(&self) -> &AttributeValue<'_> {
        &self.value
    }
}

/// Writes the attributes with one space between them.
impl<T: AsRef<str>> fmt::Display for Attributes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.as_str().split_ascii_whitespace().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

/// An IPv4 address, or an IPv6 address behind its tag.
fn address(text: &str) -> Option<IpAddr> {
    match text.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPV6:") => {
            address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
        _ => text.parse().ok().map(IpAddr::V4),
    }
}

fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
