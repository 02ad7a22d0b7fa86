//! CRC-32C, the checksum of Castagnoli (RFC 9260 appendix A, RFC 3720 section 12.1).

#![expect(clippy::arithmetic_side_effects, reason = "evaluated by the compiler only")]

/// The polynomial 0x1EDC6F41, with its bits in reverse.
const POLYNOMIAL: u32 = 0x82F6_3B78;

const TABLE: [u32; 256] = table();

/// The checksum of `pieces`, one behind the other.
pub(super) fn crc32c(pieces: &[&[u8]]) -> u32 {
    let octets = pieces.iter().copied().flatten();
    !octets.fold(!0, |crc, octet| {
        let [low, ..] = crc.to_le_bytes();
        let entry = TABLE.get(usize::from(low ^ octet)).copied().unwrap_or_default();
        entry ^ (crc >> 8)
    })
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut octet: u32 = 0;
    while octet < 256 {
        let mut crc = octet;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[octet as usize] = crc;
        octet += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::crc32c;

    /// RFC 3720 section B.4, which prints the octets in the order of iSCSI, the lowest first.
    #[test]
    fn the_examples_of_rfc_3720() {
        let up: [u8; 32] = core::array::from_fn(|at| u8::try_from(at).unwrap());
        let mut down = up;
        down.reverse();
        let mut read = [0; 48];
        read[0] = 0x01;
        read[1] = 0xC0;
        read[16] = 0x14;
        read[22] = 0x04;
        read[27] = 0x14;
        read[31] = 0x18;
        read[32] = 0x28;
        read[40] = 0x02;
        for (octets, crc) in [
            (&[0; 32][..], [0xAA, 0x36, 0x91, 0x8A]),
            (&[0xFF; 32], [0x43, 0xAB, 0xA8, 0x62]),
            (&up, [0x4E, 0x79, 0xDD, 0x46]),
            (&down, [0x5C, 0xDB, 0x3F, 0x11]),
            (&read, [0x56, 0x3A, 0x96, 0xD9]),
        ] {
            assert_eq!(crc32c(&[octets]), u32::from_le_bytes(crc));
        }
    }

    #[test]
    fn pieces_are_one_text() {
        assert_eq!(crc32c(&[]), 0);
        assert_eq!(crc32c(&[b"123456789"]), 0xE306_9283);
        assert_eq!(crc32c(&[b"1234", b"", b"56789"]), 0xE306_9283);
    }
}
