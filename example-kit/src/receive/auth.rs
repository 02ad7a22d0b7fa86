//! Who may log in, and how.

use smtp_driver::{Error, nonce};
use smtp_proto::error::Misuse;
use smtp_proto::sasl::Secret;
use smtp_proto::sasl::server::TokenError;
use smtp_proto::server::{Ask, Exchange, Failure, Progress, Refusal, Server};
use smtp_proto::syntax::command::Mechanism;
use tracing::warn;

use super::identity;
use super::users::Users;

/// For a password, the best first.
const PASSWORD: [&str; 7] = [
    "SCRAM-SHA-256-PLUS",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "CRAM-MD5",
    "PLAIN",
    "LOGIN",
];
const TOKEN: [&str; 2] = ["OAUTHBEARER", "XOAUTH2"];
const CERTIFICATE: [&str; 1] = ["EXTERNAL"];
const NOTHING: [&str; 1] = ["ANONYMOUS"];

/// By what clients may be known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Proofs {
    pub(super) password: bool,
    pub(super) token: bool,
    pub(super) certificate: bool,
    /// They need not be known.
    pub(super) nothing: bool,
}

impl Proofs {
    /// Whether there is anybody who could log in.
    pub(super) fn any(self) -> bool {
        self.password || self.token || self.certificate || self.nothing
    }

    /// What is offered for them; of these, if there are any.
    pub(super) fn mechanisms(self, only: &[Mechanism]) -> Vec<Mechanism> {
        let groups: [(bool, &[&str]); 4] = [
            (self.password, &PASSWORD),
            (self.token, &TOKEN),
            (self.certificate, &CERTIFICATE),
            (self.nothing, &NOTHING),
        ];
        let possible = groups.into_iter().filter(|(on, _)| *on).flat_map(|(_, names)| names);
        let possible: Vec<Mechanism> =
            possible.filter_map(|name| Mechanism::parse((*name).into())).collect();
        if only.is_empty() {
            return possible;
        }
        only.iter().filter(|one| possible.contains(one)).cloned().collect()
    }
}

/// Reads the name of a mechanism that there is.
pub(super) fn mechanism(name: &str) -> Result<Mechanism, String> {
    let all = [&PASSWORD[..], &TOKEN, &CERTIFICATE, &NOTHING].concat();
    let known = all.iter().find(|known| known.eq_ignore_ascii_case(name));
    let mechanism = known.and_then(|known| Mechanism::parse((*known).into()));
    mechanism.ok_or_else(|| format!("there are {}", all.join(" ")))
}

/// The exchanges of a connection.
pub(super) struct Login<'a> {
    users: &'a Users,
    exchange: Exchange,
}

impl<'a> Login<'a> {
    pub(super) fn new(users: &'a Users) -> Self {
        Self { users, exchange: Exchange::new(users.decoy()) }
    }

    /// AUTH was said. Returns the user who has logged in by it.
    pub(super) fn begin(
        &mut self,
        server: &mut Server,
        mechanism: &Mechanism,
        initial: Option<&Secret>,
    ) -> Result<Option<String>, Error> {
        let nonce = nonce().map_err(Error::Io)?;
        let progress = self.exchange.begin(server, mechanism, initial, Some(nonce))?;
        Ok(self.go_on(server, progress)?)
    }

    /// The client has answered a challenge. Returns the user who has logged in by it.
    pub(super) fn respond(
        &mut self,
        server: &mut Server,
        response: &Secret,
    ) -> Result<Option<String>, Error> {
        let progress = self.exchange.respond(server, response)?;
        Ok(self.go_on(server, progress)?)
    }

    fn go_on(
        &mut self,
        server: &mut Server,
        mut progress: Progress,
    ) -> Result<Option<String>, Misuse> {
        loop {
            progress = match progress {
                Progress::Asks(ask) => self.decide(server, ask)?,
                Progress::Authenticated(identity) => return Ok(Some(identity.user)),
                Progress::Challenged | Progress::Failed(Failure::Rejected) => return Ok(None),
                Progress::Failed(failure) => {
                    warn!("not logged in: {failure}");
                    return Ok(None);
                }
            }
        }
    }

    fn decide(&mut self, server: &mut Server, ask: Ask) -> Result<Progress, Misuse> {
        // Nobody acts as somebody else here, which looks like a wrong password.
        if let Some((user, authzid)) = ask.login() {
            let stored = authzid.is_none().then(|| self.users.stored(user));
            return self.exchange.stored(server, stored.as_ref());
        }
        let exchange = &mut self.exchange;
        let who = match ask {
            Ask::Token(token) => {
                // What a client says of the name it has called has to be what TLS was for.
                let called = server.tls().and_then(|tls| tls.server_name.as_deref());
                let owner = self.users.owner(&token);
                match owner.filter(|_| called.is_none_or(|name| token.is_for_host(name))) {
                    Some(user) => Ok(user),
                    None => return exchange.reject_token(server, &TokenError::invalid_token()),
                }
            }
            Ask::External { authzid } => {
                identity::choose(server.tls(), authzid).map_err(|why| format!("EXTERNAL: {why}"))
            }
            Ask::Anonymous { .. } if self.users.anybody() => Ok("anonymous".into()),
            other => Err(format!("nobody to decide on {other:?}")),
        };
        match who {
            Ok(user) => exchange.accept(server, user),
            Err(why) => {
                warn!("{why}");
                exchange.reject(server, Refusal::bad_credentials())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Proofs, mechanism};

    #[test]
    fn what_is_offered() {
        let names = |proofs: Proofs, only: &[&str]| {
            let only: Vec<_> = only.iter().map(|name| mechanism(name).unwrap()).collect();
            let mechanisms = proofs.mechanisms(&only);
            mechanisms.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let token = Proofs { token: true, ..Proofs::default() };
        assert_eq!(names(token, &[]), "OAUTHBEARER XOAUTH2");
        assert_eq!(names(token, &["xoauth2", "plain"]), "XOAUTH2");
        let password = Proofs { password: true, ..Proofs::default() };
        assert_eq!(names(password, &["plain", "scram-sha-256"]), "PLAIN SCRAM-SHA-256");
        assert!(names(password, &[]).starts_with("SCRAM-SHA-256-PLUS "));
        assert_eq!(names(Proofs::default(), &[]), "");
        assert!(mechanism("GSSAPI").unwrap_err().contains("SCRAM-SHA-256"));
    }
}
