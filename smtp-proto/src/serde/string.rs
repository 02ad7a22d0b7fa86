//! Values that are one string.

use alloc::format;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::syntax::address::{
    AddressError, AddressLiteral, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath,
};
use crate::syntax::capability::{Capability, Extension};
use crate::syntax::command::Mechanism;
use crate::syntax::params::{AuthParam, BodyType, Parameter};
use crate::syntax::protocol::Protocol;
use crate::syntax::reply::{EnhancedCode, Status};
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

/// Values that are read from what they display: the type, what it is called, and its parser.
macro_rules! displayed {
    ($($value:ident $(<$held:ident>)?, $expected:literal, $parse:expr;)*) => {$(
        impl $(<$held: AsRef<str>>)? Serialize for $value $(<$held>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer, $expected, $parse)
            }
        }
    )*};
}

displayed! {
    Domain<T>, "a domain", str::parse;
    AddressLiteral<T>, "an address literal", str::parse;
    Host<T>, "a domain or an address literal", str::parse;
    Mailbox<T>, "a mailbox", str::parse;
    HelloName<T>, "a name for EHLO", str::parse;
    ReversePath<T>, "a reverse-path", str::parse;
    ForwardPath<T>, "a forward-path", str::parse;
    Text<T>, "a text", str::parse;
    Mechanism<T>, "a SASL mechanism", mechanism;
    BodyType, "a body type", |text| BodyType::parse(Some(text)).ok_or(BodyType::EXPECTED);
    Extension, "an extension", |text| Extension::parse(text).ok_or("its keyword is not known");
    Verb, "a verb", |text| Verb::parse(text.as_bytes()).ok_or("it is not known");
    EnhancedCode, "an enhanced status code", enhanced;
    Status, "a status", status;
}

fn mechanism(text: &str) -> Result<Mechanism, &'static str> {
    text.parse().map_err(|_| "1 to 20 letters, digits, hyphens and underscores")
}

fn enhanced(text: &str) -> Result<EnhancedCode, &'static str> {
    EnhancedCode::parse(text.as_bytes())
        .ok_or("class 2, 4 or 5, subject and detail of 1 to 3 digits, like 5.1.1")
}

/// A status is written as a code is, but for its class: any class will do.
fn status(text: &str) -> Result<Status, &'static str> {
    let registered = text
        .strip_prefix('X')
        .and_then(|numbers| EnhancedCode::parse(format!("5{numbers}").as_bytes()))
        .and_then(EnhancedCode::status);
    registered.ok_or("subject and detail that are registered, like X.1.1")
}

impl Serialize for Capability<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Not what it displays: that is xtext, which belongs to the parameter and not to the address.
impl Serialize for AuthParam {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AuthParam::Null => serializer.serialize_str("<>"),
            AuthParam::Mailbox(mailbox) => mailbox.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AuthParam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parse = |text: &str| -> Result<AuthParam, AddressError> {
            if text == "<>" { Ok(AuthParam::Null) } else { text.parse().map(AuthParam::Mailbox) }
        };
        read(deserializer, "a mailbox without brackets, or <> for nobody", parse)
    }
}

/// The dialects have no names on the wire. These are the names of their ports.
fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Smtp => "smtp",
        Protocol::Submission => "submission",
        Protocol::Lmtp => "lmtp",
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name(*self))
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, "a protocol", |text| {
            [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp]
                .into_iter()
                .find(|protocol| text.eq_ignore_ascii_case(name(*protocol)))
                .ok_or("smtp, submission or lmtp")
        })
    }
}

/// Reads a string, and takes it for what `parse` makes of it.
fn read<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    expected: &'static str,
    parse: fn(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Parsed { expected, parse })
}

struct Parsed<T, E> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, E>,
}

impl<T, E: fmt::Display> de::Visitor<'_> for Parsed<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<R: de::Error>(self, text: &str) -> Result<T, R> {
        (self.parse)(text).map_err(|error| {
            let expected = self.expected;
            R::custom(format_args!("invalid value {text:?}, expected {expected}: {error}"))
        })
    }
}
