//! What a server keeps of its users, and what it shows in place of those it hasn't got.

use alloc::sync::Arc;

use crate::sasl::Secret;
#[cfg(feature = "scram")]
use crate::sasl::scram::prepare;
#[cfg(feature = "scram")]
use crate::sasl::{Hash, MIN_ITERATIONS, ScramKeys};

/// What a server keeps of a user: what is missing, the mechanisms that need it fail for want of.
/// `Debug` shows no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// The password itself. CRAM-MD5 can't do without; the others can do with it. Where SCRAM has
    /// nothing else it makes keys from it each time, which takes as long as the [`Decoy`] says.
    pub password: Option<Secret>,
    /// Keys for SCRAM-SHA-256, with which PLAIN and LOGIN can do, too.
    #[cfg(feature = "scram")]
    pub sha256: Option<ScramKeys>,
    /// Keys for SCRAM-SHA-1, likewise.
    #[cfg(feature = "scram")]
    pub sha1: Option<ScramKeys>,
}

impl Stored {
    /// The password itself.
    #[must_use]
    pub fn from_password(password: &str) -> Self {
        Self { password: Some(password.as_bytes().into()), ..Self::default() }
    }

    /// Keys, of one hash or of each.
    #[cfg(feature = "scram")]
    #[must_use]
    pub fn from_keys(keys: impl IntoIterator<Item = ScramKeys>) -> Self {
        let mut stored = Self::default();
        for keys in keys {
            match keys.hash() {
                Hash::Sha256 => stored.sha256 = Some(keys),
                Hash::Sha1 => stored.sha1 = Some(keys),
            }
        }
        stored
    }

    /// Whether it is of this password, which a client has shown.
    ///
    /// Compared in constant time. Without the password it takes as long as to make keys, so who hides
    /// which users there are looks at the [`Decoy`] for the others.
    #[must_use]
    pub fn matches(&self, shown: &Secret) -> bool {
        match &self.password {
            Some(password) => password == shown,
            None => self.keys_match(shown),
        }
    }

    #[cfg(feature = "scram")]
    fn keys_match(&self, shown: &Secret) -> bool {
        let shown = core::str::from_utf8(shown.expose()).ok();
        let keys = self.sha256.as_ref().or(self.sha1.as_ref());
        keys.zip(shown).is_some_and(|(keys, shown)| keys.match_password(shown))
    }

    #[cfg(not(feature = "scram"))]
    #[expect(clippy::unused_self, reason = "there are no keys")]
    fn keys_match(&self, _: &Secret) -> bool {
        false
    }

    #[cfg(feature = "scram")]
    fn keys(&self, hash: Hash) -> Option<&ScramKeys> {
        match hash {
            Hash::Sha256 => self.sha256.as_ref(),
            Hash::Sha1 => self.sha1.as_ref(),
        }
    }
}

/// Makes users that there are not look like those that there are, to whoever tries names: SCRAM tells
/// salt and iterations of a user before anything is proved.
///
/// One is for all connections, and best for all times: who asks today and tomorrow is to see the same
/// salt. `Debug` does not show the secret.
#[derive(Clone, Debug)]
pub struct Decoy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    secret: Secret,
    #[cfg_attr(not(feature = "scram"), expect(dead_code, reason = "SCRAM has them"))]
    iterations: u32,
}

impl Decoy {
    /// `secret` is 16 random octets or more that nobody else knows, `iterations` what the users have
    /// their keys from; fewer than 4096 count as 4096.
    pub fn new(secret: impl Into<Secret>, iterations: u32) -> Self {
        Self(Arc::new(Inner { secret: secret.into(), iterations }))
    }

    /// In place of a user of whom the password is stored: one that nobody has.
    #[must_use]
    pub fn password(&self) -> Stored {
        Stored { password: Some(self.0.secret.clone()), ..Stored::default() }
    }

    /// In place of a user of whom nobody knows what would be stored.
    pub(crate) fn stand_in(&self, user: &str) -> Stored {
        #[cfg(feature = "scram")]
        let stored = self.keys(user);
        #[cfg(not(feature = "scram"))]
        let stored = {
            let _ = user;
            self.password()
        };
        stored
    }

    /// In place of a user of whom keys are stored: such as nobody has the password of, with a salt
    /// that is always the same for this name.
    #[cfg(feature = "scram")]
    #[must_use]
    pub fn keys(&self, user: &str) -> Stored {
        let hashes = [Hash::Sha256, Hash::Sha1];
        Stored::from_keys(hashes.into_iter().filter_map(|hash| self.made(hash, user)))
    }

    #[cfg(feature = "scram")]
    fn made(&self, hash: Hash, user: &str) -> Option<ScramKeys> {
        let key = |what| hash.mac(&self.0.secret, what, user);
        let (stored, server) = (key(b"StoredKey "), key(b"ServerKey "));
        ScramKeys::from_parts(hash, self.salt(hash, user), self.iterations(), stored, server).ok()
    }

    #[cfg(feature = "scram")]
    fn iterations(&self) -> u32 {
        self.0.iterations.max(MIN_ITERATIONS)
    }

    /// Salt as it is for this name: 16 octets.
    #[cfg(feature = "scram")]
    fn salt(&self, hash: Hash, user: &str) -> alloc::vec::Vec<u8> {
        hash.mac(&self.0.secret, b"salt ", user).expose().iter().copied().take(16).collect()
    }

    /// The keys of a user of whom this is stored, or such as nobody has; and whether they are anybody's.
    #[cfg(feature = "scram")]
    pub(super) fn keys_for(
        &self,
        hash: Hash,
        user: &str,
        stored: Option<&Stored>,
    ) -> Option<(ScramKeys, bool)> {
        let derived = |password: &Secret| {
            let password = prepare(core::str::from_utf8(password.expose()).ok()?)?;
            ScramKeys::derive(hash, &password, &self.salt(hash, user), self.iterations()).ok()
        };
        let stored = stored.and_then(|stored| match stored.keys(hash) {
            Some(keys) => Some(keys.clone()),
            None => stored.password.as_ref().and_then(derived),
        });
        match stored {
            Some(keys) => Some((keys, true)),
            None => self.made(hash, user).map(|keys| (keys, false)),
        }
    }
}
