//! The ESMTP parameters of MAIL and RCPT (RFC 5321 sections 4.1.1.11 and 4.1.2).
//!
//! [`Params`] holds them as text. A [`Parameter`] is a type for one of them; those of known
//! extensions are here, and [`Known`] tells which verb and extension each belongs to.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the text, none of them behind its end"
)]

use super::class;
use alloc::{boxed::Box, string::String};
use core::{fmt, hash, iter, mem, str::FromStr};

mod error;
mod parameter;
mod table;
#[cfg(test)]
mod tests;
mod values;

pub use error::{ParamError, ParamErrorKind};
pub use parameter::Parameter;
pub use table::Known;
pub use values::{
    AuthParam, BodyType, By, ByMode, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, MtPriority, Mtrk,
    NoSupport, Notify, Orcpt, RequireTls, Ret, Rrvs, Size, SmtpUtf8, Solicit, TransId, Xverp,
};

/// The most parameters one command may have: more than are registered for any.
pub const MAX_PARAMS: usize = 32;

/// The parameters of one command, such as `SIZE=1000 BODY=8BITMIME`; may be none.
///
/// Values may hold UTF-8 (RFC 6531 section 3.3): whether it is welcome, the caller decides with
/// [`Params::is_ascii`]. Two of them are equal if they have the same parameters in the same order,
/// however many spaces were between them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Params<T = Box<str>>(T);

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Param<'a> {
    /// The keyword as written; keywords are compared in whatever case.
    pub keyword: &'a str,
    /// What stands behind the `=`, if there is one; never empty.
    pub value: Option<&'a str>,
}

impl<'a> Params<&'a str> {
    /// Takes the whole of `text` for parameters with spaces between them.
    ///
    /// More than one space is let pass, and so are spaces at both ends. A keyword that comes twice,
    /// in whatever case, is refused.
    pub fn parse(text: &'a str) -> Result<Params<&'a str>, ParamError> {
        let (mut seen, mut count) = (0, 0);
        let mut at = skip_spaces(text, 0);
        while at < text.len() {
            let (keyword_end, end) = match plain(text.as_bytes(), at) {
                Some(ends) => ends,
                None => scan(text, at)?,
            };
            let error = |kind| {
                let keyword = text.get(at..keyword_end).unwrap_or_default();
                Err(ParamError::new(kind, keyword, at))
            };
            let mark = mark(text, at, keyword_end);
            if seen & mark != 0 && is_among(text, at, keyword_end) {
                return error(ParamErrorKind::Duplicate);
            }
            seen |= mark;
            count += 1;
            if count > MAX_PARAMS {
                return error(ParamErrorKind::TooMany);
            }
            at = skip_spaces(text, end);
        }
        Ok(Params(text))
    }
}

impl Params {
    /// Adds a parameter behind the others.
    ///
    /// # Errors
    /// A keyword or value that isn't one, a keyword that is there already, or too many of them.
    /// Offsets count from the start of the parameter as it would be written, `keyword=value`.
    pub fn push(&mut self, keyword: &str, value: Option<&str>) -> Result<(), ParamError> {
        let mut param = String::from(keyword);
        if let Some(value) = value {
            param.push('=');
            param.push_str(value);
        }
        let (scanned, end) = scan(&param, 0)?;
        if scanned != keyword.len() {
            let part = param.get(..scanned).unwrap_or_default();
            return Err(ParamError::new(ParamErrorKind::Keyword, part, scanned));
        }
        if end < param.len() {
            return Err(ParamError::new(ParamErrorKind::ValueCharacter, keyword, end));
        }
        if self.get(keyword).is_some() {
            return Err(ParamError::new(ParamErrorKind::Duplicate, keyword, 0));
        }
        if self.iter().count() >= MAX_PARAMS {
            return Err(ParamError::new(ParamErrorKind::TooMany, keyword, 0));
        }
        let mut text = String::from(mem::take(&mut self.0));
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&param);
        self.0 = text.into();
        Ok(())
    }
}

impl<T: Default> Params<T> {
    /// No parameters at all.
    #[must_use]
    pub fn none() -> Params<T> {
        Params::default()
    }
}

