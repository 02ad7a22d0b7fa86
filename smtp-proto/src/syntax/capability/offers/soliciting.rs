//! NO-SOLICITING (RFC 3865 section 2).

use alloc::boxed::Box;
use core::fmt;

use super::Offer;
use crate::syntax::capability::Extension;

/// The longest list, in octets (RFC 3865 section 4.1).
const MAX: usize = 1000;

/// The kinds of solicitation that are not welcome, by their keywords: `org.example.ADV:ADLT`. Without
/// any the server says no more than that it may refuse some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoSolicitingOffer(Box<str>);

impl NoSolicitingOffer {
    /// The keywords, in their order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').filter(|word| !word.is_empty())
    }

    /// Whether this keyword is one of them; case does not matter.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|known| known.eq_ignore_ascii_case(word))
    }
}

/// ```text
/// Solicitation-keywords = word 0*("," word)
/// word                  = ALPHA 0*(wordchar)
/// wordchar              = ("." / "-" / "_" / ":" / ALPHA / DIGIT)
/// ```
impl Offer for NoSolicitingOffer {
    const EXTENSION: Extension = Extension::NoSoliciting;

    fn parse(arguments: &str) -> Option<Self> {
        let in_word = |octet: u8| octet.is_ascii_alphanumeric() || b".-_:".contains(&octet);
        let fits = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(in_word)
        };
        let well_formed =
            arguments.is_empty() || arguments.len() <= MAX && arguments.split(',').all(fits);
        well_formed.then(|| Self(arguments.into()))
    }
}

impl fmt::Display for NoSolicitingOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
