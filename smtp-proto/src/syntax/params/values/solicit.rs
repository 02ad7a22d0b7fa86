//! `SOLICIT` (RFC 3865 section 2.2).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::params::Parameter;

/// What kinds of solicitation the message is (RFC 3865 section 2.3): `net.example:ADV`, one word or
/// several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Solicit(Box<str>);

impl Solicit {
    /// The longest list, in octets (RFC 3865 section 2.2).
    const MOST: usize = 1000;

    /// Words with commas between them. `None` if one isn't a letter and then letters, digits and
    /// `.-_:`, or if all have more than 1000 octets.
    #[must_use]
    pub fn new(words: &str) -> Option<Self> {
        let well_formed = words.len() <= Self::MOST && words.split(',').all(is_word);
        well_formed.then(|| Self(words.into()))
    }

    /// The words; there is one at least.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(',')
    }

    /// The words with commas between them, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_word(word: &str) -> bool {
    let tail = |octet: u8| octet.is_ascii_alphanumeric() || b".-_:".contains(&octet);
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(tail)
}

impl Parameter for Solicit {
    const KEYWORD: &'static str = "SOLICIT";
    const EXPECTED: &'static str = "words with commas between them, 1000 octets at most";

    fn parse(value: Option<&str>) -> Option<Self> {
        Self::new(value?)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for Solicit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
