//! ANONYMOUS: nobody in particular.

use super::{Cancel, CredentialError, MAX_PART, Mechanism, Only};
use crate::sasl::Secret;

/// ANONYMOUS (RFC 4505): nobody in particular, who may leave word whom to ask.
#[derive(Clone, Debug)]
pub struct Anonymous(Only);

impl Anonymous {
    /// With nothing said of the client, or with this: a mail address, or a text that means something
    /// to who administers the client's domain. It proves nothing.
    ///
    /// Only printable ASCII is taken, so that there is nothing to prepare (RFC 4505 section 3).
    pub fn new(trace: Option<&str>) -> Result<Self, CredentialError> {
        const WHAT: &str = "trace";
        let trace = trace.unwrap_or_default();
        if trace.len() > MAX_PART {
            return Err(CredentialError::TooLong(WHAT));
        }
        if !trace.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()) {
            return Err(CredentialError::Character(WHAT));
        }
        Ok(Self(Only::new(trace.into())))
    }
}

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.0.send().ok()
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, Cancel> {
        self.0.send()
    }
}
