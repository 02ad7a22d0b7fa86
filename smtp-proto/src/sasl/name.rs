//! Names as SCRAM and OAUTHBEARER write them (RFC 5801 section 4, `saslname`).

use alloc::string::String;

/// Writes a name: `=` and `,` have a meaning of their own.
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// Reads a name. `None` if there is a comma in it, or a `=` that stands for neither of the two.
pub(super) fn unescape(name: &str) -> Option<String> {
    if name.contains(',') {
        return None;
    }
    let mut parts = name.split('=');
    let mut plain = String::from(parts.next()?);
    for part in parts {
        let (character, rest) = match part.split_at_checked(2)? {
            ("2C", rest) => (',', rest),
            ("3D", rest) => ('=', rest),
            _ => return None,
        };
        plain.push(character);
        plain.push_str(rest);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::{escape, unescape};

    #[test]
    fn both_signs_and_nothing_else() {
        for (plain, written) in [("a", "a"), ("a,b=c", "a=2Cb=3Dc"), ("=2C", "=3D2C"), ("", "")] {
            assert_eq!(escape(plain), written);
            assert_eq!(unescape(written).as_deref(), Some(plain));
        }
        for wrong in ["a,b", "=", "a=", "=2", "=2c", "=3d", "=41", "==2C", "=é"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
