//! The parameters of known extensions, one row each.

use super::{
    AuthParam, BodyType, By, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, MtPriority, Mtrk, Notify,
    Orcpt, Param, Parameter, RequireTls, Ret, Rrvs, Size, SmtpUtf8, Solicit, TransId, Xverp,
};
use crate::syntax::capability::Extension;
use crate::syntax::reply::Status;
use crate::syntax::verb::Verb::{self, Mail, Rcpt};

/// What there is to know of a parameter besides its type.
#[derive(Debug)]
pub struct Known {
    keyword: &'static str,
    verb: Verb,
    extension: Extension,
    octets: usize,
    expected: &'static str,
    refusal: Status,
    check: fn(Option<&str>) -> bool,
}

/// All of them. BODY belongs to BINARYMIME, too.
const ROWS: &[Known] = &[
    row::<Size>(Mail, Extension::Size, 26),
    row::<BodyType>(Mail, Extension::EightBitMime, 16),
    row::<SmtpUtf8>(Mail, Extension::SmtpUtf8, 10),
    row::<AuthParam>(Mail, Extension::Auth, 500),
    row::<Ret>(Mail, Extension::Dsn, 9),
    row::<EnvId>(Mail, Extension::Dsn, 107),
    row::<Notify>(Rcpt, Extension::Dsn, 29),
    row::<Orcpt>(Rcpt, Extension::Dsn, 507),
    row::<By>(Mail, Extension::DeliverBy, 17),
    row::<HoldFor>(Mail, Extension::FutureRelease, 18),
    row::<HoldUntil>(Mail, Extension::FutureRelease, 34),
    // RFC 6710 section 4.1
    Known { refusal: Status::SYNTAX_ERROR, ..row::<MtPriority>(Mail, Extension::MtPriority, 15) },
    row::<Mtrk>(Mail, Extension::Mtrk, 43),
    row::<Rrvs>(Rcpt, Extension::Rrvs, 33),
    row::<RequireTls>(Mail, Extension::RequireTls, 11),
    row::<Solicit>(Mail, Extension::NoSoliciting, 1009),
    row::<ConPerm>(Mail, Extension::ConPerm, 8),
    row::<ConNeg>(Rcpt, Extension::ConNeg, 7),
    row::<TransId>(Mail, Extension::Checkpoint, 89),
    row::<Xverp>(Mail, Extension::Verp, 9),
];

const fn row<P: Parameter>(verb: Verb, extension: Extension, octets: usize) -> Known {
    let check = |value: Option<&str>| P::parse(value).is_some();
    let (keyword, expected) = (P::KEYWORD, P::EXPECTED);
    Known {
        keyword,
        verb,
        extension,
        octets,
        expected,
        refusal: Status::INVALID_COMMAND_ARGUMENTS,
        check,
    }
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

    /// By how many octets it makes a command line longer, with the space in front: what its RFC
    /// says, or what it needs at most where that is more.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
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

    /// What the enhanced code is about, behind 501, by which a server refuses another value: 5.5.4, but
    /// 5.5.2 for MT-PRIORITY.
    #[must_use]
    pub fn refusal(&self) -> Status {
        self.refusal
    }
}
