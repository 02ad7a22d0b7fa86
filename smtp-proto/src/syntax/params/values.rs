//! The parameters whose values this crate understands.

use super::{Param, ParamError, ParamErrorKind, Params};
use crate::syntax::{address::Mailbox, xtext};
use core::fmt;

/// What a message consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyType {
    /// `7BIT`: lines of US-ASCII (RFC 6152 section 3).
    SevenBit,
    /// `8BITMIME`: lines of any octets (RFC 6152 section 3).
    EightBitMime,
    /// `BINARYMIME`: any octets, in lines or not (RFC 3030 section 3).
    BinaryMime,
}

impl BodyType {
    /// The body type that a value spells, in whatever case.
    #[must_use]
    pub fn parse(value: &str) -> Option<BodyType> {
        [BodyType::SevenBit, BodyType::EightBitMime, BodyType::BinaryMime]
            .into_iter()
            .find(|body| value.eq_ignore_ascii_case(body.as_str()))
    }

    /// The value as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            BodyType::SevenBit => "7BIT",
            BodyType::EightBitMime => "8BITMIME",
            BodyType::BinaryMime => "BINARYMIME",
        }
    }
}

impl fmt::Display for BodyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who submitted the message, says the client (RFC 4954 section 5). Displayed in xtext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AuthParam {
    /// `<>`: nobody knows, or nobody may tell.
    Null,
    /// The submitter.
    Mailbox(Mailbox),
}

impl AuthParam {
    /// Reads a value, xtext and all.
    #[must_use]
    pub fn parse(value: &str) -> Option<AuthParam> {
        match &*xtext::decode(value).ok()? {
            "<>" => Some(AuthParam::Null),
            mailbox => mailbox.parse().ok().map(AuthParam::Mailbox),
        }
    }
}

impl fmt::Display for AuthParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuthParam::Null => f.write_str("<>"),
            AuthParam::Mailbox(mailbox) => xtext::encode(mailbox.as_str(), f),
        }
    }
}

impl<T: AsRef<str>> Params<T> {
    /// `SIZE`: how many octets the message has, the client expects (RFC 1870 section 5). What is
    /// more than fits is `u64::MAX`.
    ///
    /// # Errors
    /// A value that is not 1 to 20 digits.
    pub fn size(&self) -> Result<Option<u64>, ParamError> {
        self.value("SIZE", "1 to 20 digits", |value| parse_size(value?))
    }

    /// `BODY`: what the message consists of (RFC 6152 section 3, RFC 3030 section 3).
    ///
    /// # Errors
    /// A value that is not one of the three.
    pub fn body(&self) -> Result<Option<BodyType>, ParamError> {
        self.value("BODY", "7BIT, 8BITMIME or BINARYMIME", |value| BodyType::parse(value?))
    }

    /// `SMTPUTF8`: whether addresses and header fields may be in UTF-8 (RFC 6531 section 3.4).
    ///
    /// # Errors
    /// A value, whatever it is.
    pub fn smtputf8(&self) -> Result<bool, ParamError> {
        let found = self.value("SMTPUTF8", "none at all", |value| value.is_none().then_some(()))?;
        Ok(found.is_some())
    }

    /// `AUTH`: who submitted the message, says the client (RFC 4954 section 5).
    ///
    /// # Errors
    /// A value that is not xtext for a mailbox or for `<>`.
    pub fn auth(&self) -> Result<Option<AuthParam>, ParamError> {
        self.value("AUTH", "<> or a mailbox, in xtext", |value| AuthParam::parse(value?))
    }

    fn value<V>(
        &self,
        keyword: &str,
        expected: &'static str,
        read: impl FnOnce(Option<&str>) -> Option<V>,
    ) -> Result<Option<V>, ParamError> {
        let is_it = |param: &Param<'_>| param.keyword.eq_ignore_ascii_case(keyword);
        let Some((at, param)) = self.located().find(|(_, param)| is_it(param)) else {
            return Ok(None);
        };
        read(param.value).map(Some).ok_or_else(|| {
            let value = at + param.keyword.len() + usize::from(param.value.is_some());
            ParamError::new(ParamErrorKind::Value { expected }, param.keyword, value)
        })
    }
}

/// `1*20DIGIT` (RFC 1870 section 3), which can be more than a `u64` holds.
fn parse_size(digits: &str) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|octet| octet.is_ascii_digit())
    {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}
