//! Questions about many octets, asked of eight at a time.
//!
//! Each works on the octets of a number as if they were eight: what one of them borrows from the next
//! can only be wrong about an octet when the answer is yes already.

#![expect(clippy::arithmetic_side_effects, reason = "a limit is an octet: eight of it fill a word")]

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Whether there is a C0 control or DEL among the octets; HT is one, too.
pub(crate) fn has_control(octets: &[u8]) -> bool {
    any(octets, |word| below(word, 0x20) | below(word ^ (ONES * 0x7F), 1))
}

/// Whether there is any but the printable octets of US-ASCII; a space is none of them.
pub(crate) fn has_other_than_graphic(octets: &[u8]) -> bool {
    any(octets, |word| word | below(word, 0x21) | below(word ^ (ONES * 0x7F), 1))
}

/// Whether there is any but the printable octets of US-ASCII and spaces.
pub(crate) fn has_other_than_printable(octets: &[u8]) -> bool {
    any(octets, |word| word | below(word, 0x20) | below(word ^ (ONES * 0x7F), 1))
}

/// In the highest bit of an octet, whether there is one below `limit`, up to 0x80.
fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word
}

fn any(octets: &[u8], test: impl Fn(u64) -> u64) -> bool {
    let (words, rest) = octets.as_chunks();
    let mut found = words.iter().fold(0, |found, word| found | test(u64::from_le_bytes(*word)));
    match octets.last_chunk() {
        _ if rest.is_empty() => {}
        // Some are looked at again.
        Some(word) => found |= test(u64::from_le_bytes(*word)),
        None => {
            // Filled up with what nobody looks for.
            let filled = rest
                .iter()
                .fold(ONES * u64::from(b'x'), |word, octet| word << u8::BITS | u64::from(*octet));
            found |= test(filled);
        }
    }
    found & HIGH != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// Every octet at every place of every length, beside every neighbour that may borrow.
    #[test]
    fn each_octet_at_each_place() {
        for length in 1..=24 {
            for at in 0..length {
                for octet in 0..=255 {
                    for others in [b'x', b'!', b'~'] {
                        let mut octets = vec![others; length];
                        octets[at] = octet;
                        assert_eq!(has_control(&octets), octet.is_ascii_control());
                        assert_eq!(has_other_than_graphic(&octets), !octet.is_ascii_graphic());
                        let printable = octet == b' ' || octet.is_ascii_graphic();
                        assert_eq!(has_other_than_printable(&octets), !printable);
                    }
                }
            }
        }
        assert!(!has_control(b"") && !has_other_than_graphic(b""));
        assert!(!has_control(&[0x80; 9]) && !has_control(&[0xFF; 17]));
    }
}
