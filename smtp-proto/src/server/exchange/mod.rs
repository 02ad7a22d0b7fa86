//! An AUTH exchange, but for the decisions.

mod progress;

use alloc::string::String;
use core::{hint, mem};

pub use progress::{Ask, Failure, Identity, Progress};

use super::{Refusal, Server};
use crate::error::Misuse;
use crate::sasl::server::{
    Boxed, Credentials, Decoy, Setting, Step, Stored, TokenError, for_name, mechanism,
};
use crate::sasl::{Nonce, Secret};
use crate::syntax::command::Mechanism;
use crate::syntax::reply::{Code, Status};
use crate::syntax::text::Text;

/// The AUTH exchanges of a connection: answers [`Event::Auth`](super::Event::Auth) and
/// [`Event::AuthResponse`](super::Event::AuthResponse), and asks whatever is a decision.
///
/// ```
/// use smtp_proto::error::Misuse;
/// use smtp_proto::sasl::Nonce;
/// use smtp_proto::sasl::server::Stored;
/// use smtp_proto::server::{Ask, Event, Exchange, Progress, Refusal, Server};
///
/// # fn find(_: &str) -> Option<Stored> { None }
/// # fn fresh() -> Nonce { Nonce::from_random(&[0; 18]) }
/// /// Returns who has logged in, if somebody has.
/// fn answer(
///     exchange: &mut Exchange,
///     server: &mut Server,
///     event: Event,
/// ) -> Result<Option<String>, Misuse> {
///     let mut progress = match event {
///         Event::Auth { mechanism, initial } => {
///             exchange.begin(server, &mechanism, initial.as_ref(), Some(fresh()))?
///         }
///         Event::AuthResponse(response) => exchange.respond(server, &response)?,
///         _ => return Ok(None),
///     };
///     loop {
///         progress = match progress {
///             // Nobody acts as somebody else here.
///             Progress::Asks(ask) => match ask.login() {
///                 Some((user, None)) => exchange.stored(server, find(user).as_ref())?,
///                 _ => exchange.reject(server, Refusal::bad_credentials())?,
///             },
///             Progress::Authenticated(identity) => return Ok(Some(identity.user)),
///             Progress::Challenged | Progress::Failed(_) => return Ok(None),
///         }
///     }
/// }
/// ```
///
/// `find` may take its time: the machine waits, and so does the client.
#[derive(Default)]
pub struct Exchange {
    decoy: Option<Decoy>,
    mechanism: Option<Boxed>,
    open: Open,
}

/// What the open question is.
#[derive(Debug, Default)]
enum Open {
    #[default]
    None,
    Password(Credentials),
    LookUp,
    Token,
    /// Anything that is decided by what is known besides.
    Decision,
}

impl Exchange {
    /// With all mechanisms of this library. By default without those that need the decoy: SCRAM and
    /// CRAM-MD5.
    #[must_use]
    pub fn new(decoy: Decoy) -> Self {
        Self { decoy: Some(decoy), ..Self::default() }
    }

