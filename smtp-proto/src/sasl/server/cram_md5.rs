//! CRAM-MD5: the password, hashed with a challenge.

use alloc::format;
use alloc::string::String;

use super::{Decoy, Mechanism, Step, Stored, text};
use crate::sasl::{Nonce, Secret, cram_md5};

/// CRAM-MD5 (RFC 2195). Needs the password itself: [`Stored::password`].
#[derive(Debug)]
pub struct CramMd5 {
    challenge: String,
    decoy: Decoy,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Challenged,
    Asked { user: String, digest: Secret },
    Over,
}

impl CramMd5 {
    /// At the start of an exchange. `hostname` is the server's own, by which challenges of several
    /// servers differ.
    #[must_use]
    pub fn new(hostname: &str, nonce: &Nonce, decoy: Decoy) -> Self {
        let challenge = format!("<{}@{hostname}>", nonce.as_str());
        Self { challenge, decoy, state: State::Start }
    }
}

impl Mechanism for CramMd5 {
    fn name(&self) -> &'static str {
        "CRAM-MD5"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match (core::mem::replace(&mut self.state, State::Over), response) {
            (State::Start, None) => {
                self.state = State::Challenged;
                Step::Challenge(self.challenge.clone().into())
            }
            (State::Start, Some(_)) => Step::ServerFirst,
            (State::Challenged, Some(response)) => match parse(response) {
                Some((user, digest)) => {
                    self.state = State::Asked { user: user.clone(), digest };
                    Step::LookUp { user, authzid: None }
                }
                None => Step::Malformed,
            },
            _ => Step::Malformed,
        }
    }

    fn supply(&mut self, stored: Option<&Stored>) -> Step {
        let State::Asked { user, digest } = core::mem::replace(&mut self.state, State::Over) else {
            return Step::Malformed;
        };
        let decoy = self.decoy.password().password.unwrap_or_default();
        let known = stored.and_then(|stored| stored.password.as_ref());
        // The work is the same for whoever there is not.
        let expected = cram_md5::digest(known.unwrap_or(&decoy), self.challenge.as_bytes());
        let right = expected == digest;
        if right & known.is_some() {
            Step::Authenticated { user, authzid: None }
        } else {
            Step::Refused
        }
    }
}

/// `user SP digest`. There may be spaces in the name, so it is the last one that counts.
fn parse(response: &[u8]) -> Option<(String, Secret)> {
    let at = response.iter().rposition(|octet| *octet == b' ')?;
    let (user, digest) = response.split_at_checked(at)?;
    let digest = digest.get(1..)?;
    let hexadecimal = |octet: &u8| matches!(octet, b'0'..=b'9' | b'a'..=b'f');
    (digest.len() == 32 && digest.iter().all(hexadecimal)).then_some(())?;
    Some((text(user)?, digest.into()))
}
