//! The parameters of known extensions, one row each.

use super::{AuthParam, BodyType, Param, Parameter, Size, SmtpUtf8};
use crate::syntax::capability::Extension;
use crate::syntax::verb::Verb;

/// What there is to know of a parameter besides its type.
#[derive(Debug)]
pub struct Known {
    keyword: &'static str,
    verb: Verb,
    extension: Extension,
    expected: &'static str,
    check: fn(Option<&str>) -> bool,
}

/// All of them. BODY belongs to BINARYMIME, too.
const ROWS: &[Known] = &[
    row::<Size>(Verb::Mail, Extension::Size),
    row::<BodyType>(Verb::Mail, Extension::EightBitMime),
    row::<SmtpUtf8>(Verb::Mail, Extension::SmtpUtf8),
    row::<AuthParam>(Verb::Mail, Extension::Auth),
];

const fn row<P: Parameter>(verb: Verb, extension: Extension) -> Known {
    let check = |value: Option<&str>| P::parse(value).is_some();
    Known { keyword: P::KEYWORD, verb, extension, expected: P::EXPECTED, check }
}

impl Known {
    /// Every parameter of a known extension.
    pub fn all() -> impl Iterator<Item = &'static Known> {
        ROWS.iter()
    }

    /// The parameter with this keyword, in any case, of this verb: MAIL or RCPT.
    #[must_use]
    pub fn find(verb: Verb, keyword: &str) -> Option<&'static Known> {
        ROWS.iter().find(|row| row.verb == verb && row.keyword.eq_ignore_ascii_case(keyword))
    }

    /// The keyword, in capitals.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// The verb that takes it: MAIL or RCPT.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The extension it belongs to. BODY, which belongs to two, is listed with 8BITMIME.
    #[must_use]
    pub fn extension(&self) -> Extension {
        self.extension
    }

    /// What its value can be.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// Whether the value is one that this parameter can have.
    #[must_use]
    pub fn accepts(&self, param: Param<'_>) -> bool {
        (self.check)(param.value)
    }
}
