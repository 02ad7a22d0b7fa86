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
        let (authority, path) = split_authority(rest);
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(in_scheme)
            && !rest.is_empty()
            && authority.is_none_or(is_authority)
            && is_uri(path);
        if well_formed { Ok(Url(text)) } else { Err(UrlError) }
    }
}

/// The authority, if what follows the scheme has one, and the rest. It ends where RFC 3986 section
/// 3.2 says, not at the `;` that IMAP has in it (RFC 5092 section 3).
fn split_authority(rest: &str) -> (Option<&str>, &str) {
    let Some(rest) = rest.strip_prefix("//") else { return (None, rest) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    (Some(authority), path)
}

/// `[ userinfo "@" ] host [ ":" port ]`, where an address in brackets may be the host. Which part is
/// the host must not depend on who reads it.
fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let bracketed = host.strip_prefix('[').and_then(|host| host.split_once(']'));
    let (address, rest) = bracketed.unwrap_or(("", host));
    !host.contains('@') && [user, address, rest].into_iter().all(is_uri)
}

/// RFC 3986 section 2, without the number sign: an absolute URI has no fragment. Brackets are for
/// the host.
fn is_uri(text: &str) -> bool {
    let permitted = |octet: u8| octet.is_ascii_graphic() && !br##""#<>[\]^`{|}"##.contains(&octet);
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        let mut digit = || octets.next().is_some_and(|octet| octet.is_ascii_hexdigit());
        if !permitted(octet) || octet == b'%' && !(digit() && digit()) {
            return false;
        }
    }
    true
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
        let (_, rest) = self.as_str().split_once(':')?;
        split_authority(rest).0
    }

    /// Host and port, without the user: `imap.example.com`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let authority = self.authority()?;
        Some(authority.split_once('@').map_or(authority, |(_, host)| host))
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
        match self.host() {
            Some(host) => write!(f, "Url({}://{host}/..)", self.scheme()),
            None => write!(f, "Url({}:..)", self.scheme()),
        }
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

    /// The host is what a fetcher would connect to, whatever looks like one elsewhere.
    #[test]
    fn nothing_else_is_taken_for_the_host() {
        for (text, authority, shown) in [
            (
                "imap://good.example;AUTH=*@evil.example/INBOX",
                Some("good.example;AUTH=*@evil.example"),
                "Url(imap://evil.example/..)",
            ),
            ("imap:x://good.example/secret", None, "Url(imap:..)"),
            ("data:,x://secret", None, "Url(data:..)"),
            ("imap://host?x://secret", Some("host"), "Url(imap://host/..)"),
            (
                "imap://u:secret@[2001:db8::1]:143/x",
                Some("u:secret@[2001:db8::1]:143"),
                "Url(imap://[2001:db8::1]:143/..)",
            ),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.authority(), &*format!("{url:?}")), (authority, shown));
        }
        for text in [
            "imap://a@good.example@evil.example/",
            "imap://[a@host/",
            "imap://a]/",
            "imap://h/[a]",
            "imap:%",
            "imap:%2G",
        ] {
            assert_eq!(Url::parse(text), Err(UrlError), "{text:?}");
        }
    }
}
