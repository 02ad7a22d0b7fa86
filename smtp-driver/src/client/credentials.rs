//! Who to be, and how that is proved.

use std::fmt;

use smtp_proto::sasl::client::{
    Anonymous, Boxed, ChoiceError, CredentialError, External, OauthBearer, Offer, Plain,
    anonymously, externally, with_password, with_token,
};

/// Who to be, and how that is proved: by the strongest mechanism that the server offers, as
/// [`sasl::client`](smtp_proto::sasl::client) ranks them. `Debug` shows neither password nor token.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    kind: Kind,
    only: Option<Box<str>>,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Password { user: Box<str>, password: Box<str> },
    Token { user: Box<str>, token: Box<str>, server: Option<(Box<str>, u16)> },
    External { authzid: Option<Box<str>> },
    Anonymous { trace: Option<Box<str>> },
}

impl Credentials {
    /// A user name and a password: SCRAM, CRAM-MD5, PLAIN or LOGIN. The first two take the features
    /// `scram` and `cram-md5`.
    pub fn new(user: impl Into<Box<str>>, password: impl Into<Box<str>>) -> Self {
        Kind::Password { user: user.into(), password: password.into() }.into()
    }

    /// A user name and a token of OAuth 2.0: OAUTHBEARER or XOAUTH2.
    pub fn oauth(user: impl Into<Box<str>>, token: impl Into<Box<str>>) -> Self {
        Kind::Token { user: user.into(), token: token.into(), server: None }.into()
    }

    /// The same, and tells the server by which name and port it was reached: it refuses what is meant
    /// for another (RFC 7628 section 3.2).
    pub fn oauth_at(
        user: impl Into<Box<str>>,
        token: impl Into<Box<str>>,
        host: impl Into<Box<str>>,
        port: u16,
    ) -> Self {
        let server = Some((host.into(), port));
        Kind::Token { user: user.into(), token: token.into(), server }.into()
    }

    /// Whom the server knows this client to be by itself, most often by the certificate it shows in
    /// the handshake: EXTERNAL.
    #[must_use]
    pub fn external() -> Self {
        Kind::External { authzid: None }.into()
    }

    /// The same, to act as `authzid`.
    pub fn external_as(authzid: impl Into<Box<str>>) -> Self {
        Kind::External { authzid: Some(authzid.into()) }.into()
    }

    /// Nobody in particular: ANONYMOUS.
    #[must_use]
    pub fn anonymous() -> Self {
        Kind::Anonymous { trace: None }.into()
    }

    /// The same, with word of whom to ask: a mail address, or a text of one's own.
    pub fn anonymous_as(trace: impl Into<Box<str>>) -> Self {
        Kind::Anonymous { trace: Some(trace.into()) }.into()
    }

    /// By this mechanism only, whatever else the server offers; case does not matter.
    #[must_use]
    pub fn only(mut self, mechanism: impl Into<Box<str>>) -> Self {
        self.only = Some(mechanism.into());
        self
    }

    /// The only mechanism that may be used, if there is but one.
    pub(super) fn only_one(&self) -> Option<&str> {
        self.only.as_deref()
    }

    /// Whether some mechanism can send them at all.
    pub(super) fn check(&self) -> Result<(), CredentialError> {
        match &self.kind {
            Kind::Password { user, password } => Plain::new(None, user, password).map(drop),
            Kind::Token { user, token, .. } => OauthBearer::new(user, token).map(drop),
            Kind::External { authzid } => External::new(authzid.as_deref()).map(drop),
            Kind::Anonymous { trace } => Anonymous::new(trace.as_deref()).map(drop),
        }
    }

    /// Whether a mechanism for them needs a nonce.
    pub(super) fn need_nonce(&self) -> bool {
        matches!(self.kind, Kind::Password { .. })
    }

    pub(super) fn choose(&self, offer: Offer<'_>) -> Result<Boxed, ChoiceError> {
        match &self.kind {
            Kind::Password { user, password } => with_password(user, password, offer),
            Kind::Token { user, token, server } => {
                let server = server.as_ref().map(|(host, port)| (&**host, *port));
                with_token(user, token, server, offer)
            }
            Kind::External { authzid } => externally(authzid.as_deref(), offer),
            Kind::Anonymous { trace } => anonymously(trace.as_deref(), offer),
        }
    }
}

impl From<Kind> for Credentials {
    fn from(kind: Kind) -> Self {
        Self { kind, only: None }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credentials");
        match &self.kind {
            Kind::Password { user, .. } | Kind::Token { user, .. } => shown.field("user", user),
            Kind::External { authzid } => shown.field("authzid", authzid),
            Kind::Anonymous { trace } => shown.field("trace", trace),
        };
        shown.field("only", &self.only).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    #[test]
    fn neither_password_nor_token_is_shown() {
        for credentials in
            [Credentials::new("tim", "tanstaaf"), Credentials::oauth("tim", "tanstaaf")]
        {
            let shown = format!("{credentials:?}");
            assert!(shown.contains("tim") && !shown.contains("tanstaaf"), "{shown}");
        }
    }
}
