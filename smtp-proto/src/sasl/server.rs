//! The server's side of an exchange.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Secret;

/// Octets of each part of PLAIN that a server takes (RFC 4616 section 2).
const MAX_PART: usize = 255;

/// A mechanism, and the state of its exchange.
pub trait Mechanism {
    /// The name it is offered by.
    fn name(&self) -> &str;

    /// What to do next, given the client's message; `None` at the start, if there was no initial
    /// response.
    fn step(&mut self, response: Option<&[u8]>) -> Step;
}

/// What comes next in an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this, and go on with the response.
    Challenge(Vec<u8>),
    /// The exchange is over: see whether these are valid.
    Verify(Credentials),
    /// The exchange is over: decide from what is known of the connection, such as the client's
    /// certificate in [`Tls::peer_certificate`](crate::Tls::peer_certificate), who the client is
    /// and whether it may act as `authzid`. What the message says proves nothing.
    External {
        /// Whom the client wants to act as, if that is not just who it is.
        authzid: Option<String>,
    },
    /// The client's message makes no sense: AUTH fails (501 5.5.2).
    Malformed,
}

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
        let own = self.authzid.as_ref().is_none_or(|authzid| *authzid == self.user);
        // Both are compared, whatever the first result is.
        let user = same(self.user.as_bytes(), user.as_bytes());
        let password = same(self.password.expose(), password.as_bytes());
        own & user & password
    }
}

/// Compares without a branch on any octet.
fn same(one: &[u8], other: &[u8]) -> bool {
    let pairs = one.iter().zip(other);
    let difference =
        pairs.fold(0, |difference, (a, b)| core::hint::black_box(difference | (a ^ b)));
    one.len() == other.len() && difference == 0
}

/// The mechanism of this name, if it is one of those here.
#[must_use]
pub fn for_name(name: &str) -> Option<Box<dyn Mechanism + Send>> {
    if name.eq_ignore_ascii_case("PLAIN") {
        return Some(Box::new(Plain::new()));
    }
    if name.eq_ignore_ascii_case("LOGIN") {
        return Some(Box::new(Login::new()));
    }
    if name.eq_ignore_ascii_case("EXTERNAL") {
        return Some(Box::new(External::new()));
    }
    None
}

/// PLAIN (RFC 4616): `[authzid] NUL user NUL password`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain {
    asked: bool,
}

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
        match response {
            Some(message) => plain_message(message).map_or(Step::Malformed, Step::Verify),
            None if core::mem::replace(&mut self.asked, true) => Step::Malformed,
            None => Step::Challenge(Vec::new()),
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

/// EXTERNAL (RFC 4422 appendix A): `[authzid]`, and nothing of who the client is: that is known
/// already, or the mechanism is not to be offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct External {
    asked: bool,
}

impl External {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match response {
            Some(b"") => Step::External { authzid: None },
            Some(message) => text(message)
                .map_or(Step::Malformed, |authzid| Step::External { authzid: Some(authzid) }),
            None if core::mem::replace(&mut self.asked, true) => Step::Malformed,
            None => Step::Challenge(Vec::new()),
        }
    }
}

/// A name: UTF-8, not empty, without controls, which have no place in a name and would reach logs.
fn text(octets: &[u8]) -> Option<String> {
    let text = core::str::from_utf8(octets).ok()?;
    let fits = !text.is_empty() && text.len() <= MAX_PART && !text.contains(char::is_control);
    fits.then(|| text.into())
}

/// A password: UTF-8, not empty, without NUL.
fn secret(octets: &[u8]) -> Option<Secret> {
    core::str::from_utf8(octets).ok()?;
    let fits = !octets.is_empty() && octets.len() <= MAX_PART && !octets.contains(&0);
    fits.then(|| octets.to_vec().into())
}
