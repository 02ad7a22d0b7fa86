//! What a server can do, as it says in its reply to EHLO (RFC 5321 section 4.1.1.1).
//!
//! [`Capability`] is one line of that reply. [`Capabilities`] is what a client keeps of all of
//! them. [`Extension`] names an extension where one is needed or missing, and an [`Offer`] is what
//! the arguments of its line say.

mod capabilities;
mod extension;
mod offers;
#[cfg(test)]
mod tests;

use core::fmt;

pub use capabilities::Capabilities;
pub use extension::Extension;
pub use offers::{
    BurlOffer, DeliverByOffer, FutureReleaseOffer, LimitsOffer, MtPriorityOffer, NoSolicitingOffer,
    Offer, SizeOffer, XClientOffer, XForwardOffer,
};

/// One line of the reply to EHLO but the first, which is a greeting: a keyword and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Capability<'a> {
    extension: Option<Extension>,
    keyword: &'a str,
    arguments: &'a str,
}

impl<'a> Capability<'a> {
    /// Reads one line, without code and separator. `None` is a line that is to be ignored.
    ///
    /// Keywords may be in any case. White space at the end and more than one space between
    /// arguments are put up with, and so is `AUTH=` as old servers write it.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Capability<'a>> {
        let (keyword, arguments) = split(core::str::from_utf8(line).ok()?)?;
        let extension = Extension::parse(keyword);
        let keyword = extension.map_or(keyword, |known| known.as_str());
        Some(Capability { extension, keyword, arguments })
    }

    /// The extension, if it is one of those that have a name here.
    #[must_use]
    pub fn extension(&self) -> Option<Extension> {
        self.extension
    }

    /// The keyword: letters, digits and hyphens. One that is not known is as it was sent.
    #[must_use]
    pub fn keyword(&self) -> &'a str {
        self.keyword
    }

    /// What follows the keyword, without the space; may be empty.
    #[must_use]
    pub fn arguments(&self) -> &'a str {
        self.arguments
    }

    /// What the arguments say, if this is the extension they belong to and they make sense.
    #[must_use]
    pub fn offer<T: Offer>(&self) -> Option<T> {
        if self.extension == Some(T::EXTENSION) { T::parse(self.arguments) } else { None }
    }
}

impl fmt::Display for Capability<'_> {
    /// The line as a server sends it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())?;
        if self.arguments.is_empty() { Ok(()) } else { write!(f, " {}", self.arguments) }
    }
}

/// Whether a server may send a line, to the letter of the grammar.
pub(crate) fn is_ehlo_line(line: &str) -> bool {
    let mut words = line.split(' ');
    words.next().is_some_and(is_keyword)
        && words.all(|word| !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_graphic()))
}

fn is_keyword(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

/// Keyword and arguments of a line that is well formed, but for white space.
///
/// ```text
/// ehlo-line    = ehlo-keyword *( SP ehlo-param )
/// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// ehlo-param   = 1*(%d33-126)
/// ```
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_ascii_end();
    let (keyword, arguments) = match line.split_once([' ', '=']) {
        None => (line, ""),
        Some((keyword, arguments)) => {
            let equals = line.as_bytes().get(keyword.len()) == Some(&b'=');
            if equals && !keyword.eq_ignore_ascii_case("AUTH") {
                return None;
            }
            (keyword, arguments.trim_ascii_start())
        }
    };
    let well_formed =
        is_keyword(keyword) && arguments.bytes().all(|octet| matches!(octet, b' '..=b'~'));
    well_formed.then_some((keyword, arguments))
}
