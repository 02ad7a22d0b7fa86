//! CRAM-MD5: the password, hashed with the server's challenge.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Cancel, CredentialError, Mechanism, check};
use crate::sasl::{Secret, cram_md5};

/// CRAM-MD5 (RFC 2195): shows that the client knows the password, and not that the server does. Who
/// reads along can try passwords on what was said.
#[derive(Clone, Debug)]
pub struct CramMd5 {
    user: String,
    password: Option<Secret>,
}

impl CramMd5 {
    /// As this user.
    pub fn new(user: &str, password: &str) -> Result<Self, CredentialError> {
        check("user name", user)?;
        check("password", password)?;
        Ok(Self { user: user.into(), password: Some(password.as_bytes().into()) })
    }
}

impl Mechanism for CramMd5 {
    fn name(&self) -> &'static str {
        "CRAM-MD5"
    }

    fn initial(&mut self) -> Option<Secret> {
        None
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Cancel> {
        let password = self.password.take().ok_or(Cancel::NothingToSay)?;
        let digest = cram_md5::digest(&password, challenge);
        let response: Vec<u8> = [self.user.as_bytes(), b" ", digest.expose()].concat();
        Ok(response.into())
    }
}
