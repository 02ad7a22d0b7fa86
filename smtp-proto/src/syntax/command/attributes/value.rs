//! The values of attributes.

use alloc::borrow::Cow;
use core::net::{IpAddr, Ipv6Addr};

use crate::syntax::class;

/// The longest value, in octets, decoded.
pub(super) const MAX_VALUE: usize = 255;

pub(super) const UNAVAILABLE: &str = "[UNAVAILABLE]";
pub(super) const TEMP_UNAVAILABLE: &str = "[TEMPUNAVAIL]";

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AttributeValue<'a> {
    /// `[UNAVAILABLE]`: there is none.
    Unavailable,
    /// `[TEMPUNAVAIL]`: it could not be found out.
    TempUnavailable,
    /// This.
    Text(Cow<'a, str>),
}

impl<'a> AttributeValue<'a> {
    /// What decoded text means: it may be one of the two words in brackets.
    pub(super) fn from_text(text: Cow<'a, str>) -> AttributeValue<'a> {
        if text.eq_ignore_ascii_case(UNAVAILABLE) {
            AttributeValue::Unavailable
        } else if text.eq_ignore_ascii_case(TEMP_UNAVAILABLE) {
            AttributeValue::TempUnavailable
        } else {
            AttributeValue::Text(text)
        }
    }
}

/// Decodes xtext into `decoded`, so that reading a command allocates nothing. `None` if it is not
/// xtext, or too long.
pub(super) fn decode<'a>(text: &str, decoded: &'a mut [u8; MAX_VALUE]) -> Option<&'a str> {
    let mut octets = text.bytes();
    let mut len = 0;
    while let Some(octet) = octets.next() {
        let octet = match octet {
            b'+' => hex(octets.next()?)? << 4 | hex(octets.next()?)?,
            _ => Some(octet).filter(|octet| class::is(*octet, class::XCHAR))?,
        };
        *decoded.get_mut(len)? = octet;
        len = len.saturating_add(1);
    }
    str::from_utf8(decoded.get(..len)?).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// An IPv4 address, or an IPv6 address behind its tag.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    match text.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPV6:") => {
            address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
        _ => text.parse().ok().map(IpAddr::V4),
    }
}

pub(super) fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::xtext;
    use alloc::string::String;
    use proptest::prelude::*;

    proptest! {
        /// But for control characters, which no attribute takes, and the length.
        #[test]
        fn decoded_as_xtext(text in "([!-~]|[+][0-9a-fA-F]{2}|[+]C3[+]BC){0,200}|[ -~é]{0,9}") {
            let mut buffer = [0; MAX_VALUE];
            let found = decode(&text, &mut buffer).filter(|found| !found.contains(char::is_control));
            let expected = xtext::decode(&text).ok().filter(|decoded| decoded.len() <= MAX_VALUE);
            prop_assert_eq!(found.map(String::from), expected.map(Cow::into_owned));
        }
    }
}
