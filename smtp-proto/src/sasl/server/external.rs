//! EXTERNAL and ANONYMOUS: nothing is proved in the exchange.

use super::{ClientFirst, MAX_PART, Mechanism, Step, text};

/// EXTERNAL (RFC 4422 appendix A): `[authzid]`, and nothing of who the client is: that is known
/// already, or the mechanism is not to be offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct External(ClientFirst);

impl External {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match self.0.message(response) {
            Ok(b"") => Step::External { authzid: None },
            Ok(message) => text(message)
                .map_or(Step::Malformed, |authzid| Step::External { authzid: Some(authzid) }),
            Err(step) => step,
        }
    }
}

/// ANONYMOUS (RFC 4505): `[trace]`. Only for a server that lets in anybody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous(ClientFirst);

impl Anonymous {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        match self.0.message(response) {
            Ok(b"") => Step::Anonymous { trace: None },
            Ok(message) => match core::str::from_utf8(message) {
                Ok(trace) if is_trace(trace) => Step::Anonymous { trace: Some(trace.into()) },
                _ => Step::Malformed,
            },
            Err(step) => step,
        }
    }
}

/// As many characters as a token may have (RFC 4505 section 2). Of those that the profile forbids the
/// controls are refused, which would reach logs; the rest is the client's business.
fn is_trace(trace: &str) -> bool {
    trace.chars().count() <= MAX_PART && !trace.contains(char::is_control)
}