    /// Begins an exchange, by one of the mechanisms of this library. The nonce is for SCRAM and
    /// CRAM-MD5, and from a source of random numbers.
    ///
    /// # Errors
    ///
    /// It is not the moment for it: no AUTH is open, or something else was asked. Nothing has changed;
    /// so also below.
    pub fn begin(
        &mut self,
        server: &mut Server,
        name: &Mechanism,
        initial: Option<&Secret>,
        nonce: Option<Nonce>,
    ) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        let Some(mechanism) = self.make(server, name.as_str(), nonce) else {
            server.reject(not_available())?;
            self.over();
            return Ok(Progress::Failed(Failure::NotAvailable));
        };
        self.begin_with(server, mechanism, initial)
    }

    /// Begins an exchange by any mechanism.
    pub fn begin_with(
        &mut self,
        server: &mut Server,
        mut mechanism: Boxed,
        initial: Option<&Secret>,
    ) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        let step = mechanism.step(initial.map(Secret::expose));
        self.over();
        self.mechanism = Some(mechanism);
        self.take(server, step)
    }

    /// Goes on with the client's response to a challenge.
    pub fn respond(&mut self, server: &mut Server, response: &Secret) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        let step = self.mechanism.as_mut().map(|mechanism| mechanism.step(Some(response.expose())));
        self.take(server, step.unwrap_or(Step::Malformed))
    }

    /// Answers [`Ask::LookUp`] and [`Ask::Password`] with what is stored of the user. `None` if
    /// nothing is, or the user may not log in, or not as whom the client wants to act.
    ///
    /// Where passwords are stored and not SCRAM keys, deriving the keys takes its time, and `None` takes
    /// none: who is not to learn by that which users there are hands over another password in the
    /// place of one that is not there, or stores keys.
    pub fn stored(
        &mut self,
        server: &mut Server,
        stored: Option<&Stored>,
    ) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        match mem::take(&mut self.open) {
            Open::LookUp => {
                let step = self.mechanism.as_mut().map(|mechanism| mechanism.supply(stored));
                self.take(server, step.unwrap_or(Step::Malformed))
            }
            Open::Password(credentials) if self.matches(&credentials, stored) => {
                self.succeed(server, credentials.user, credentials.authzid)
            }
            Open::Password(_) => self.take(server, Step::Refused),
            other => self.misused(other, "nothing stored was asked for"),
        }
    }

    /// Says yes: this is who has logged in.
    pub fn accept(
        &mut self,
        server: &mut Server,
        user: impl Into<String>,
    ) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        match mem::take(&mut self.open) {
            Open::Password(_) | Open::Token | Open::Decision => {
                self.succeed(server, user.into(), None)
            }
            // The client has proved nothing so far.
            other => self.misused(other, "there is nothing to accept"),
        }
    }

    /// Says no, to whatever was asked.
    ///
    /// [`Refusal::bad_credentials`] is for who is wrong, and for who is right and may not;
    /// [`Refusal::temporarily_unavailable`] where nobody can tell at the moment.
    pub fn reject(&mut self, server: &mut Server, refusal: Refusal) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        server.reject(refusal)?;
        self.over();
        Ok(Progress::Failed(Failure::Rejected))
    }

    /// Answers [`Ask::Token`] with no, and tells the client why before it is refused.
    pub fn reject_token(
        &mut self,
        server: &mut Server,
        error: &TokenError,
    ) -> Result<Progress, Misuse> {
        server.auth_is_open()?;
        match mem::take(&mut self.open) {
            Open::Token => {
                let step = self.mechanism.as_mut().map(|mechanism| mechanism.refuse(error));
                self.take(server, step.unwrap_or(Step::Refused))
            }
            other => self.misused(other, "no token was asked about"),
        }
    }

    fn make(&self, server: &Server, name: &str, nonce: Option<Nonce>) -> Option<Boxed> {
        let Some((decoy, nonce)) = self.decoy.as_ref().zip(nonce) else { return for_name(name) };
        let setting = Setting {
            hostname: server.config.hostname.as_str(),
            nonce,
            decoy,
            exporter: server.tls.as_ref().and_then(|tls| tls.exporter),
            plus_offered: server.offers_plus(name),
        };
        mechanism(name, setting)
    }

    fn take(&mut self, server: &mut Server, step: Step) -> Result<Progress, Misuse> {
        let (open, ask) = match step {
            Step::Challenge(challenge) => {
                server.challenge(&challenge)?;
                return Ok(Progress::Challenged);
            }
            Step::Authenticated { user, authzid } => return self.succeed(server, user, authzid),
            Step::Verify(credentials) => {
                (Open::Password(credentials.clone()), Ask::Password(credentials))
            }
            Step::LookUp { user, authzid } => (Open::LookUp, Ask::LookUp { user, authzid }),
            Step::Token(token) => (Open::Token, Ask::Token(token)),
            Step::External { authzid } => (Open::Decision, Ask::External { authzid }),
            Step::Anonymous { trace } => (Open::Decision, Ask::Anonymous { trace }),
            Step::Refused => {
                server.reject(Refusal::bad_credentials())?;
                self.over();
                return Ok(Progress::Failed(Failure::Refused));
            }
            Step::Malformed => {
                server.reject(Refusal::malformed_response())?;
                self.over();
                return Ok(Progress::Failed(Failure::Malformed));
            }
            Step::ServerFirst => {
                server.reject(Refusal::unwanted_initial_response())?;
                self.over();
                return Ok(Progress::Failed(Failure::ServerFirst));
            }
        };
        self.open = open;
        Ok(Progress::Asks(ask))
    }

    /// The work is the same for users that there are not, where keys are stored.
    fn matches(&self, credentials: &Credentials, stored: Option<&Stored>) -> bool {
        if let Some(stored) = stored {
            return stored.matches(&credentials.password);
        }
        let decoy = self.decoy.as_ref().map(|decoy| decoy.stand_in(&credentials.user));
        hint::black_box(decoy.is_some_and(|decoy| decoy.matches(&credentials.password)));
        false
    }

    fn succeed(
        &mut self,
        server: &mut Server,
        user: String,
        authzid: Option<String>,
    ) -> Result<Progress, Misuse> {
        server.accept()?;
        let mechanism = self.mechanism.as_ref().map_or("", |mechanism| mechanism.name()).into();
        self.over();
        let authzid = authzid.filter(|authzid| *authzid != user);
        Ok(Progress::Authenticated(Identity { user, authzid, mechanism }))
    }

    /// What was asked stays asked.
    fn misused(&mut self, open: Open, why: &'static str) -> Result<Progress, Misuse> {
        self.open = open;
        Err(Misuse::WrongAnswer(why))
    }

    fn over(&mut self) {
        self.mechanism = None;
        self.open = Open::None;
    }
}

/// 504 5.5.4: the mechanism is not to be had after all.
fn not_available() -> Refusal {
    let text = Text::lossy("Mechanism not available");
    let refusal = Refusal::new(
        Code::PARAMETER_NOT_IMPLEMENTED,
        Status::INVALID_COMMAND_ARGUMENTS.permanent(),
        text,
    );
    refusal.unwrap_or_else(Refusal::malformed_response)
}

impl core::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mechanism = self.mechanism.as_ref().map(|mechanism| mechanism.name());
        f.debug_struct("Exchange").field("mechanism", &mechanism).finish_non_exhaustive()
    }
}
