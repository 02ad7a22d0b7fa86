//! What a server can do, as it says in its reply to EHLO (RFC 5321 section 4.1.1.1).
//!
//! [`Capability`] is one line of that reply. [`Capabilities`] is what a client keeps of all of
//! them. [`Extension`] names an extension where one is needed or missing.

mod capabilities;
mod extension;
#[cfg(test)]
mod tests;

use core::fmt;

pub use capabilities::Capabilities;
pub use extension::Extension;

/// One line of the reply to EHLO but the first, which is a greeting: a keyword and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// `PIPELINING` (RFC 2920)
    Pipelining,
    /// `SIZE` (RFC 1870), with the largest message in octets as it was sent. 0 means that there is
    /// no fixed maximum, absence that nothing is known of one.
    Size(Option<u64>),
    /// `8BITMIME` (RFC 6152)
    EightBitMime,
    /// `SMTPUTF8` (RFC 6531)
    SmtpUtf8,
    /// `ENHANCEDSTATUSCODES` (RFC 2034)
    EnhancedStatusCodes,
    /// `CHUNKING` (RFC 3030)
    Chunking,
    /// `BINARYMIME` (RFC 3030)
    BinaryMime,
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH` (RFC 4954), with the names of the mechanisms, separated by spaces.
    Auth(&'a str),
    /// `VRFY` (RFC 5321)
    Vrfy,
    /// `EXPN` (RFC 5321)
    Expn,
    /// `HELP` (RFC 5321)
    Help,
    /// `ETRN` (RFC 1985)
    Etrn,
    /// `DSN` (RFC 3461)
    Dsn,
    /// Any other.
    Other {
        /// The keyword as it was sent: letters, digits and hyphens.
        keyword: &'a str,
        /// What follows the keyword, without the space; may be empty.
        arguments: &'a str,
    },
}

impl<'a> Capability<'a> {
    /// Reads one line, without code and separator. `None` is a line that is to be ignored.
    ///
    /// Keywords may be in any case. White space at the end and more than one space between
    /// arguments are put up with, and so is `AUTH=` as old servers write it. Arguments to an
    /// extension that has none are ignored, and what is not a number is no argument to SIZE.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Capability<'a>> {
        let (keyword, arguments) = split(core::str::from_utf8(line).ok()?)?;
        let Some(extension) = Extension::parse(keyword) else {
            return Some(Capability::Other { keyword, arguments });
        };
        Some(match extension {
            Extension::Pipelining => Capability::Pipelining,
            Extension::Size => Capability::Size(size(arguments)),
            Extension::EightBitMime => Capability::EightBitMime,
            Extension::SmtpUtf8 => Capability::SmtpUtf8,
            Extension::EnhancedStatusCodes => Capability::EnhancedStatusCodes,
            Extension::Chunking => Capability::Chunking,
            Extension::BinaryMime => Capability::BinaryMime,
            Extension::StartTls => Capability::StartTls,
            Extension::Auth => Capability::Auth(arguments),
            Extension::Vrfy => Capability::Vrfy,
            Extension::Expn => Capability::Expn,
            Extension::Help => Capability::Help,
            Extension::Etrn => Capability::Etrn,
            Extension::Dsn => Capability::Dsn,
        })
    }

    /// The extension, if it is one of those that have a name here.
    #[must_use]
    pub fn extension(&self) -> Option<Extension> {
        Some(match self {
            Capability::Pipelining => Extension::Pipelining,
            Capability::Size(_) => Extension::Size,
            Capability::EightBitMime => Extension::EightBitMime,
            Capability::SmtpUtf8 => Extension::SmtpUtf8,
            Capability::EnhancedStatusCodes => Extension::EnhancedStatusCodes,
            Capability::Chunking => Extension::Chunking,
            Capability::BinaryMime => Extension::BinaryMime,
            Capability::StartTls => Extension::StartTls,
            Capability::Auth(_) => Extension::Auth,
            Capability::Vrfy => Extension::Vrfy,
            Capability::Expn => Extension::Expn,
            Capability::Help => Extension::Help,
            Capability::Etrn => Extension::Etrn,
            Capability::Dsn => Extension::Dsn,
            Capability::Other { .. } => return None,
        })
    }

    /// The keyword.
    #[must_use]
    pub fn keyword(&self) -> &'a str {
        match self {
            Capability::Other { keyword, .. } => keyword,
            known => known.extension().map_or("", Extension::as_str),
        }
    }
}

impl fmt::Display for Capability<'_> {
    /// The line as a server sends it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())?;
        match self {
            Capability::Size(Some(size)) => write!(f, " {size}"),
            Capability::Auth(arguments) | Capability::Other { arguments, .. }
                if !arguments.is_empty() =>
            {
                write!(f, " {arguments}")
            }
            _ => Ok(()),
        }
    }
}

/// Keyword and arguments of a line that is well formed.
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
    let well_formed = keyword.starts_with(|c: char| c.is_ascii_alphanumeric())
        && keyword.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && arguments.bytes().all(|octet| matches!(octet, b' '..=b'~'));
    well_formed.then_some((keyword, arguments))
}

/// `1*20DIGIT`; more than fits is as much as fits.
fn size(arguments: &str) -> Option<u64> {
    let digits = !arguments.is_empty() && arguments.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| arguments.parse().unwrap_or(u64::MAX))
}
