//! The server's side of an exchange.
//!
//! A mechanism never waits: what it has to know it asks for by a [`Step`], and goes on when it is
//! told. [`server::Exchange`](crate::server::Exchange) does the steps of an exchange that need no
//! decision.

mod choice;
#[cfg(feature = "cram-md5")]
mod cram_md5;
mod external;
mod oauth;
mod plain;
#[cfg(feature = "scram")]
mod scram;
mod stored;
mod token;

use alloc::string::String;
use alloc::vec::Vec;

use super::Secret;

pub use choice::{Boxed, Setting, for_name, mechanism};
#[cfg(feature = "cram-md5")]
pub use cram_md5::CramMd5;
pub use external::{Anonymous, External};
pub use oauth::{OauthBearer, Xoauth2};
pub use plain::{Credentials, Login, Plain};
#[cfg(feature = "scram")]
pub use scram::{Binding, Scram};
pub use stored::{Decoy, Stored};
pub use token::{Token, TokenError};

/// Octets of a name or a password that a server takes (RFC 4616 section 2).
const MAX_PART: usize = 255;

/// A mechanism, and the state of its exchange.
pub trait Mechanism {
    /// The name it is offered by.
    fn name(&self) -> &str;

    /// What to do next, given the client's message; `None` at the start, if there was no initial
    /// response.
    fn step(&mut self, response: Option<&[u8]>) -> Step;

    /// Goes on after [`Step::LookUp`], given what is stored of the user; `None` if nothing is, or the
    /// user may not log in, or not as whom it wants to act. The client can't tell this from a wrong
    /// password.
    fn supply(&mut self, stored: Option<&Stored>) -> Step {
        let _ = stored;
        Step::Refused
    }

    /// Goes on after [`Step::Token`], when the token is not good.
    fn refuse(&mut self, error: &TokenError) -> Step {
        let _ = error;
        Step::Refused
    }
}

/// What comes next in an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Send this, and go on with the response.
    Challenge(Vec<u8>),
    /// The exchange is over: see whether these are valid.
    Verify(Credentials),
    /// Go on with what is [stored](Mechanism::supply) of this user.
    LookUp {
        /// The user, as the mechanism prepares names.
        user: String,
        /// Whom the client wants to act as, if that is somebody else. Whether `user` may, is to be
        /// checked.
        authzid: Option<String>,
    },
    /// See whether this is valid: then the exchange is over; otherwise go on with the
    /// [refusal](Mechanism::refuse), which takes one more turn.
    Token(Token),
    /// The exchange is over: decide from what is known of the connection, such as the client's
    /// certificate in [`Tls::peer_certificate`](crate::Tls::peer_certificate), who the client is
    /// and whether it may act as `authzid`. What the message says proves nothing.
    External {
        /// Whom the client wants to act as, if that is not just who it is.
        authzid: Option<String>,
    },
    /// The exchange is over: the client has said who it is to nobody. Decide whether that will do.
    Anonymous {
        /// Whom to ask about this client, by its own account. It proves nothing.
        trace: Option<String>,
    },
    /// The exchange is over: the client has proved to be this user, who was
    /// [looked up](Step::LookUp) before.
    Authenticated {
        /// The user.
        user: String,
        /// Whom it acts as, if that is somebody else: what was checked when it was looked up.
        authzid: Option<String>,
    },
    /// The exchange is over: the client has not proved who it is (535 5.7.8).
    Refused,
    /// The client's message makes no sense: AUTH fails (501 5.5.2).
    Malformed,
    /// The client has sent an initial response, and it is the server who begins: AUTH fails
    /// (501 5.7.0, RFC 4954 section 4).
    ServerFirst,
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
    fits.then(|| octets.into())
}

/// A client that begins, and has not done so with the command: it is told to with an empty challenge
/// (RFC 4954 section 4).
#[derive(Clone, Copy, Debug, Default)]
struct ClientFirst {
    asked: bool,
}

impl ClientFirst {
    /// The client's message, or what to do without it.
    fn message<'a>(&mut self, response: Option<&'a [u8]>) -> Result<&'a [u8], Step> {
        match response {
            Some(message) => Ok(message),
            None if core::mem::replace(&mut self.asked, true) => Err(Step::Malformed),
            None => Err(Step::Challenge(Vec::new())),
        }
    }
}
