//! The names of attributes, and what each can say.

use core::fmt;

use super::value::{MAX_VALUE, address, port};
use crate::syntax::verb::Verb;

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
    pub(super) fn takes(self, value: &str) -> bool {
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
