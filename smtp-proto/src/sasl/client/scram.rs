//! SCRAM: both sides prove that they know the password, and neither says it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Cancel, CredentialError, Mechanism, check, readable};
use crate::machine::Exporter;
use crate::sasl::name::escape;
use crate::sasl::nonce::encoded;
use crate::sasl::scram::{
    Attributes, Exchange, ServerFirst, TLS_EXPORTER, client_proof, gs2_header, prepare,
    salted_password,
};
use crate::sasl::{Hash, MIN_ITERATIONS, Nonce, Secret};
use crate::syntax::base64;

/// The most rounds of hashing that a client does for a server: a second or so of work, of which the
/// server says how much it is.
pub const MAX_ITERATIONS: u32 = 2_000_000;

/// Whether the exchange is bound to the TLS connection, so that nobody in the middle can pass it on
/// (RFC 5802 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// There is nothing to bind it to, or it is not wanted.
    None,
    /// It could be bound, but the server does not offer the mechanism's -PLUS form. A server that
    /// does refuses then: somebody has changed what it said.
    NotOffered,
    /// It is: the -PLUS form of the mechanism.
    TlsExporter(Exporter),
}

/// SCRAM-SHA-256, SCRAM-SHA-1 and their -PLUS forms (RFC 5802, RFC 7677).
///
/// The server proves that it knows the password, too. One that says so without proof is not
/// believed: [`finish`](Mechanism::finish) fails.
#[derive(Debug)]
pub struct Scram {
    hash: Hash,
    binding: Binding,
    gs2_header: String,
    first_bare: String,
    nonce: Nonce,
    password: Secret,
    state: State,
    refusal: Option<Box<str>>,
}

#[derive(Debug)]
enum State {
    /// Nothing was said yet.
    Start,
    /// The first message was sent.
    First,
    /// The proof was sent. The server's is to be this one.
    Final(Secret),
    /// The server's proof was seen.
    Verified,
    /// It is of no use to go on.
    Over,
}

impl Scram {
    /// As this user, and to act as `authzid` if that is somebody else.
    pub fn new(
        hash: Hash,
        authzid: Option<&str>,
        user: &str,
        password: &str,
        nonce: Nonce,
        binding: Binding,
    ) -> Result<Self, CredentialError> {
        let prepared = |what, text| {
            check(what, text)?;
            prepare(text).ok_or(CredentialError::Unprepared(what))
        };
        authzid.map_or(Ok(()), |authzid| prepared("authorization identity", authzid).map(drop))?;
        let user = prepared("user name", user)?;
        let password = prepared("password", password)?;
        let flag = match binding {
            Binding::None => "n",
            Binding::NotOffered => "y",
            Binding::TlsExporter(_) => &format!("p={TLS_EXPORTER}"),
        };
        Ok(Self {
            hash,
            binding,
            gs2_header: gs2_header(flag, authzid),
            first_bare: format!("n={},r={}", escape(&user), nonce.as_str()),
            nonce,
            password: password.as_bytes().into(),
            state: State::Start,
            refusal: None,
        })
    }

    fn first(&mut self) -> Secret {
        self.state = State::First;
        let message: Vec<u8> = [self.gs2_header.as_str(), &self.first_bare].concat().into();
        message.into()
    }

    /// Answers the server's first message.
    fn prove(&mut self, challenge: &[u8]) -> Result<Secret, Cancel> {
        let message = core::str::from_utf8(challenge).map_err(|_| Cancel::Malformed)?;
        let ServerFirst { nonce, salt, iterations } =
            ServerFirst::parse(challenge).ok_or(Cancel::Malformed)?;
        // With no word of the server's in it, the exchange could be one of long ago.
        let added = nonce.strip_prefix(self.nonce.as_str());
        if added.is_none_or(str::is_empty) || salt.is_empty() {
            return Err(Cancel::Malformed);
        }
        if iterations < MIN_ITERATIONS {
            return Err(Cancel::TooFewIterations(iterations));
        }
        if iterations > MAX_ITERATIONS {
            return Err(Cancel::TooManyIterations(iterations));
        }
        let mut bound = self.gs2_header.clone().into_bytes();
        if let Binding::TlsExporter(exporter) = &self.binding {
            bound.extend_from_slice(&exporter.0);
        }
        let without_proof = format!("c={},r={nonce}", encoded(&bound));
        let exchange = Exchange {
            client_first_bare: &self.first_bare,
            server_first: message,
            client_final_without_proof: &without_proof,
        };
        let salted = salted_password(self.hash, self.password.expose(), &salt, iterations);
        let (proof, signature) = client_proof(self.hash, &salted, exchange);
        self.state = State::Final(signature);
        let response = format!("{without_proof},p={}", encoded(proof.expose()));
        Ok(response.into_bytes().into())
    }

    /// Looks at the server's final message. There is nothing to say to it.
    fn verify(&mut self, challenge: &[u8], expected: &Secret) -> Result<Secret, Cancel> {
        let mut attributes = Attributes::new(challenge).ok_or(Cancel::Malformed)?;
        if challenge.starts_with(b"e=") {
            // The refusal follows.
            self.refusal = attributes.next('e').map(|error| readable(error.as_bytes()));
            return Ok(Secret::default());
        }
        let signature = attributes.next('v').ok_or(Cancel::Malformed)?;
        let signature = base64::decode(signature.as_bytes()).map_err(|_| Cancel::Malformed)?;
        attributes.end().ok_or(Cancel::Malformed)?;
        if !expected.is(&signature) {
            return Err(Cancel::Untrusted);
        }
        self.state = State::Verified;
        Ok(Secret::default())
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &'static str {
        match self.binding {
            Binding::TlsExporter(_) => self.hash.mechanism_plus(),
            Binding::None | Binding::NotOffered => self.hash.mechanism(),
        }
    }

    fn initial(&mut self) -> Option<Secret> {
        matches!(self.state, State::Start).then(|| self.first())
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Cancel> {
        match core::mem::replace(&mut self.state, State::Over) {
            State::Start if challenge.is_empty() => Ok(self.first()),
            State::Start => Err(Cancel::Malformed),
            State::First => self.prove(challenge),
            State::Final(signature) => self.verify(challenge, &signature),
            State::Verified | State::Over => Err(Cancel::NothingToSay),
        }
    }

    fn finish(&mut self) -> Result<(), Cancel> {
        match self.state {
            State::Verified => Ok(()),
            _ => Err(Cancel::Untrusted),
        }
    }

    fn explanation(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}
