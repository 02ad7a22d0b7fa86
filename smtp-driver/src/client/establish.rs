//! From the greeting to where messages can be sent.

use smtp_proto::client::{AuthError, Client, Event, RequestError};
use smtp_proto::error::Close;
use smtp_proto::sasl::client::{self, Boxed, Cancel, ChoiceError, Mechanism, Offer};
use smtp_proto::sasl::{Nonce, Secret};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::reply::Reply;

use super::{Credentials, EstablishError, Established, Login, Lost, StartTls};
use crate::{Clock, Connection, Error, Stream};

/// How to authenticate.
enum How<'a> {
    /// By the best that the server offers.
    Credentials(&'a Credentials),
    /// By the first of these that it offers.
    Mechanisms(Vec<Boxed>),
}

/// Takes a fresh connection to where messages can be sent: greeting, hello, STARTTLS, hello, AUTH.
///
/// # Errors
///
/// Unless the connection is [lost](EstablishError::Lost) or was [refused](EstablishError::Refused), the
/// client is still there to [`quit`](super::quit).
pub async fn establish<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    login: &Login,
) -> Result<Established, EstablishError> {
    if let Some(credentials) = &login.credentials {
        credentials.check()?;
    }
    let how = login.credentials.as_ref().map(How::Credentials);
    establish_how(conn, login.starttls, how).await
}

/// The same, with any mechanisms, the best first; none means no AUTH.
pub async fn establish_with<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    starttls: StartTls,
    mechanisms: Vec<Boxed>,
) -> Result<Established, EstablishError> {
    let how = (!mechanisms.is_empty()).then_some(How::Mechanisms(mechanisms));
    establish_how(conn, starttls, how).await
}

async fn establish_how<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    starttls: StartTls,
    how: Option<How<'_>>,
) -> Result<Established, EstablishError> {
    let greeting = until_ready(conn, None).await?.greeting;
    let tls_refusal = encrypt(conn, starttls).await?;
    if let Some(how) = how {
        authenticate(conn, how).await?;
    }
    Ok(Established { greeting, capabilities: conn.capabilities().clone(), tls_refusal })
}

/// Returns the refusal that was put up with.
async fn encrypt<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    starttls: StartTls,
) -> Result<Option<Reply>, EstablishError> {
    if starttls == StartTls::Off || conn.tls().is_some() {
        return Ok(None);
    }
    let required = starttls == StartTls::Required;
    if !conn.capabilities().has(Extension::StartTls) {
        return if required { Err(EstablishError::TlsMissing) } else { Ok(None) };
    }
    match conn.start_tls() {
        Ok(()) => {}
        Err(RequestError::Misuse(misuse)) => return Err(Lost::Failed(misuse.into()).into()),
        Err(_) => return Err(EstablishError::TlsMissing),
    }
    let refusal = until_ready(conn, None).await?.answer;
    match refusal {
        Some(refusal) if required => Err(EstablishError::TlsRefused(refusal)),
        None if conn.tls().is_none() => Err(EstablishError::TlsMissing),
        refusal => Ok(refusal),
    }
}

async fn authenticate<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    how: How<'_>,
) -> Result<(), EstablishError> {
    let mut mechanism = choose(conn, how)?;
    let initial = mechanism.initial();
    match conn.authenticate(mechanism.name(), initial.as_ref().map(Secret::expose)) {
        Ok(()) => {}
        Err(AuthError::Misuse(misuse)) => return Err(Lost::Failed(misuse.into()).into()),
        Err(AuthError::NeedsTls(_)) => return Err(EstablishError::AuthNeedsTls),
        Err(_) => return Err(EstablishError::NoCommonMechanism { offered: Vec::new() }),
    }
    let heard = until_ready(conn, Some(&mut *mechanism)).await?;
    if let Some(why) = heard.cancelled {
        return Err(EstablishError::AuthCancelled(why));
    }
    match heard.authenticated {
        Some(reply) if !reply.is_positive() => {
            let explanation = mechanism.explanation().map(Box::from);
            Err(EstablishError::AuthRefused { reply, explanation })
        }
        // A server that says yes is not believed for that.
        _ => mechanism.finish().map_err(EstablishError::AuthCancelled),
    }
}

