//! The client's side of an exchange.
//!
//! [`with_password`], [`with_token`] and the like choose the best mechanism that a server offers:
//!
//! | for | the best first |
//! |---|---|
//! | a password | SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN |
//! | a token | OAUTHBEARER, XOAUTH2 |
//!
//! To be bound to the TLS connection counts for more than the newer hash function: it is what holds
//! against somebody in the middle, and a server that is asked for SCRAM-SHA-256 by a client that
//! could have bound refuses it (RFC 5802 section 6).

mod anonymous;
mod choice;
#[cfg(feature = "cram-md5")]
mod cram_md5;
mod external;
mod oauth;
mod plain;
#[cfg(feature = "scram")]
mod scram;

use alloc::boxed::Box;
use alloc::vec::Vec;

use thiserror::Error;

use super::Secret;
use crate::syntax::text::Text;

pub use anonymous::Anonymous;
pub use choice::{
    Boxed, ChoiceError, Offer, anonymously, choose, externally, with_password, with_token,
};
#[cfg(feature = "cram-md5")]
pub use cram_md5::CramMd5;
pub use external::External;
pub use oauth::{OauthBearer, Xoauth2};
pub use plain::{Login, Plain};
#[cfg(feature = "scram")]
pub use scram::{Binding, MAX_ITERATIONS, Scram};

/// Octets of each part of PLAIN that every server takes (RFC 4616 section 2).
const MAX_PART: usize = 255;

/// A mechanism, and the state of its exchange.
///
/// [`initial`](Self::initial) is asked first, then [`respond`](Self::respond) for each challenge,
/// and when the server says that all is well, [`finish`](Self::finish).
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

    /// Whether the exchange may end here, now that the server says that it succeeded.
    ///
    /// # Errors
    ///
    /// The server has not proved what it has to prove: what it says counts for nothing, and the
    /// connection is of no use.
    fn finish(&mut self) -> Result<(), Cancel> {
        Ok(())
    }

    /// What the server said in the exchange of why it is about to refuse, if it did: OAUTHBEARER
    /// and XOAUTH2 tell it in JSON, SCRAM in a word.
    fn explanation(&self) -> Option<&str> {
        None
    }

    /// Whether it shows the password to whoever can read along.
    fn reveals_password(&self) -> bool {
        super::reveals_password(self.name())
    }
}

/// Why an exchange has to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cancel {
    /// Everything is said already.
    #[error("the server asks for more than the mechanism has to say")]
    NothingToSay,
    /// The challenge is not what the mechanism has in this place.
    #[error("the server's challenge makes no sense")]
    Malformed,
    /// The server has not proved that it knows the password, or did it wrong.
    #[error("the server has not proved that it knows the password: it may be somebody else's")]
    Untrusted,
    /// So few rounds of hashing that the password could be guessed from the response.
    #[error(
        "the server wants only {0} rounds of hashing, from which the password could be guessed"
    )]
    TooFewIterations(u32),
    /// So many rounds of hashing that they would keep this machine busy.
    #[error("the server wants {0} rounds of hashing, which is too much work")]
    TooManyIterations(u32),
    /// Another reason, of a mechanism that is not from here.
    #[error("{0}")]
    Other(&'static str),
}

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
    /// `SASLprep` (RFC 4013) does not take it: SCRAM can't be had with it. A mechanism that takes it
    /// as it is, as PLAIN does, has to be asked for by its name.
    #[error("the {0} holds characters that SCRAM can't take (SASLprep): ask for PLAIN by name")]
    Unprepared(&'static str),
    /// It holds what the mechanism has no way to write.
    #[error("the {0} holds characters that can't be sent")]
    Character(&'static str),
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
        self.0.take().ok_or(Cancel::NothingToSay)
    }
}

/// Octets of an explanation that are kept.
const MAX_EXPLANATION: usize = 500;

/// What a server said, for people to read.
fn readable(said: &[u8]) -> Box<str> {
    let said = said.get(..MAX_EXPLANATION).unwrap_or(said);
    // The last character may be cut, the rest be anything.
    let text = alloc::string::String::from_utf8_lossy(said);
    Text::lossy(&text).as_str().into()
}
