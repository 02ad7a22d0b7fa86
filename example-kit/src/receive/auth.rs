//! Who may log in.

use std::collections::BTreeMap;

use smtp_proto::error::Misuse;
use smtp_proto::sasl::server::{Credentials, Mechanism, Step, for_name};
use smtp_proto::server::{Refusal, Server};
use smtp_proto::syntax::command;
use tracing::warn;

use super::identity;

/// Users and their passwords.
#[derive(Debug)]
pub(super) struct Users(BTreeMap<String, String>);

impl Users {
    pub(super) fn new(users: BTreeMap<String, String>) -> Self {
        Self(users)
    }

    /// Tells how many users there are by the time it takes, and nothing else.
    fn know(&self, credentials: &Credentials) -> bool {
        self.0
            .iter()
            .fold(false, |known, (user, password)| known | credentials.matches(user, password))
    }
}

/// Takes `USER:PASSWORD` apart. A password may hold colons.
pub(super) fn parse(text: &str) -> Result<(String, String), String> {
    let (user, password) = text.split_once(':').ok_or("there is no colon in it")?;
    if user.is_empty() || password.is_empty() {
        return Err("neither of the two may be empty".into());
    }
    if text.contains('\0') || user.contains(char::is_control) {
        return Err("there is a control character in it".into());
    }
    Ok((user.into(), password.into()))
}

/// What is offered to who is known by a password, or by a certificate.
pub(super) fn mechanisms(password: bool, certificate: bool) -> Vec<command::Mechanism> {
    let password: &[_] = if password { &["PLAIN", "LOGIN"] } else { &[] };
    let certificate: &[_] = if certificate { &["EXTERNAL"] } else { &[] };
    [password, certificate]
        .concat()
        .into_iter()
        .filter_map(|name| command::Mechanism::parse(name.into()))
        .collect()
}

/// The exchange in progress on a connection, if there is one.
#[derive(Default)]
pub(super) struct Exchange(Option<Box<dyn Mechanism + Send>>);

impl Exchange {
    /// AUTH was said.
    pub(super) fn begin(&mut self, mechanism: &command::Mechanism) {
        self.0 = for_name(mechanism.as_str());
    }

    /// Answers the client's message. Returns the user who has logged in by it.
    pub(super) fn go_on(
        &mut self,
        server: &mut Server,
        users: &Users,
        response: Option<&[u8]>,
    ) -> Result<Option<String>, Misuse> {
        let step = self.0.as_mut().map_or(Step::Malformed, |mechanism| mechanism.step(response));
        match step {
            Step::Challenge(challenge) => server.challenge(&challenge)?,
            Step::Verify(credentials) if users.know(&credentials) => {
                server.accept()?;
                return Ok(Some(credentials.user));
            }
            Step::Verify(credentials) => {
                warn!("wrong user name or password: {:?}", credentials.user);
                server.reject(Refusal::bad_credentials())?;
            }
            Step::External { authzid } => match identity::choose(server.tls(), authzid) {
                Ok(user) => {
                    server.accept()?;
                    return Ok(Some(user));
                }
                Err(why) => {
                    warn!("EXTERNAL: {why}");
                    server.reject(Refusal::bad_credentials())?;
                }
            },
            Step::Malformed => server.reject(Refusal::malformed_response())?,
        }
        Ok(None)
    }
}
