//! Where BURL finds a piece of a message.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// The URL of BURL (RFC 4468 section 3.5): an absolute URI (RFC 3986 section 4.3), most often
/// `imap://user@host/mailbox;uid=20;urlauth=...`.
///
/// What stands behind the host may be as good as a password (RFC 4467), so `Debug` does not show
/// it. [`as_str`](Self::as_str) does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Url<T = Box<str>>(T);

/// Not an absolute URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an absolute URI: a scheme, a colon and printable US-ASCII are expected")]
pub struct UrlError;

impl<'a> Url<&'a str> {
    /// Takes the whole of `text` for a URL.
    pub fn parse(text: &'a str) -> Result<Url<&'a str>, UrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(UrlError)?;
        let in_scheme = |octet: u8| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet);
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(in_scheme)
            && !rest.is_empty()
            && rest.bytes().all(is_uri);
        if well_formed { Ok(Url(text)) } else { Err(UrlError) }
    }
}

/// RFC 3986 section 2, without the number sign: an absolute URI has no fragment.
fn is_uri(octet: u8) -> bool {
    octet.is_ascii_graphic() && !br##""#<>\^`{|}"##.contains(&octet)
}

impl<T: AsRef<str>> Url<T> {
    /// The URL as written. Not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The scheme as written: `imap`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// User, host and port, if it has any: `user@host`.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        let (_, rest) = self.as_str().split_once("://")?;
        rest.split(['/', '?', ';']).next()
    }

    /// The same URL, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Url<&str> {
        Url(self.as_str())
    }

    /// The same URL, owned.
    #[must_use]
    pub fn into_owned(self) -> Url
    where
        T: Into<Box<str>>,
    {
        Url(self.0.into())
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Url, UrlError> {
        Url::parse(text).map(Url::into_owned)
    }
}

/// Shows scheme and host only.
impl<T: AsRef<str>> fmt::Debug for Url<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.authority().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        write!(f, "Url({}://{host}/..)", self.scheme())
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{Url, UrlError};

    /// RFC 4468 section 3.4
    const HARRY: &str = "imap://harry@gryffindor.example.com/outbox;uidvalidity=1078863300/;uid=25\
                         ;urlauth=submit+harry:internal:91354a473744909de610943775f92038";

    #[test]
    fn examples() {
        let url = Url::parse(HARRY).unwrap();
        assert_eq!(url.as_str(), HARRY);
        assert_eq!(url.scheme(), "imap");
        assert_eq!(url.authority(), Some("harry@gryffindor.example.com"));
        assert_eq!(format!("{url:?}"), "Url(imap://gryffindor.example.com/..)");
        assert_eq!(HARRY.parse(), Ok(url.into_owned()));
        assert_eq!(Url::parse("data:,A%20brief%20note").unwrap().authority(), None);
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "imap",
            "imap:",
            ":x",
            "1map:x",
            "im ap:x",
            "imap:/a b",
            "imap:x\r\nQUIT",
            "imap:x\0",
            "imap:x#part",
            "imap:<x>",
            "imap:\"x\"",
            "imap:é",
            "imap:x\u{7F}",
            "im_ap:x",
        ] {
            assert_eq!(Url::parse(text), Err(UrlError), "{text:?}");
        }
    }
}
