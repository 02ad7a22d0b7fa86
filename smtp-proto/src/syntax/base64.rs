//! Base64 as SASL uses it (RFC 4648 section 4, RFC 4954 section 4): strict, with padding.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end"
)]

use alloc::vec::Vec;
use bytes::{BufMut, BytesMut};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: [Option<u8>; 256] = values();

/// How many octets the encoding of `len` octets has.
#[must_use]
pub const fn encoded_len(len: usize) -> usize {
    len.div_ceil(3).saturating_mul(4)
}

/// Appends the encoding of `data`, padded, without line breaks.
pub fn encode(data: &[u8], out: &mut BytesMut) {
    out.reserve(encoded_len(data.len()));
    let mut groups = data.chunks_exact(3);
    for group in &mut groups {
        if let &[a, b, c] = group {
            out.put_slice(&digits(a, b, c));
        }
    }
    match *groups.remainder() {
        [a] => {
            let [first, second, _, _] = digits(a, 0, 0);
            out.put_slice(&[first, second, b'=', b'=']);
        }
        [a, b] => {
            let [first, second, third, _] = digits(a, b, 0);
            out.put_slice(&[first, second, third, b'=']);
        }
        _ => {}
    }
}

/// Decodes `text`.
///
/// Only the one encoding that [`encode`] writes is taken: RFC 4954 section 4 forbids to skip what
/// is outside the alphabet, and padding is neither optional nor a place for spare bits.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    let mut rest = text;
    while let Some((group, tail)) = rest.split_first_chunk::<4>() {
        let (octets, len) = decode_group(*group, tail.is_empty())
            .map_err(|(kind, offset)| Base64Error { kind, at: at + offset })?;
        decoded.extend(octets.into_iter().take(len));
        at += 4;
        rest = tail;
    }
    // What is left over is too short, unless something before the end is wrong anyway.
    match rest.iter().position(|&octet| value(octet).is_none()) {
        Some(offset) => Err(Base64Error { kind: Base64ErrorKind::Octet, at: at + offset }),
        None if !rest.is_empty() => {
            Err(Base64Error { kind: Base64ErrorKind::Length, at: text.len() })
        }
        None => Ok(decoded),
    }
}

/// A text that is not base64. Doesn't say what the text was: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {at}")]
pub struct Base64Error {
    /// What is wrong.
    pub kind: Base64ErrorKind,
    /// Where, in octets.
    pub at: usize,
}

/// What can be wrong with base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Base64ErrorKind {
    /// An octet outside the alphabet, or a `=` before the end.
    #[error("base64 has an octet that doesn't belong there")]
    Octet,
    /// Not a multiple of four octets: cut short, or its padding is missing.
    #[error("base64 ends within a group of four octets")]
    Length,
    /// The last digit has bits that stand for nothing.
    #[error("base64 has spare bits that are not zero")]
    SpareBits,
}

fn digits(a: u8, b: u8, c: u8) -> [u8; 4] {
    [a >> 2, (a & 0x03) << 4 | b >> 4, (b & 0x0F) << 2 | c >> 6, c & 0x3F]
        .map(|value| ALPHABET.get(usize::from(value)).copied().unwrap_or_default())
}

/// Three octets and how many of them count, or what is wrong with which of the four.
fn decode_group(group: [u8; 4], last: bool) -> Result<([u8; 3], usize), (Base64ErrorKind, usize)> {
    let len = match group {
        [_, _, b'=', b'='] if last => 1,
        [_, _, _, b'='] if last => 2,
        _ => 3,
    };
    let mut bits = 0;
    for (offset, octet) in group.into_iter().enumerate() {
        let value =
            if offset > len { 0 } else { value(octet).ok_or((Base64ErrorKind::Octet, offset))? };
        bits = bits << 6 | u32::from(value);
    }
    let [_, octets @ ..] = bits.to_be_bytes();
    if octets.iter().skip(len).any(|&spare| spare != 0) {
        return Err((Base64ErrorKind::SpareBits, len));
    }
    Ok((octets, len))
}

fn value(octet: u8) -> Option<u8> {
    VALUES.get(usize::from(octet)).copied().flatten()
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn values() -> [Option<u8>; 256] {
    let mut values = [None; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value as usize] as usize] = Some(value);
        value += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use Base64ErrorKind::{Length, Octet, SpareBits};
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn encoded(data: &[u8]) -> Vec<u8> {
        let mut out = BytesMut::new();
        encode(data, &mut out);
        out.to_vec()
    }

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (data, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encoded(data.as_bytes()), text.as_bytes());
            assert_eq!(decode(text.as_bytes()).unwrap(), data.as_bytes());
            assert_eq!(encoded_len(data.len()), text.len());
        }
        assert_eq!(encoded(&[0xFB, 0xFF]), b"+/8=");
    }

    #[test]
    fn refused() {
        for (text, kind, at) in [
            ("Z", Length, 1),
            ("Zg", Length, 2),
            ("Zm8", Length, 3),
            ("Zm9vY", Length, 5),
            ("Zg=", Octet, 2),
            ("=", Octet, 0),
            ("====", Octet, 0),
            ("Z===", Octet, 1),
            ("Zg=a", Octet, 2),
            ("Zg==Zg==", Octet, 2),
            ("Zm8=Zm8=", Octet, 3),
            ("Zm9v=", Octet, 4),
            ("Zg==\r\n", Octet, 2),
            ("Zm9v\r\n", Octet, 4),
            ("Zm 9v", Octet, 2),
            ("Zm-_", Octet, 2),
            ("Zm9\0", Octet, 3),
            ("Zm9é", Octet, 3),
            ("*", Octet, 0),
            ("Zh==", SpareBits, 1),
            ("Zm9=", SpareBits, 2),
        ] {
            assert_eq!(decode(text.as_bytes()), Err(Base64Error { kind, at }), "{text:?}");
        }
        let message = decode(b"c2VjcmV0*").unwrap_err().to_string();
        assert_eq!(message, "base64 has an octet that doesn't belong there at offset 8");
    }

    proptest! {
        #[test]
        fn round_trip(data: Vec<u8>) {
            let text = encoded(&data);
            prop_assert_eq!(text.len(), encoded_len(data.len()));
            prop_assert_eq!(decode(&text), Ok(data));
        }

        #[test]
        fn one_text_for_one_value(text in "[A-Za-z0-9+/=]{0,12}") {
            if let Ok(data) = decode(text.as_bytes()) {
                prop_assert_eq!(encoded(&data), text.as_bytes());
            }
        }

        #[test]
        fn never_panics(text: Vec<u8>) {
            let _ = decode(&text);
        }
    }
}
