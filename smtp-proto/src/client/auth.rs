//! The AUTH exchange (RFC 4954 section 4).

use bytes::BytesMut;

use super::pipeline::Awaited;
use super::request::LINE;
use super::{AuthError, Client, Event, Question};
use crate::error::Misuse;
use crate::sasl::{self, Secret};
use crate::session::Act;
use crate::syntax::base64;
use crate::syntax::capability::Extension;
use crate::syntax::command::{Command, InitialResponse, Mechanism};
use crate::syntax::reply::Reply;

impl Client {
    /// Begins AUTH with a mechanism and, if the mechanism has one, its initial response; an empty
    /// one is not the same as none.
    ///
    /// [`Event::Challenge`] asks for what comes then, and [`Event::Authenticated`] tells the end.
    /// [`sasl::client`] has mechanisms.
    ///
    /// # Errors
    ///
    /// The server does not offer this, or it would show the password on a connection in the clear
    /// and [`Config::auth_without_tls`](super::Config::auth_without_tls) is not set, or not now.
    pub fn authenticate(
        &mut self,
        mechanism: &str,
        initial: Option<&[u8]>,
    ) -> Result<(), AuthError> {
        self.may_ask()?;
        self.nothing_in_flight()?;
        if self.authenticated {
            return Err(Misuse::OutOfSequence("already authenticated").into());
        }
        self.permits(Act::Auth)?;
        if !self.capabilities.has(Extension::Auth) {
            return Err(AuthError::Missing);
        }
        let name = Mechanism::parse(mechanism)
            .filter(|name| self.capabilities.supports_auth(name.as_str()))
            .ok_or_else(|| AuthError::NotOffered(mechanism.into()))?;
        let clear = self.tls.is_none() && !self.config.auth_without_tls;
        if clear && sasl::reveals_password(mechanism) {
            return Err(AuthError::NeedsTls(mechanism.into()));
        }
        self.begin_auth(name, initial);
        Ok(())
    }

    fn begin_auth(&mut self, mechanism: Mechanism<&str>, initial: Option<&[u8]>) {
        let mut encoded = BytesMut::new();
        base64::encode(initial.unwrap_or_default(), &mut encoded);
        let text = core::str::from_utf8(&encoded).unwrap_or_default();
        let response = InitialResponse::parse(text).unwrap_or(InitialResponse::EMPTY);
        let words = mechanism.as_str().len().saturating_add(response.as_str().len());
        let line = "AUTH  \r\n".len().saturating_add(words);
        // RFC 4954 section 4
        let fits = line <= LINE;
        self.held_response = initial.filter(|_| !fits).map(|held| held.to_vec().into());
        let initial = initial.filter(|_| fits).map(|_| response);
        self.request(&Command::Auth { mechanism, initial }, Awaited::Auth);
    }

    /// Answers [`Event::Challenge`].
    pub fn respond(&mut self, response: &[u8]) -> Result<(), Misuse> {
        self.challenge_is_open()?;
        self.send_response(response);
        Ok(())
    }

    /// Answers [`Event::Challenge`]: the exchange is to fail. The server confirms that with a
    /// refusal.
    pub fn cancel(&mut self) -> Result<(), Misuse> {
        self.challenge_is_open()?;
        self.send_cancel();
        Ok(())
    }

    fn challenge_is_open(&mut self) -> Result<(), Misuse> {
        match self.question {
            Some(Question::Challenge) => {
                self.question = None;
                Ok(())
            }
            Some(_) => Err(Misuse::WrongAnswer("no challenge was received")),
            None => Err(Misuse::NoQuestion),
        }
    }

    fn send_response(&mut self, response: &[u8]) {
        let out = self.outbox.line_buffer();
        base64::encode(response, out);
        out.extend_from_slice(b"\r\n");
        let octets = base64::encoded_len(response.len()).saturating_add(2);
        self.await_reply(Awaited::AuthResponse, octets);
    }

    fn send_cancel(&mut self) {
        self.outbox.line_buffer().extend_from_slice(b"*\r\n");
        self.await_reply(Awaited::Cancel, 3);
    }

    pub(super) fn on_auth(&mut self, reply: Reply) -> Option<Event> {
        if reply.is_intermediate() {
            return self.on_challenge(&reply);
        }
        self.held_response = None;
        self.authenticated = reply.is_positive();
        Some(Event::Authenticated(reply))
    }

    fn on_challenge(&mut self, reply: &Reply) -> Option<Event> {
        let Some(challenge) = challenge(reply) else {
            // RFC 4954 section 4: what can't be decoded has to be cancelled.
            self.held_response = None;
            self.send_cancel();
            return None;
        };
        if let Some(held) = self.held_response.take()
            && challenge.expose().is_empty()
        {
            self.send_response(held.expose());
            return None;
        }
        self.question = Some(Question::Challenge);
        Some(Event::Challenge(challenge))
    }
}

/// The challenge in a 334 reply: one line of base64, which may be empty.
fn challenge(reply: &Reply) -> Option<Secret> {
    let mut lines = reply.lines();
    let text = lines.next()?.trim_ascii_end();
    if lines.next().is_some() {
        return None;
    }
    base64::decode(text).ok().map(Secret::from)
}
