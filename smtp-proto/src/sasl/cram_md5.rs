//! What both sides of CRAM-MD5 share.

#![expect(clippy::arithmetic_side_effects, reason = "a hexadecimal digit is below 16")]

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

use super::Secret;

/// The keyed digest of a challenge, in hexadecimal and lower case (RFC 2195 section 2).
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub(super) fn digest(password: &Secret, challenge: &[u8]) -> Secret {
    let mut mac = <Hmac<Md5> as KeyInit>::new_from_slice(password.expose())
        .expect("a key of any length will do");
    mac.update(challenge);
    let digits = |octet: u8| [octet >> 4, octet & 0xF].map(hexadecimal);
    let digest: Vec<u8> = mac.finalize().as_bytes().iter().copied().flat_map(digits).collect();
    digest.into()
}

fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}
