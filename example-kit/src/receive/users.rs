//! Who there is, and by what they are known.

use std::collections::BTreeMap;
use std::io;

use smtp_driver::fill_random;
use smtp_proto::sasl::server::{Decoy, Stored, Token};
use smtp_proto::sasl::{Hash, MIN_ITERATIONS, ScramKeys, Secret};

/// Users with their passwords and tokens.
#[derive(Debug)]
pub(super) struct Users {
    stored: BTreeMap<String, Stored>,
    tokens: Vec<(String, Secret)>,
    anybody: bool,
    decoy: Decoy,
}

/// A user name, and what proves it.
pub(super) type Pair = (String, String);

/// Takes `USER:PASSWORD` apart. A password may hold colons.
pub(super) fn parse(text: &str) -> Result<Pair, String> {
    let (user, password) = text.split_once(':').ok_or("there is no colon in it")?;
    if user.is_empty() || password.is_empty() {
        return Err("neither of the two may be empty".into());
    }
    if text.contains('\0') || user.contains(char::is_control) {
        return Err("there is a control character in it".into());
    }
    Ok((user.into(), password.into()))
}

impl Users {
    /// Makes the keys for SCRAM, which takes a moment.
    pub(super) fn new(passwords: &[Pair], tokens: &[Pair], anybody: bool) -> io::Result<Self> {
        let mut secret = [0; 32];
        fill_random(&mut secret)?;
        let decoy = Decoy::new(&secret[..], MIN_ITERATIONS);
        let mut stored = BTreeMap::new();
        for (user, password) in passwords {
            stored.insert(user.clone(), keys(password)?);
        }
        let token = |(user, token): &Pair| (user.clone(), Secret::from(token.as_bytes()));
        Ok(Self { stored, tokens: tokens.iter().map(token).collect(), anybody, decoy })
    }

    pub(super) fn decoy(&self) -> Decoy {
        self.decoy.clone()
    }

    /// What is stored of a user, or something like it that is nobody's.
    pub(super) fn stored(&self, user: &str) -> Stored {
        self.stored.get(user).cloned().unwrap_or_else(|| {
            let mut nobody = self.decoy.keys(user);
            nobody.password = self.decoy.password().password;
            nobody
        })
    }

    /// Whose token it is. The user of one may act as nobody else.
    pub(super) fn owner(&self, token: &Token) -> Option<String> {
        let shown = token.token.as_ref()?;
        let owner = |(user, known): &(String, Secret)| {
            let wanted = token.user.as_ref().is_none_or(|wanted| wanted == user);
            (known == shown && wanted).then(|| user.clone())
        };
        // All of them, so that the time it takes tells nothing but how many there are.
        self.tokens.iter().fold(None, |found, pair| owner(pair).or(found))
    }

    /// Whether to let in those who don't say who they are.
    pub(super) fn anybody(&self) -> bool {
        self.anybody
    }
}

/// What is kept in place of a password; and the password, without which there is no CRAM-MD5.
fn keys(password: &str) -> io::Result<Stored> {
    let mut keys = Vec::new();
    for hash in [Hash::Sha256, Hash::Sha1] {
        let mut salt = [0; 16];
        fill_random(&mut salt)?;
        // A password that can't be prepared for SCRAM will do for the others.
        keys.extend(ScramKeys::derive(hash, password, &salt, MIN_ITERATIONS));
    }
    let mut stored = Stored::from_keys(keys);
    stored.password = Some(Secret::from(password.as_bytes()));
    Ok(stored)
}
