//! What a server keeps in place of passwords.

use crate::sasl::server::{Decoy, Stored};
use crate::sasl::{Hash, KeysError, ScramKeys, Secret};

#[test]
fn what_is_stored() {
    let salt = b"0123456789abcdef";
    let derive = |password, salt: &[u8], iterations| {
        ScramKeys::derive(Hash::Sha256, password, salt, iterations)
    };
    let keys = derive("pencil", salt, 4096).unwrap();
    assert_eq!((keys.salt(), keys.iterations(), keys.hash()), (&salt[..], 4096, Hash::Sha256));
    assert!(keys.match_password("pencil") && !keys.match_password("Pencil"));
    assert!(!keys.match_password("") && !keys.match_password("\u{7}"));
    // SASLprep, RFC 4013 section 3: SOFT HYPHEN is mapped to nothing, ROMAN NUMERAL NINE to IX.
    assert_eq!(derive("pen\u{AD}cil", salt, 4096), Ok(keys.clone()));
    assert_eq!(derive("\u{2168}", salt, 4096), derive("IX", salt, 4096));
    assert_eq!(derive("\u{AD}", salt, 4096), Err(KeysError::Password));
    assert_eq!(derive("a\u{7}", salt, 4096), Err(KeysError::Password));
    assert_eq!(derive("x", b"", 4096), Err(KeysError::NoSalt));
    assert_eq!(derive("x", salt, 4095), Err(KeysError::TooFewIterations(4095)));
    let parts = |hash, stored: &Secret| {
        ScramKeys::from_parts(hash, &salt[..], 4096, stored.clone(), keys.server_key().clone())
    };
    assert_eq!(parts(Hash::Sha256, keys.stored_key()), Ok(keys.clone()));
    assert_eq!(parts(Hash::Sha1, keys.stored_key()), Err(KeysError::WrongLength(32)));
    let empty = Secret::default();
    assert_eq!(parts(Hash::Sha256, &empty), Err(KeysError::WrongLength(0)));

    let shown = |password: &str| Secret::from(password.as_bytes());
    let sha1 = ScramKeys::derive(Hash::Sha1, "pencil", salt, 4096).unwrap();
    let stored = Stored::from_keys([keys, sha1.clone()]);
    assert!(stored.matches(&shown("pencil")) && !stored.matches(&shown("pencils")));
    assert!(Stored::from_keys([sha1]).matches(&shown("pencil")));
    assert!(!Stored::default().matches(&shown("")) && !Stored::default().matches(&shown("x")));
    let decoy = Decoy::new(&b"nobody knows"[..], 4096);
    assert!(!decoy.keys("user").matches(&shown("pencil")));
    assert!(!stored.matches(&Secret::from(&b"\xFF"[..])));
}