fn choose<S: Stream, C: Clock>(
    conn: &Connection<Client, S, C>,
    how: How<'_>,
) -> Result<Boxed, EstablishError> {
    let capabilities = conn.capabilities();
    let reveal_without_tls = conn.config().auth_without_tls;
    let choice = match how {
        How::Credentials(credentials) => {
            let nonce = if credentials.need_nonce() { nonce()? } else { None };
            let (tls, only) = (conn.tls(), credentials.only_one());
            credentials.choose(Offer { capabilities, tls, reveal_without_tls, only, nonce })
        }
        How::Mechanisms(mechanisms) => {
            let offered = |mechanism: &Boxed| capabilities.supports_auth(mechanism.name());
            let common = mechanisms.iter().any(offered);
            let safe = conn.tls().is_some() || reveal_without_tls;
            let none = if common { ChoiceError::NeedsTls } else { ChoiceError::NotOffered };
            client::choose(mechanisms, capabilities, safe).ok_or(none)
        }
    };
    choice.map_err(|error| match error {
        ChoiceError::NeedsTls => EstablishError::AuthNeedsTls,
        ChoiceError::Credentials(error) => error.into(),
        _ => {
            let offered = capabilities.auth().map(str::to_owned).collect();
            EstablishError::NoCommonMechanism { offered }
        }
    })
}

#[cfg(any(feature = "cram-md5", feature = "scram"))]
fn nonce() -> Result<Option<Nonce>, EstablishError> {
    crate::nonce().map(Some).map_err(|error| Lost::Failed(Error::Io(error)).into())
}

/// Nobody would take it.
#[cfg(not(any(feature = "cram-md5", feature = "scram")))]
#[expect(clippy::unnecessary_wraps, reason = "with the features it can fail")]
fn nonce() -> Result<Option<Nonce>, EstablishError> {
    Ok(None)
}

/// What was said on the way.
#[derive(Default)]
struct Heard {
    greeting: Option<Reply>,
    answer: Option<Reply>,
    authenticated: Option<Reply>,
    cancelled: Option<Cancel>,
}

/// Goes on until the client is ready for a request.
async fn until_ready<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    mut mechanism: Option<&mut (dyn Mechanism + Send)>,
) -> Result<Heard, EstablishError> {
    let mut heard = Heard::default();
    let mut refusal = None;
    let mut close = Close::Peer;
    while let Some(event) = conn.next().await.map_err(Lost::Failed)? {
        match event {
            Event::Ready => return Ok(heard),
            Event::Greeted(reply) => heard.greeting = Some(reply),
            Event::Refused(reply) => refusal = Some(reply),
            Event::Answer(reply) => heard.answer = Some(reply),
            Event::Authenticated(reply) => heard.authenticated = Some(reply),
            Event::Challenge(challenge) => {
                let response = mechanism
                    .as_mut()
                    .map_or(Err(Cancel::NothingToSay), |one| one.respond(challenge.expose()));
                let answered = match response {
                    Ok(response) => conn.respond(response.expose()),
                    Err(why) => {
                        heard.cancelled.get_or_insert(why);
                        conn.cancel()
                    }
                };
                answered.map_err(Error::from).map_err(Lost::Failed)?;
            }
            Event::Closed(why) => close = why,
            _ => {}
        }
    }
    Err(match (refusal, close) {
        (Some(refusal), _) => EstablishError::Refused(refusal),
        (None, Close::Unavailable(reply)) => EstablishError::Refused(*reply),
        (None, close) => Lost::Closed(close).into(),
    })
}
