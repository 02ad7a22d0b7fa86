//! Numbers that are used once.

use alloc::string::String;

use bytes::BytesMut;

use crate::syntax::base64;

/// Printable text that nobody could foresee, for one exchange: what makes yesterday's messages
/// useless today. Nothing here makes it; that takes a source of random numbers, which a driver has.
#[derive(Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// From random octets: fresh ones from a cryptographic source, as of the operating system.
    ///
    /// 18 octets are 144 bits, which is more than enough.
    #[must_use]
    pub fn from_random(octets: &[u8; 18]) -> Self {
        Self(encoded(octets))
    }

    /// From text of any length, which has to be as hard to foresee. `None` if it is empty or holds
    /// anything but printable ASCII without commas (RFC 5802 section 7, `printable`).
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        is_nonce(text).then(|| Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(super) fn is_nonce(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic() && octet != b',')
}

pub(super) fn encoded(octets: &[u8]) -> String {
    let mut text = BytesMut::new();
    base64::encode(octets, &mut text);
    text.iter().copied().map(char::from).collect()
}
