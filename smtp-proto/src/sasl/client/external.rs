//! EXTERNAL: the server knows already.

use super::{Cancel, CredentialError, Mechanism, Only, check};
use crate::sasl::Secret;

/// EXTERNAL (RFC 4422 appendix A): the server knows the client already, by its certificate for
/// instance.
#[derive(Clone, Debug)]
pub struct External(Only);

impl External {
    /// As whom the server knows, and to act as `authzid` if that is somebody else.
    pub fn new(authzid: Option<&str>) -> Result<Self, CredentialError> {
        authzid.map_or(Ok(()), |authzid| check("authorization identity", authzid))?;
        let message = authzid.unwrap_or_default().as_bytes().to_vec();
        Ok(Self(Only::new(message)))
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn initial(&mut self) -> Option<Secret> {
        self.0.send().ok()
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, Cancel> {
        self.0.send()
    }
}
