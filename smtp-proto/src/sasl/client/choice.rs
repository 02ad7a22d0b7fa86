//! Which mechanism it is to be.

use alloc::boxed::Box;

use thiserror::Error;

#[cfg(feature = "cram-md5")]
use super::CramMd5;
use super::{Anonymous, CredentialError, External, Login, Mechanism, OauthBearer, Plain, Xoauth2};
#[cfg(feature = "scram")]
use super::{Binding, Scram};
use crate::machine::Tls;
#[cfg(feature = "scram")]
use crate::sasl::Hash;
use crate::sasl::{self, Nonce};
use crate::syntax::capability::Capabilities;

/// Any mechanism.
pub type Boxed = Box<dyn Mechanism + Send>;

/// What there is to choose from.
#[derive(Debug)]
pub struct Offer<'a> {
    /// What the server offers, as it said last: after TLS, not before.
    pub capabilities: &'a Capabilities,
    /// What is known of the encryption, if the connection is encrypted.
    pub tls: Option<&'a Tls>,
    /// Passwords and tokens may be shown to whoever reads along.
    pub reveal_without_tls: bool,
    /// The only mechanism that may be used, whatever its rank; case does not matter. It holds
    /// against somebody in the middle who takes the good ones out of what the server offers.
    pub only: Option<&'a str>,
    /// For the mechanisms that need one, fresh from a source of random numbers. Without it they are
    /// left out.
    pub nonce: Option<Nonce>,
}

/// Why there is no mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The server offers none of those that would do.
    #[error("the server offers no mechanism that would do")]
    NotOffered,
    /// Each of those that the server offers would show the password or the token to whoever can
    /// read along.
    #[error("the credentials are not to be sent without TLS")]
    NeedsTls,
    /// They can't be sent by the best of those that the server offers.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
}

/// What makes the mechanism of this name.
type Make<'a> = (&'static str, &'a dyn Fn(&mut Offer<'_>) -> Result<Boxed, CredentialError>);

impl Offer<'_> {
    /// The first of these that is offered and may be used.
    fn choose(mut self, ranking: &[Make<'_>]) -> Result<Boxed, ChoiceError> {
        let mut revealing = false;
        for (name, make) in ranking {
            if !self.has(name) {
                continue;
            }
            if sasl::reveals_password(name) && self.tls.is_none() && !self.reveal_without_tls {
                revealing = true;
                continue;
            }
            return Ok(make(&mut self)?);
        }
        Err(if revealing { ChoiceError::NeedsTls } else { ChoiceError::NotOffered })
    }

    fn has(&self, name: &str) -> bool {
        let possible = match name {
            name if !name.starts_with("SCRAM-") => true,
            name if sasl::binds_channel(name) => self.nonce.is_some() && self.exporter().is_some(),
            _ => self.nonce.is_some(),
        };
        possible
            && self.only.is_none_or(|only| only.eq_ignore_ascii_case(name))
            && self.capabilities.supports_auth(name)
    }

    fn exporter(&self) -> Option<crate::machine::Exporter> {
        self.tls.and_then(|tls| tls.exporter)
    }

    #[cfg(feature = "scram")]
    fn scram(
        &mut self,
        hash: Hash,
        plus: bool,
        user: &str,
        password: &str,
    ) -> Result<Boxed, CredentialError> {
        let binding = match self.exporter() {
            Some(exporter) if plus => Binding::TlsExporter(exporter),
            Some(_) if !self.capabilities.supports_auth(hash.mechanism_plus()) => {
                Binding::NotOffered
            }
            _ => Binding::None,
        };
        let nonce = self.nonce.take().ok_or(CredentialError::Empty("nonce"))?;
        Ok(Box::new(Scram::new(hash, None, user, password, nonce, binding)?))
    }
}

/// The best mechanism for a user name and a password.
///
/// It is for one exchange. When that fails, a weaker mechanism is not the answer: whoever is in the
/// middle could have made it fail.
pub fn with_password(user: &str, password: &str, offer: Offer<'_>) -> Result<Boxed, ChoiceError> {
    #[cfg(feature = "scram")]
    let scram = |hash, plus| move |offer: &mut Offer<'_>| offer.scram(hash, plus, user, password);
    offer.choose(&[
        #[cfg(feature = "scram")]
        (Hash::Sha256.mechanism_plus(), &scram(Hash::Sha256, true)),
        #[cfg(feature = "scram")]
        (Hash::Sha1.mechanism_plus(), &scram(Hash::Sha1, true)),
        #[cfg(feature = "scram")]
        (Hash::Sha256.mechanism(), &scram(Hash::Sha256, false)),
        #[cfg(feature = "scram")]
        (Hash::Sha1.mechanism(), &scram(Hash::Sha1, false)),
        #[cfg(feature = "cram-md5")]
        ("CRAM-MD5", &|_| Ok(Box::new(CramMd5::new(user, password)?))),
        ("PLAIN", &|_| Ok(Box::new(Plain::new(None, user, password)?))),
        ("LOGIN", &|_| Ok(Box::new(Login::new(user, password)?))),
    ])
}

/// The best mechanism for a user name and a token of OAuth 2.0. `server` is the name and the port
/// that the client has connected to, where there are such.
pub fn with_token(
    user: &str,
    token: &str,
    server: Option<(&str, u16)>,
    offer: Offer<'_>,
) -> Result<Boxed, ChoiceError> {
    let bearer = |_: &mut Offer<'_>| -> Result<Boxed, CredentialError> {
        Ok(Box::new(match server {
            Some((host, port)) => OauthBearer::to(user, token, host, port)?,
            None => OauthBearer::new(user, token)?,
        }))
    };
    offer.choose(&[
        ("OAUTHBEARER", &bearer),
        ("XOAUTH2", &|_| Ok(Box::new(Xoauth2::new(user, token)?))),
    ])
}

/// EXTERNAL, to act as `authzid` if that is not just who the server knows the client to be.
pub fn externally(authzid: Option<&str>, offer: Offer<'_>) -> Result<Boxed, ChoiceError> {
    offer.choose(&[("EXTERNAL", &|_| Ok(Box::new(External::new(authzid)?)))])
}

/// ANONYMOUS, with word of whom to ask.
pub fn anonymously(trace: Option<&str>, offer: Offer<'_>) -> Result<Boxed, ChoiceError> {
    offer.choose(&[("ANONYMOUS", &|_| Ok(Box::new(Anonymous::new(trace)?)))])
}

/// The first of `mechanisms` that the server offers. Without TLS only those count that don't show
/// the password.
///
/// For mechanisms that are not from here, or whose order is to be another.
pub fn choose(
    mechanisms: impl IntoIterator<Item = Boxed>,
    offered: &Capabilities,
    tls: bool,
) -> Option<Boxed> {
    mechanisms.into_iter().find(|mechanism| {
        offered.supports_auth(mechanism.name()) && (tls || !mechanism.reveals_password())
    })
}
