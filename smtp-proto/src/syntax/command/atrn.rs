//! What ATRN asks for.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::syntax::address::Domain;

/// The argument of ATRN (RFC 2645 section 5.2.1): domains separated by commas, each with a dot in
/// it; or none, which are all that the client may have mail for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AtrnDomains<T = Box<str>>(T);

/// Not an argument of ATRN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a list of domains, each with a dot in it, separated by commas alone")]
pub struct AtrnError;

impl<'a> AtrnDomains<&'a str> {
    /// Takes the whole of `text` for the argument of ATRN; it may be empty.
    pub fn parse(text: &'a str) -> Result<AtrnDomains<&'a str>, AtrnError> {
        let is_domain =
            |text: &str| text.is_ascii() && text.contains('.') && Domain::parse(text).is_ok();
        let well_formed = text.is_empty() || text.split(',').all(is_domain);
        if well_formed { Ok(AtrnDomains(text)) } else { Err(AtrnError) }
    }
}

impl<T: AsRef<str>> AtrnDomains<T> {
    /// The list as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The domains, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Domain<&str>> {
        self.as_str().split(',').filter_map(|text| Domain::parse(text).ok())
    }

    /// Whether all domains are asked for, by naming none.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.as_str().is_empty()
    }

    /// The same list, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> AtrnDomains<&str> {
        AtrnDomains(self.as_str())
    }

    /// The same list, owned.
    #[must_use]
    pub fn into_owned(self) -> AtrnDomains
    where
        T: Into<Box<str>>,
    {
        AtrnDomains(self.0.into())
    }
}

impl FromStr for AtrnDomains {
    type Err = AtrnError;

    fn from_str(text: &str) -> Result<AtrnDomains, AtrnError> {
        AtrnDomains::parse(text).map(AtrnDomains::into_owned)
    }
}

impl<T: AsRef<str>> fmt::Display for AtrnDomains<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::{AtrnDomains, AtrnError};

    #[test]
    fn examples() {
        let domains = AtrnDomains::parse("example.org,example.com").unwrap();
        let names: Vec<_> = domains.iter().map(|domain| domain.to_string()).collect();
        assert_eq!(names, ["example.org", "example.com"]);
        assert!(!domains.is_all());
        let all: AtrnDomains = "".parse().unwrap();
        assert!(all.is_all() && all.iter().next().is_none());
    }

    #[test]
    fn refused() {
        for text in [
            "example",
            ",",
            "a.b,",
            ",a.b",
            "a.b,,c.d",
            "a.b, c.d",
            "a.b c.d",
            "a_b.c",
            "a.b.",
            "é.b",
            "a.b\r\nQUIT",
            "[192.0.2.1]",
        ] {
            assert_eq!(AtrnDomains::parse(text), Err(AtrnError), "{text:?}");
        }
    }
}
