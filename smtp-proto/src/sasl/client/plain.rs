//! PLAIN and LOGIN: the password as it is.

use alloc::vec::Vec;

use super::{Cancel, CredentialError, Mechanism, Only, check};
use crate::sasl::Secret;

/// PLAIN (RFC 4616): everything in one message.
#[derive(Clone, Debug)]
pub struct Plain(Only);

impl Plain {
    /// As this user, and to act as `authzid` if that is somebody else.
    pub fn new(authzid: Option<&str>, user: &str, password: &str) -> Result<Self, CredentialError> {
        authzid.map_or(Ok(()), |authzid| check("authorization identity", authzid))?;
        check("user name", user)?;
        check("password", password)?;
        let parts = [authzid.unwrap_or_default(), user, password];
        let message: Vec<u8> = parts.join("\0").into();
        Ok(Self(Only::new(message)))
    }
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.0.send().ok()
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, Cancel> {
        self.0.send()
    }
}

/// LOGIN, as the expired draft-murchison-sasl-login has it: the server asks for the user name, then
/// for the password. Its words differ, so only their order counts.
#[derive(Clone, Debug)]
pub struct Login {
    answers: [Secret; 2],
    sent: usize,
}

impl Login {
    /// As this user.
    pub fn new(user: &str, password: &str) -> Result<Self, CredentialError> {
        check("user name", user)?;
        check("password", password)?;
        let answers = [user, password].map(|answer| answer.as_bytes().into());
        Ok(Self { answers, sent: 0 })
    }
}

impl Mechanism for Login {
    fn name(&self) -> &'static str {
        "LOGIN"
    }

    fn initial(&mut self) -> Option<Secret> {
        None
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, Cancel> {
        let answer = self.answers.get(self.sent).ok_or(Cancel::NothingToSay)?;
        self.sent = self.sent.saturating_add(1);
        Ok(answer.clone())
    }
}
