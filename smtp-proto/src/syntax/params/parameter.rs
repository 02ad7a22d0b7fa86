//! Parameters with a meaning, read and written by their types.

use alloc::string::String;

use super::{ParamError, ParamErrorKind, Params};

/// A parameter of MAIL or RCPT with a meaning: a keyword, and what its value says.
///
/// [`Params::value`] reads it, [`Params::set`] writes it. An extension of one's own can have
/// parameters as well.
pub trait Parameter: Sized {
    /// The keyword, in capitals.
    const KEYWORD: &'static str;

    /// What the value can be, for who gets it wrong: "1 to 20 digits".
    const EXPECTED: &'static str;

    /// Reads the value; `None` is a parameter without `=`. What makes no sense is `None`.
    fn parse(value: Option<&str>) -> Option<Self>;

    /// The value as it is written, if there is one.
    fn value(&self) -> Option<String>;
}

impl<T: AsRef<str>> Params<T> {
    /// What the parameter of this type says, if it is there.
    ///
    /// # Errors
    /// Its value makes no sense. A server has looked at the parameters of known extensions before
    /// its application sees them.
    pub fn value<P: Parameter>(&self) -> Result<Option<P>, ParamError> {
        let is_it = |keyword: &str| keyword.eq_ignore_ascii_case(P::KEYWORD);
        let Some((at, param)) = self.located().find(|(_, param)| is_it(param.keyword)) else {
            return Ok(None);
        };
        P::parse(param.value).map(Some).ok_or_else(|| {
            let value = at
                .saturating_add(param.keyword.len())
                .saturating_add(usize::from(param.value.is_some()));
            let kind = ParamErrorKind::Value { expected: P::EXPECTED };
            ParamError::new(kind, param.keyword, value)
        })
    }

    /// Whether the parameter of this type is there, whatever it says.
    #[must_use]
    pub fn has<P: Parameter>(&self) -> bool {
        self.get(P::KEYWORD).is_some()
    }
}

impl Params {
    /// Adds a parameter behind the others.
    ///
    /// # Errors
    /// It is there already, there are too many, or its value can't be written.
    pub fn set<P: Parameter>(&mut self, parameter: &P) -> Result<(), ParamError> {
        self.push(P::KEYWORD, parameter.value().as_deref())
    }
}
