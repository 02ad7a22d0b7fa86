//! XCLIENT and XFORWARD, as Postfix documents them.

use core::fmt;

use super::Offer;
use crate::syntax::capability::Extension;
use crate::syntax::command::AttributeName;
use crate::syntax::verb::Verb;

/// The attributes that the server understands with XCLIENT; all by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XClientOffer(Names);

/// The attributes that the server understands with XFORWARD; all by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XForwardOffer(Names);

/// A bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Names(u16);

impl XClientOffer {
    /// Whether this attribute is one of them.
    #[must_use]
    pub fn has(&self, name: AttributeName) -> bool {
        self.0.has(name)
    }
}

impl XForwardOffer {
    /// Whether this attribute is one of them.
    #[must_use]
    pub fn has(&self, name: AttributeName) -> bool {
        self.0.has(name)
    }
}

impl FromIterator<AttributeName> for XClientOffer {
    /// What is not an attribute of XCLIENT is left out.
    fn from_iter<I: IntoIterator<Item = AttributeName>>(names: I) -> Self {
        Self(Names::of(names, AttributeName::XCLIENT))
    }
}

impl FromIterator<AttributeName> for XForwardOffer {
    /// What is not an attribute of XFORWARD is left out.
    fn from_iter<I: IntoIterator<Item = AttributeName>>(names: I) -> Self {
        Self(Names::of(names, AttributeName::XFORWARD))
    }
}

impl Names {
    fn of(names: impl IntoIterator<Item = AttributeName>, known: &[AttributeName]) -> Self {
        let names = names.into_iter().filter(|name| known.contains(name));
        Self(names.fold(0, |names, name| names | 1 << name as u16))
    }

    fn has(self, name: AttributeName) -> bool {
        self.0 & 1 << name as u16 != 0
    }

    fn write(self, known: &[AttributeName], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = known.iter().filter(|name| self.has(**name));
        for (index, name) in names.enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{name}")?;
        }
        Ok(())
    }
}

impl Default for XClientOffer {
    fn default() -> Self {
        AttributeName::XCLIENT.iter().copied().collect()
    }
}

impl Default for XForwardOffer {
    fn default() -> Self {
        AttributeName::XFORWARD.iter().copied().collect()
    }
}

/// What is not known is ignored.
impl Offer for XClientOffer {
    const EXTENSION: Extension = Extension::XClient;

    fn parse(arguments: &str) -> Option<Self> {
        let names = arguments.split_ascii_whitespace();
        Some(names.filter_map(|name| AttributeName::parse(Verb::XClient, name)).collect())
    }
}

/// What is not known is ignored.
impl Offer for XForwardOffer {
    const EXTENSION: Extension = Extension::XForward;

    fn parse(arguments: &str) -> Option<Self> {
        let names = arguments.split_ascii_whitespace();
        Some(names.filter_map(|name| AttributeName::parse(Verb::XForward, name)).collect())
    }
}

impl fmt::Display for XClientOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(AttributeName::XCLIENT, f)
    }
}

impl fmt::Display for XForwardOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(AttributeName::XFORWARD, f)
    }
}
