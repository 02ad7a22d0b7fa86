//! The client's side of an exchange.

use alloc::boxed::Box;
use alloc::vec::Vec;

use thiserror::Error;

use super::Secret;
use crate::syntax::capability::Capabilities;

/// Octets of each part of PLAIN that every server takes (RFC 4616 section 2).
const MAX_PART: usize = 255;

/// A mechanism, and the state of its exchange.
pub trait Mechanism {
    /// The name it is offered by.
    fn name(&self) -> &str;

    /// The initial response, if it is the client who begins. It may be empty.
    fn initial(&mut self) -> Option<Secret>;

    /// The response to a challenge.
    ///
    /// # Errors
    ///
    /// There is none, or the challenge shows that the server is not to be trusted: the exchange has
    /// to be cancelled.
    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Cancel>;

    /// Whether it shows the password to whoever can read along.
    fn reveals_password(&self) -> bool {
        super::reveals_password(self.name())
    }
}

/// The exchange has to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the exchange can't go on")]
pub struct Cancel;

/// A user name or a password that can't be sent. Does not say what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Nothing at all.
    #[error("the {0} is empty")]
    Empty(&'static str),
    /// It holds NUL, which stands between the parts of PLAIN.
    #[error("the {0} holds NUL")]
    Nul(&'static str),
    /// It has more than 255 octets.
    #[error("the {0} has more than {MAX_PART} octets")]
    TooLong(&'static str),
}

fn check(what: &'static str, text: &str) -> Result<(), CredentialError> {
    if text.is_empty() {
        return Err(CredentialError::Empty(what));
    }
    if text.contains('\0') {
        return Err(CredentialError::Nul(what));
    }
    if text.len() > MAX_PART {
        return Err(CredentialError::TooLong(what));
    }
    Ok(())
}

/// The only message of a mechanism: the initial response, or else the answer to the first challenge.
#[derive(Clone, Debug)]
struct Only(Option<Secret>);

impl Only {
    fn new(message: Vec<u8>) -> Self {
        Self(Some(message.into()))
    }

    fn send(&mut self) -> Result<Secret, Cancel> {
        self.0.take().ok_or(Cancel)
    }
}

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
        let answers = [user, password].map(|answer| answer.as_bytes().to_vec().into());
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
        let answer = self.answers.get(self.sent).ok_or(Cancel)?;
        self.sent += 1;
        Ok(answer.clone())
    }
}

/// EXTERNAL (RFC 4422 appendix A): the server knows the client already, by its certificate for
/// instance.
#[derive(Clone, Debug)]
pub struct External(Only);

impl External {
    /// As whom the server knows, and to act as `authzid` if that is somebody else.
    pub fn new(authzid: Option<&str>) -> Result<Self, CredentialError> {
        authzid.map_or(Ok(()), |authzid| check("authorization identity", authzid))?;
        let message = authzid.unwrap_or_default().as_bytes().to_vec();
        Ok(Self(Only::new(message)))
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.0.send().ok()
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, Cancel> {
        self.0.send()
    }
}

/// The mechanisms for a user name and a password, the best first: PLAIN, then LOGIN.
pub fn with_password(
    user: &str,
    password: &str,
) -> Result<Vec<Box<dyn Mechanism + Send>>, CredentialError> {
    let plain = Plain::new(None, user, password)?;
    let login = Login::new(user, password)?;
    Ok(Vec::from([Box::new(plain) as Box<dyn Mechanism + Send>, Box::new(login)]))
}

/// The first of `mechanisms` that the server offers. Without TLS only those count that don't show
/// the password.
pub fn choose(
    mechanisms: impl IntoIterator<Item = Box<dyn Mechanism + Send>>,
    offered: &Capabilities,
    tls: bool,
) -> Option<Box<dyn Mechanism + Send>> {
    mechanisms.into_iter().find(|mechanism| {
        offered.supports_auth(mechanism.name()) && (tls || !mechanism.reveals_password())
    })
}
