//! From the greeting to where messages can be sent.

use smtp_proto::client::{AuthError, Client, Event, RequestError};
use smtp_proto::error::Close;
use smtp_proto::sasl::Secret;
use smtp_proto::sasl::client::{Mechanism, choose};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::reply::Reply;

use super::{EstablishError, Established, Login, Lost, StartTls};
use crate::{Clock, Connection, Error, Stream};

type Mechanisms = Vec<Box<dyn Mechanism + Send>>;

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
    let mechanisms = match &login.credentials {
        Some(credentials) => credentials.mechanisms()?,
        None => Mechanisms::new(),
    };
    establish_with(conn, login.starttls, mechanisms).await
}

/// The same, with any mechanisms, the best first; none means no AUTH.
pub async fn establish_with<S: Stream, C: Clock>(
    conn: &mut Connection<Client, S, C>,
    starttls: StartTls,
    mechanisms: Vec<Box<dyn Mechanism + Send>>,
) -> Result<Established, EstablishError> {
    let greeting = until_ready(conn, None).await?.greeting;
    let tls_refusal = encrypt(conn, starttls).await?;
    if !mechanisms.is_empty() {
        authenticate(conn, mechanisms).await?;
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
    mechanisms: Mechanisms,
) -> Result<(), EstablishError> {
    let offered = conn.capabilities();
    let common = mechanisms.iter().any(|mechanism| offered.supports_auth(mechanism.name()));
    let safe = conn.tls().is_some() || conn.config().auth_without_tls;
    let Some(mut mechanism) = choose(mechanisms, offered, safe) else {
        let offered = offered.auth().map(str::to_owned).collect();
        return Err(if common {
            EstablishError::AuthNeedsTls
        } else {
            EstablishError::NoCommonMechanism { offered }
        });
    };
    let initial = mechanism.initial();
    match conn.authenticate(mechanism.name(), initial.as_ref().map(Secret::expose)) {
        Ok(()) => {}
        Err(AuthError::Misuse(misuse)) => return Err(Lost::Failed(misuse.into()).into()),
        Err(AuthError::NeedsTls(_)) => return Err(EstablishError::AuthNeedsTls),
        Err(_) => return Err(EstablishError::NoCommonMechanism { offered: Vec::new() }),
    }
    match until_ready(conn, Some(&mut *mechanism)).await?.authenticated {
        Some(reply) if !reply.is_positive() => Err(EstablishError::AuthRefused(reply)),
        _ => Ok(()),
    }
}

/// What was said on the way.
#[derive(Default)]
struct Heard {
    greeting: Option<Reply>,
    answer: Option<Reply>,
    authenticated: Option<Reply>,
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
                let response =
                    mechanism.as_mut().map(|mechanism| mechanism.respond(challenge.expose()));
                let answered = match response {
                    Some(Ok(response)) => conn.respond(response.expose()),
                    _ => conn.cancel(),
                };
                answered.map_err(Error::from).map_err(Lost::Failed)?;
            }
            Event::Closed(why) => close = why,
            _ => {}
        }
    }
    Err(match (refusal, close) {
        (Some(refusal), _) => EstablishError::Refused(refusal),
        (None, Close::Unavailable(reply)) => EstablishError::Refused(reply),
        (None, close) => Lost::Closed(close).into(),
    })
}
