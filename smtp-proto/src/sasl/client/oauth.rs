//! OAUTHBEARER and XOAUTH2: a token that somebody else has handed out.

use alloc::boxed::Box;
use alloc::format;

use super::{Cancel, CredentialError, Mechanism, Only, check, readable};
use crate::sasl::Secret;
use crate::sasl::name::escape;

/// Octets of a token that are taken: as many as go into a line (RFC 4954 section 4), encoded and with
/// what else is in the message.
const MAX_TOKEN: usize = 8192;

/// OAUTHBEARER (RFC 7628) with a bearer token of OAuth 2.0 (RFC 6750).
#[derive(Clone, Debug)]
pub struct OauthBearer {
    message: Only,
    refusal: Option<Box<str>>,
}

impl OauthBearer {
    /// With this token, to act as this user.
    pub fn new(user: &str, token: &str) -> Result<Self, CredentialError> {
        Self::with_header(user, token, "")
    }

    /// The same, and says to which server: a token that was meant for another is of no use there.
    pub fn to(user: &str, token: &str, host: &str, port: u16) -> Result<Self, CredentialError> {
        visible("host", host)?;
        Self::with_header(user, token, &format!("host={host}\x01port={port}\x01"))
    }

    fn with_header(user: &str, token: &str, server: &str) -> Result<Self, CredentialError> {
        check_user(user)?;
        check_token(token)?;
        let message = format!("n,a={},\x01{server}auth=Bearer {token}\x01\x01", escape(user));
        Ok(Self { message: Only::new(message.into()), refusal: None })
    }
}

impl Mechanism for OauthBearer {
    fn name(&self) -> &'static str {
        "OAUTHBEARER"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.message.send().ok()
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Cancel> {
        // RFC 7628 section 3.2.3: what comes of the refusal is a refusal.
        answer(&mut self.message, &mut self.refusal, challenge, b"\x01")
    }

    fn explanation(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

/// XOAUTH2, as Google and Microsoft have it: what came before OAUTHBEARER, and is still all that some
/// servers offer.
#[derive(Clone, Debug)]
pub struct Xoauth2 {
    message: Only,
    refusal: Option<Box<str>>,
}

impl Xoauth2 {
    /// As this user, with this token.
    pub fn new(user: &str, token: &str) -> Result<Self, CredentialError> {
        check_user(user)?;
        check_token(token)?;
        let message = format!("user={user}\x01auth=Bearer {token}\x01\x01");
        Ok(Self { message: Only::new(message.into()), refusal: None })
    }
}

impl Mechanism for Xoauth2 {
    fn name(&self) -> &'static str {
        "XOAUTH2"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.message.send().ok()
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Cancel> {
        answer(&mut self.message, &mut self.refusal, challenge, b"")
    }

    fn explanation(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

/// The message, or else what makes the server say no after it has said why.
fn answer(
    message: &mut Only,
    refusal: &mut Option<Box<str>>,
    challenge: &[u8],
    resigned: &[u8],
) -> Result<Secret, Cancel> {
    match message.send() {
        Ok(message) => Ok(message),
        Err(_) if refusal.is_none() => {
            *refusal = Some(readable(challenge));
            Ok(resigned.into())
        }
        Err(cancel) => Err(cancel),
    }
}

/// What separates the parts of the message can't be in a name.
fn check_user(user: &str) -> Result<(), CredentialError> {
    const WHAT: &str = "user name";
    check(WHAT, user)?;
    if user.contains('\x01') { Err(CredentialError::Character(WHAT)) } else { Ok(()) }
}

fn check_token(token: &str) -> Result<(), CredentialError> {
    const WHAT: &str = "token";
    if token.is_empty() {
        return Err(CredentialError::Empty(WHAT));
    }
    if token.len() > MAX_TOKEN {
        return Err(CredentialError::TooLong(WHAT));
    }
    visible(WHAT, token)
}

/// No character that would end the value, or begin another.
fn visible(what: &'static str, text: &str) -> Result<(), CredentialError> {
    let visible = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic());
    visible.then_some(()).ok_or(CredentialError::Character(what))
}
