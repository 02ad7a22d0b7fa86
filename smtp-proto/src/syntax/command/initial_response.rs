//! The second argument of AUTH.

use alloc::vec::Vec;
use core::fmt;

use crate::syntax::base64::{self, Base64Error};

/// What a client says in the AUTH command itself (RFC 4954 section 4): base64, or `=` for nothing
/// at all, which is not the same as having no initial response.
///
/// It may hold a password: it compares in time that depends on its content, and it is never shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InitialResponse<'a>(&'a str);

impl<'a> InitialResponse<'a> {
    /// The empty response, `=`.
    pub const EMPTY: InitialResponse<'static> = InitialResponse("=");

    /// Reads `=` or base64: its alphabet only, padded to a multiple of four (RFC 4648 section 4).
    #[must_use]
    pub fn parse(text: &'a str) -> Option<InitialResponse<'a>> {
        let padding = text.bytes().rev().take_while(|octet| *octet == b'=').count();
        let digits = text.len().saturating_sub(padding);
        let alphabet = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
        let base64 = digits > 0
            && padding <= 2
            && text.len().is_multiple_of(4)
            && text.bytes().take(digits).all(alphabet);
        (base64 || text == "=").then_some(InitialResponse(text))
    }

    /// What the client said.
    ///
    /// # Errors
    ///
    /// Base64 whose last digit says more than fits into the last octet is refused here only.
    pub fn decode(&self) -> Result<Vec<u8>, Base64Error> {
        match self.0 {
            "=" => Ok(Vec::new()),
            text => base64::decode(text.as_bytes()),
        }
    }

    /// The argument as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for InitialResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitialResponse(..)")
    }
}
