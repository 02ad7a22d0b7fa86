//! BURL (RFC 4468 section 3.3).

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::Offer;
use crate::syntax::capability::Extension;
use crate::syntax::command::Url;

/// What the server can fetch: with `imap` whatever has `urlauth=submit+`, and everything that the
/// user may see on the servers it names, `imap://imap.example.com`. Nothing before authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BurlOffer(Box<str>);

impl BurlOffer {
    /// What it can fetch, as it says.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        // None at all is an empty text.
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    /// Whether it can fetch what a URL names, as far as can be told from here.
    #[must_use]
    pub fn takes<T: AsRef<str>>(&self, url: &Url<T>) -> bool {
        let text = url.as_str();
        if !url.scheme().eq_ignore_ascii_case("imap") {
            return false;
        }
        let lower = text.to_ascii_lowercase();
        if lower.contains(";urlauth=") {
            return self.iter().any(|word| word.eq_ignore_ascii_case("imap"));
        }
        let Some(host) = url.host().filter(|host| !host.is_empty()) else { return false };
        self.iter().any(|word| {
            let (scheme, authority) = word.split_once("://").unwrap_or_default();
            scheme.eq_ignore_ascii_case("imap") && authority.eq_ignore_ascii_case(host)
        })
    }
}

/// ```text
/// burl-param = "imap" / ("imap://" authority)
/// ```
///
/// Others may come one day.
impl Offer for BurlOffer {
    const EXTENSION: Extension = Extension::Burl;

    fn parse(arguments: &str) -> Option<Self> {
        let printable = |octet: u8| octet == b' ' || octet.is_ascii_graphic();
        let mut words = String::new();
        for word in arguments.split(' ').filter(|word| !word.is_empty()) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        arguments.bytes().all(printable).then(|| Self(words.into()))
    }
}

impl fmt::Display for BurlOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
