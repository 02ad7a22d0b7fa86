//! The attributes of XCLIENT and XFORWARD, as Postfix documents them.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::net::IpAddr;
use core::{fmt, hash};

use thiserror::Error;

mod name;
mod value;

pub use name::AttributeName;
pub use value::AttributeValue;

use value::{MAX_VALUE, TEMP_UNAVAILABLE, UNAVAILABLE, address, decode, port};

use crate::syntax::verb::Verb;
use crate::syntax::xtext;

/// What XCLIENT or XFORWARD tells of a client: names and values, each name once.
///
/// Two of them are equal if they are written the same, however many spaces were between them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<T = Box<str>>(T);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute<'a> {
    name: AttributeName,
    value: AttributeValue<'a>,
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

impl<'a> Attributes<&'a str> {
    /// Takes the whole of `text` for the attributes of a verb, XCLIENT or XFORWARD, with spaces
    /// between them.
    pub fn parse(verb: Verb, text: &'a str) -> Result<Attributes<&'a str>, AttributeError> {
        let mut seen = 0_u16;
        for word in words(text) {
            let (name, value) = word.split_once('=').ok_or(AttributeError::Syntax)?;
            let name = AttributeName::parse(verb, name).ok_or(AttributeError::Name)?;
            let bit = 1 << name as u16;
            if seen & bit != 0 {
                return Err(AttributeError::Duplicate(name));
            }
            seen |= bit;
            let mut buffer = [0; MAX_VALUE];
            let value = decode(value, &mut buffer).ok_or(AttributeError::Value(name))?;
            let text = matches!(AttributeValue::from_text(value.into()), AttributeValue::Text(_));
            if text && !name.takes(value) {
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
    /// It is there already, or it can't have this value: one of the two words in brackets, for
    /// instance, which as a text would mean something else.
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
            AttributeValue::Text(text)
                if name.takes(text) && AttributeValue::from_text((**text).into()) == *value =>
            {
                text
            }
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
        words(self.as_str()).filter_map(|word| {
            let (name, value) = word.split_once('=')?;
            let name = AttributeName::parse(Verb::XClient, name)
                .or_else(|| AttributeName::parse(Verb::XForward, name))?;
            let value = AttributeValue::from_text(xtext::decode(value).ok()?);
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
        for (index, word) in words(self.as_str()).enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

impl<T: AsRef<str>> PartialEq for Attributes<T> {
    fn eq(&self, other: &Attributes<T>) -> bool {
        words(self.as_str()).eq(words(other.as_str()))
    }
}

impl<T: AsRef<str>> Eq for Attributes<T> {}

impl<T: AsRef<str>> hash::Hash for Attributes<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        words(self.as_str()).for_each(|word| word.hash(state));
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}
