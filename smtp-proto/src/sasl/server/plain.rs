//! PLAIN and LOGIN: the password as it is.

use alloc::string::String;

use super::{ClientFirst, MAX_PART, Mechanism, Step, secret, text};
use crate::sasl::Secret;

/// Who the client says it is, and its proof. `Debug` shows no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Whom the client wants to act as, if that is somebody else. Whether `user` may, is to be
    /// checked.
    pub authzid: Option<String>,
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl Credentials {
    /// Whether they are those of this user. Takes the same time wherever they differ, and tells
    /// nothing but lengths by it. Whoever wants to act as somebody else is refused.
    #[must_use]
    pub fn matches(&self, user: &str, password: &str) -> bool {
        // Both are compared, whatever the first result is.
        let user = Secret::from(self.user.as_bytes()).is(user.as_bytes());
        let password = self.password.is(password.as_bytes());
        self.is_own() & user & password
    }

    /// Whether the client wants to act as nobody else.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.authzid.as_ref().is_none_or(|authzid| *authzid == self.user)
    }
}

/// PLAIN (RFC 4616): `[authzid] NUL user NUL password`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain(ClientFirst);

impl Plain {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match self.0.message(response) {
            Ok(message) => plain_message(message).map_or(Step::Malformed, Step::Verify),
            Err(step) => step,
        }
    }
}

fn plain_message(message: &[u8]) -> Option<Credentials> {
    let mut parts = message.split(|octet| *octet == 0);
    let (authzid, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    let long = |part: &[u8]| part.len() > MAX_PART;
    if parts.next().is_some()
        || password.is_empty()
        || [authzid, user, password].map(long) != [false; 3]
    {
        return None;
    }
    let authzid = if authzid.is_empty() { None } else { Some(text(authzid)?) };
    Some(Credentials { authzid, user: text(user)?, password: secret(password)? })
}

/// LOGIN, as the expired draft-murchison-sasl-login has it, with prompts that every client knows.
/// The user name may come as the initial response.
#[derive(Clone, Debug, Default)]
pub struct Login {
    asked: bool,
    user: Option<String>,
}

impl Login {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for Login {
    fn name(&self) -> &'static str {
        "LOGIN"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match (response, self.user.take()) {
            (None, None) if !core::mem::replace(&mut self.asked, true) => {
                Step::Challenge(b"Username:".to_vec())
            }
            (Some(user), None) => {
                self.user = text(user);
                match self.user {
                    Some(_) => Step::Challenge(b"Password:".to_vec()),
                    None => Step::Malformed,
                }
            }
            (Some(password), Some(user)) => secret(password).map_or(Step::Malformed, |password| {
                Step::Verify(Credentials { authzid: None, user, password })
            }),
            (None, _) => Step::Malformed,
        }
    }
}
