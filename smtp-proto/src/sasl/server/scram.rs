//! SCRAM: both sides prove that they know the password, and neither says it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{ClientFirst, Decoy, MAX_PART, Mechanism, Step, Stored};
use crate::machine::Exporter;
use crate::sasl::nonce::encoded;
use crate::sasl::scram::{self, ClientFinal, Exchange, TLS_EXPORTER, is_proof};
use crate::sasl::{Hash, Nonce, ScramKeys};

/// Whether the exchange is bound to the TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It is not, and the server has no -PLUS form to offer.
    Unavailable,
    /// It is not, though the server offers the -PLUS form. A client that thinks it doesn't is refused:
    /// somebody has changed what the server said (RFC 5802 section 6).
    Offered,
    /// It is: the -PLUS form of the mechanism.
    TlsExporter(Exporter),
}

/// SCRAM-SHA-256, SCRAM-SHA-1 and their -PLUS forms (RFC 5802, RFC 7677).
#[derive(Debug)]
pub struct Scram {
    hash: Hash,
    binding: Binding,
    nonce: Nonce,
    decoy: Decoy,
    first: ClientFirst,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    /// The first message was read, and the user is being looked up.
    Asked(First),
    /// The server's first message was sent.
    Challenged {
        first: First,
        server_first: String,
        nonce: String,
        keys: ScramKeys,
        known: bool,
    },
    /// The client's proof was good, and the server's was sent.
    Proved {
        user: String,
        authzid: Option<String>,
    },
    Over,
}

/// What is kept of the client's first message.
#[derive(Debug)]
struct First {
    bare: String,
    gs2_header: String,
    nonce: String,
    user: String,
    authzid: Option<String>,
}

impl Scram {
    /// At the start of an exchange.
    #[must_use]
    pub fn new(hash: Hash, binding: Binding, nonce: Nonce, decoy: Decoy) -> Self {
        let first = ClientFirst::default();
        Self { hash, binding, nonce, decoy, first, state: State::Start }
    }

    fn begin(&mut self, message: &[u8]) -> Step {
        let Some(message) = scram::ClientFirst::parse(message) else { return Step::Malformed };
        let long = |name: &str| name.len() > MAX_PART;
        if long(&message.user) || message.authzid.as_deref().is_some_and(long) {
            return Step::Malformed;
        }
        match (message.flag, self.binding) {
            ("n", Binding::Unavailable | Binding::Offered) | ("y", Binding::Unavailable) => {}
            ("y", Binding::Offered) => return Step::Refused,
            (flag, Binding::TlsExporter(_)) if flag.strip_prefix("p=") == Some(TLS_EXPORTER) => {}
            (flag, _) if flag.starts_with("p=") => return Step::Refused,
            ("n" | "y", Binding::TlsExporter(_)) => return Step::Refused,
            _ => return Step::Malformed,
        }
        let (user, authzid) = (message.user.clone(), message.authzid.clone());
        self.state = State::Asked(First {
            bare: message.bare.into(),
            gs2_header: message.gs2_header.into(),
            nonce: message.nonce.into(),
            user: message.user,
            authzid: message.authzid,
        });
        Step::LookUp { user, authzid }
    }

    /// Whether what the client says it is bound to is this connection.
    fn is_bound(&self, gs2_header: &str, message: &ClientFinal<'_>) -> bool {
        let mut bound = Vec::from(gs2_header);
        if let Binding::TlsExporter(exporter) = &self.binding {
            bound.extend_from_slice(&exporter.0);
        }
        message.binding.is(&bound)
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &'static str {
        match self.binding {
            Binding::TlsExporter(_) => self.hash.mechanism_plus(),
            Binding::Unavailable | Binding::Offered => self.hash.mechanism(),
        }
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match core::mem::replace(&mut self.state, State::Over) {
            State::Start => match self.first.message(response) {
                Ok(message) => self.begin(message),
                Err(step) => {
                    self.state = State::Start;
                    step
                }
            },
            State::Challenged { first, server_first, nonce, keys, known } => {
                let Some(message) = response.and_then(ClientFinal::parse) else {
                    return Step::Malformed;
                };
                let exchange = Exchange {
                    client_first_bare: &first.bare,
                    server_first: &server_first,
                    client_final_without_proof: message.without_proof,
                };
                // All of it is done, whatever the first result is.
                let checks = [
                    is_proof(&keys, &message.proof, exchange),
                    self.is_bound(&first.gs2_header, &message),
                    message.nonce == nonce,
                    known,
                ];
                if checks.contains(&false) {
                    return Step::Refused;
                }
                let signature = exchange.server_signature(self.hash, keys.server_key());
                let First { user, authzid, .. } = first;
                self.state = State::Proved { user, authzid };
                // There is no room for it in the 235 (RFC 4954 section 4).
                Step::Challenge(format!("v={}", encoded(signature.expose())).into())
            }
            State::Proved { user, authzid } => match response {
                Some(b"") => Step::Authenticated { user, authzid },
                _ => Step::Malformed,
            },
            State::Asked(_) | State::Over => Step::Malformed,
        }
    }

    fn supply(&mut self, stored: Option<&Stored>) -> Step {
        let State::Asked(first) = core::mem::replace(&mut self.state, State::Over) else {
            return Step::Malformed;
        };
        let found = self.decoy.keys_for(self.hash, &first.user, stored);
        let Some((keys, known)) = found else { return Step::Refused };
        let nonce = format!("{}{}", first.nonce, self.nonce.as_str());
        let salt = encoded(keys.salt());
        let server_first = format!("r={nonce},s={salt},i={}", keys.iterations());
        let challenge = server_first.clone().into();
        self.state = State::Challenged { first, server_first, nonce, keys, known };
        Step::Challenge(challenge)
    }
}
