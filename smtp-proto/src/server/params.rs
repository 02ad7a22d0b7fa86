//! Whether the parameters of MAIL and RCPT are those of announced extensions, with valid values.

use alloc::format;

use super::Server;
use super::breach::Breach;
use crate::error::Fault;
use crate::syntax::capability::Extension;
use crate::syntax::params::{BodyType, Known, Param, Params};
use crate::syntax::reply::Code;
use crate::syntax::verb::Verb;

impl Server {
    /// What is wrong with the parameters of a verb, taken one by one.
    ///
    /// Those of an extension that was not announced to this client are not recognised (RFC 5321
    /// section 4.1.1.11).
    pub(super) fn bad_params(&self, verb: Verb, params: Params<&str>) -> Option<Breach> {
        params.iter().find_map(|param| match Known::find(verb, param.keyword) {
            Some(known) if self.takes(known) => (!known.accepts(param)).then(|| bad_value(known)),
            None if self.extended && self.config.takes(verb, param.keyword) => None,
            _ => Some(unknown(verb, param)),
        })
    }

    fn takes(&self, known: &Known) -> bool {
        // BODY belongs to two extensions.
        let body = known.extension() == Extension::EightBitMime;
        self.extended
            && (self.offers(known.extension()) || body && self.offers(Extension::BinaryMime))
    }

    /// What is wrong with the parameters of MAIL, taken together or by what was announced.
    pub(super) fn bad_mail_params(&self, params: Params<&str>) -> Option<Breach> {
        let body = params.value::<BodyType>().ok().flatten();
        let needed = match body {
            Some(BodyType::EightBitMime) => Some(Extension::EightBitMime),
            Some(BodyType::BinaryMime) => Some(Extension::BinaryMime),
            Some(BodyType::SevenBit) | None => None,
        };
        if needed.is_some_and(|needed| !self.offers(needed)) {
            return Some(conflict("BODY with a value that is not offered"));
        }
        None
    }
}

/// A value that no other parameter, or nothing that was announced, goes together with.
fn conflict(text: &'static str) -> Breach {
    Breach {
        fault: Fault::BadParameter(Verb::Mail),
        code: Code::ARGUMENT_ERROR,
        subject: 5,
        detail: 4,
        text: text.into(),
    }
}

fn unknown(verb: Verb, param: Param<'_>) -> Breach {
    // Letters, digits and hyphens, as many as the client likes.
    let keyword = param.keyword.get(..40).unwrap_or(param.keyword);
    Breach {
        fault: Fault::UnknownParameter(verb),
        code: Code::PARAMETER_NOT_RECOGNISED,
        subject: 5,
        detail: 4,
        text: format!("Unknown parameter {keyword}").into(),
    }
}

pub(super) fn bad_value(known: &Known) -> Breach {
    let (keyword, expected) = (known.keyword(), known.expected());
    let (subject, detail) = known.refusal();
    Breach {
        fault: Fault::BadParameter(known.verb()),
        code: Code::ARGUMENT_ERROR,
        subject,
        detail,
        text: format!("Bad {keyword}: expected {expected}").into(),
    }
}
