//! `MTRK` (RFC 3885 section 3.1).

use alloc::string::{String, ToString};
use core::fmt;

use bytes::BytesMut;

use super::nine_digits;
use crate::syntax::base64;
use crate::syntax::params::Parameter;

/// That the message is to be tracked, and by what its sender proves to be who asks for the track
/// (RFC 3885 section 3.1). MAIL needs an ENVID as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mtrk {
    certifier: [u8; 20],
    timeout: Option<u32>,
}

impl Mtrk {
    /// The SHA-1 hash of a random secret, and for how many seconds the server is to remember.
    /// `None` if these are more than 999999999.
    #[must_use]
    pub fn new(certifier: [u8; 20], timeout: Option<u32>) -> Option<Self> {
        timeout.is_none_or(|seconds| seconds <= 999_999_999).then_some(Self { certifier, timeout })
    }

    /// The hash of the sender's secret.
    #[must_use]
    pub fn certifier(&self) -> &[u8; 20] {
        &self.certifier
    }

    /// For how many seconds to remember; the server's choice if there are none.
    #[must_use]
    pub fn timeout(&self) -> Option<u32> {
        self.timeout
    }
}

impl Parameter for Mtrk {
    const KEYWORD: &'static str = "MTRK";
    const EXPECTED: &'static str =
        "20 octets in base64 without padding, then \":\" and seconds or nothing";

    /// No value can have the `=` that base64 would end with, so there is none.
    fn parse(value: Option<&str>) -> Option<Self> {
        let (certifier, timeout) = match value?.split_once(':') {
            Some((certifier, timeout)) => (certifier, Some(nine_digits(timeout)?)),
            None => (value?, None),
        };
        let octets = base64::decode([certifier, "="].concat().as_bytes()).ok()?;
        Self::new(octets.try_into().ok()?, timeout)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for Mtrk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut encoded = BytesMut::new();
        base64::encode(&self.certifier, &mut encoded);
        let encoded = str::from_utf8(&encoded).unwrap_or_default();
        f.write_str(encoded.trim_end_matches('='))?;
        self.timeout.map_or(Ok(()), |seconds| write!(f, ":{seconds}"))
    }
}
