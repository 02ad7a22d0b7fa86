//! `XVERP` (Postfix, `VERP_README`).

use alloc::string::String;

use crate::syntax::class;
use crate::syntax::params::Parameter;

/// Each recipient is to have an envelope sender of its own: for `list@a.example` and the recipient
/// `user@b.example` it is `list+user=b.example@a.example`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Xverp(Option<(char, char)>);

impl Xverp {
    /// With the server's own delimiters; those of Postfix are `+` and `=`.
    pub const DEFAULT: Self = Self(None);

    /// With a delimiter in front of the recipient's local part, and another in the place of its
    /// `@`.
    ///
    /// `None` unless both are signs that an atom can have, other than `%` and `!`, which old systems
    /// route by; among them `=`, which no other parameter can have in its value.
    #[must_use]
    pub fn new(before_local: char, before_domain: char) -> Option<Self> {
        let sign = |c: char| {
            let octet = u8::try_from(c).ok().filter(u8::is_ascii_punctuation);
            octet.is_some_and(|octet| class::is(octet, class::ATEXT) && !b"%!".contains(&octet))
        };
        let both = sign(before_local) && sign(before_domain);
        both.then_some(Self(Some((before_local, before_domain))))
    }

    /// The two delimiters, if they are given.
    #[must_use]
    pub fn delimiters(self) -> Option<(char, char)> {
        self.0
    }
}

impl Parameter for Xverp {
    const KEYWORD: &'static str = "XVERP";
    const EXPECTED: &'static str = "two delimiters, or none at all";

    fn parse(value: Option<&str>) -> Option<Self> {
        let Some(value) = value else { return Some(Self::DEFAULT) };
        let mut characters = value.chars();
        let delimiters = Self::new(characters.next()?, characters.next()?);
        delimiters.filter(|_| characters.next().is_none())
    }

    fn value(&self) -> Option<String> {
        let (before_local, before_domain) = self.0?;
        Some(String::from_iter([before_local, before_domain]))
    }
}