impl<T: AsRef<str>> Params<T> {
    /// The parameters as written, with all spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = Param<'_>> {
        self.located().map(|(_, param)| param)
    }

    /// The parameter with this keyword, in whatever case.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<Param<'_>> {
        self.iter().find(|param| param.keyword.eq_ignore_ascii_case(keyword))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether they can be used without SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.as_str().is_ascii()
    }

    /// The same parameters, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Params<&str> {
        Params(self.as_str())
    }

    /// The same parameters, owned.
    #[must_use]
    pub fn into_owned(self) -> Params
    where
        T: Into<Box<str>>,
    {
        Params(self.0.into())
    }

    /// The parameters, and where in the text each of them starts.
    fn located(&self) -> impl Iterator<Item = (usize, Param<'_>)> {
        let text = self.as_str();
        let mut next = 0;
        iter::from_fn(move || {
            let at = skip_spaces(text, next);
            let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
            let end = memchr::memchr(b' ', rest.as_bytes()).unwrap_or(rest.len());
            next = at + end;
            Some((at, Param::split(rest.get(..end)?)))
        })
    }
}

impl<'a> Param<'a> {
    fn split(text: &'a str) -> Param<'a> {
        let keyword_end = class::run_end(text.as_bytes(), 0, class::LDH);
        let (keyword, rest) = text.split_at_checked(keyword_end).unwrap_or((text, ""));
        Param { keyword, value: rest.strip_prefix('=') }
    }
}

impl fmt::Display for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword)?;
        self.value.map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

/// Writes the parameters with one space between them.
impl<T: AsRef<str>> fmt::Display for Params<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, param) in self.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{param}")?;
        }
        Ok(())
    }
}

impl<T: AsRef<str>> PartialEq for Params<T> {
    fn eq(&self, other: &Params<T>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: AsRef<str>> Eq for Params<T> {}

impl<T: AsRef<str>> hash::Hash for Params<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.iter().for_each(|param| param.hash(state));
    }
}

impl FromStr for Params {
    type Err = ParamError;

    fn from_str(text: &str) -> Result<Params, ParamError> {
        Params::parse(text).map(Params::into_owned)
    }
}

/// One bit of 64: the same for keywords that are equal in whatever case, and another for most that are
/// not.
fn mark(text: &str, from: usize, end: usize) -> u64 {
    let first = text.as_bytes().get(from).copied().unwrap_or_default();
    1 << ((usize::from(first & !0x20) ^ (end - from)) % 64)
}

/// Whether the keyword that starts at `from` is that of a parameter before it as well.
fn is_among(text: &str, from: usize, end: usize) -> bool {
    let keyword = text.get(from..end).unwrap_or_default();
    text.get(..from).is_some_and(|earlier| Params(earlier).get(keyword).is_some())
}

fn skip_spaces(text: &str, from: usize) -> usize {
    let octets = text.as_bytes();
    let mut at = from;
    while octets.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// The same as `scan`, for a parameter that is as it should be and not XVERP.
fn plain(octets: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = octets.get(from..)?;
    let keyword =
        rest.iter().position(|octet| !class::is(*octet, class::LDH)).unwrap_or(rest.len());
    if keyword == 0 || rest.first() == Some(&b'-') {
        return None;
    }
    let value = match rest.get(keyword..)? {
        [] | [b' ', ..] => return Some((from + keyword, from + keyword)),
        [b'=', value @ ..] => value,
        _ => return None,
    };
    let end =
        value.iter().position(|octet| !class::is(*octet, class::VALUE)).unwrap_or(value.len());
    let whole = end > 0 && matches!(value.get(end), None | Some(b' '));
    whole.then_some((from + keyword, from + keyword + 1 + end))
}

/// Where the keyword of the parameter that starts at `from` ends, and where the parameter does.
fn scan(text: &str, from: usize) -> Result<(usize, usize), ParamError> {
    let octets = text.as_bytes();
    let keyword_end = class::run_end(octets, from, class::LDH);
    let keyword = || text.get(from..keyword_end).unwrap_or_default();
    let error = |kind, at| {
        let control = class::is_control(octets, at);
        Err(ParamError::new(if control { ParamErrorKind::Control } else { kind }, keyword(), at))
    };
    if keyword_end == from || octets.get(from) == Some(&b'-') {
        return error(ParamErrorKind::Keyword, from);
    }
    match octets.get(keyword_end) {
        None | Some(b' ') => return Ok((keyword_end, keyword_end)),
        Some(b'=') => {}
        Some(_) => return error(ParamErrorKind::Keyword, keyword_end),
    }
    let value = keyword_end + 1;
    let mut end = class::run_end(octets, value, class::VALUE);
    // No value has this sign (RFC 5321 section 4.1.2) but for one, which Postfix has made up.
    while octets.get(end) == Some(&b'=') && keyword().eq_ignore_ascii_case(Xverp::KEYWORD) {
        end = class::run_end(octets, end + 1, class::VALUE);
    }
    match octets.get(end) {
        None | Some(b' ') if end == value => error(ParamErrorKind::ValueEmpty, end),
        None | Some(b' ') => Ok((keyword_end, end)),
        Some(_) => error(ParamErrorKind::ValueCharacter, end),
    }
}
