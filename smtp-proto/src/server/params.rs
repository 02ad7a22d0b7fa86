//! Whether the parameters of MAIL and RCPT are those of announced extensions, with valid values.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::Server;
use super::breach::Breach;
use crate::error::Fault;
use crate::syntax::address::ReversePath;
use crate::syntax::capability::Extension;
use crate::syntax::params::{
    BodyType, By, ByMode, EnvId, HoldFor, HoldUntil, Known, Mtrk, Param, Parameter, Params,
    Solicit, Xverp,
};
use crate::syntax::reply::{Code, Status};
use crate::syntax::verb::Verb;

impl Server {
    /// Looks at the parameters of a verb, one by one: which are there, or what is wrong with the first
    /// that is not as it should be.
    ///
    /// Those of an extension that was not announced to this client are not recognised (RFC 5321
    /// section 4.1.1.11).
    pub(super) fn look_at(&self, verb: Verb, params: Params<&str>) -> Result<Found, Box<Breach>> {
        let mut found = Found::default();
        for param in params.iter() {
            match Known::find(verb, param.keyword) {
                Some(known) if self.takes(known) => {
                    if !known.accepts(param) {
                        return Err(bad_value(known).into());
                    }
                    found.add(known.extension());
                }
                None if self.extended && self.config.takes(verb, param.keyword) => {}
                _ => return Err(unknown(verb, param).into()),
            }
        }
        Ok(found)
    }

    fn takes(&self, known: &Known) -> bool {
        // BODY belongs to two extensions.
        let body = known.extension() == Extension::EightBitMime;
        self.extended
            && (self.offers(known.extension()) || body && self.offers(Extension::BinaryMime))
    }

    /// What is wrong with the parameters of MAIL, taken together or by what was announced; each by
    /// itself is as it should be.
    pub(super) fn bad_mail_params(
        &self,
        from: ReversePath<&str>,
        params: Params<&str>,
        found: Found,
    ) -> Option<Breach> {
        let body = found.has(Extension::EightBitMime).then(|| read::<BodyType>(params)).flatten();
        let needed = match body {
            Some(BodyType::EightBitMime) => Some(Extension::EightBitMime),
            Some(BodyType::BinaryMime) => Some(Extension::BinaryMime),
            Some(BodyType::SevenBit) | None => None,
        };
        if needed.is_some_and(|needed| !self.offers(needed)) {
            return Some(conflict("BODY with a value that is not offered"));
        }
        if found.is_usual() {
            return None;
        }
        if params.has::<Mtrk>() && !read::<EnvId>(params).is_some_and(|id| id.is_unique()) {
            // RFC 3885 section 3.2
            return Some(conflict("MTRK needs ENVID in the form local@host"));
        }
        if params.has::<Xverp>() && from.mailbox().is_none() {
            let text = "XVERP needs a sender";
            return Some(Breach { code: Code::BAD_SEQUENCE, ..conflict(text) });
        }
        self.bad_times(params).or_else(|| self.solicits(params))
    }

    /// When a message is to be delivered, and when it is not to be yet (RFC 2852 section 4, RFC 4865
    /// sections 4.2 and 5).
    fn bad_times(&self, params: Params<&str>) -> Option<Breach> {
        let offers = &self.config.offers;
        let by = read::<By>(params);
        let (hold, until) = (read::<HoldFor>(params), read::<HoldUntil>(params));
        if hold.is_some() && until.is_some() {
            return Some(conflict("HOLDFOR and HOLDUNTIL: only one of them"));
        }
        if let Some(most) = &offers.future_release {
            if hold.is_some_and(|hold| hold.seconds() > most.max_interval()) {
                return Some(conflict("HOLDFOR is more than what is offered"));
            }
            if until.is_some_and(|until| until.date_time() > most.max_date_time()) {
                return Some(conflict("HOLDUNTIL is later than what is offered"));
            }
        }
        let by = by?;
        if hold.is_some_and(|hold| i64::from(by.seconds()) < i64::from(hold.seconds())) {
            return Some(conflict("BY is earlier than HOLDFOR"));
        }
        let least = offers.deliver_by.min().map_or(0, i64::from);
        if by.mode() == ByMode::Return && i64::from(by.seconds()) < least {
            let text = "BY is less than what is offered";
            return Some(Breach { code: Code::PARAMETER_NOT_RECOGNISED, ..conflict(text) });
        }
        None
    }

    /// Whether the message says that it is of a kind that was announced as not welcome (RFC 3865
    /// section 2.3).
    fn solicits(&self, params: Params<&str>) -> Option<Breach> {
        let solicit = read::<Solicit>(params)?;
        let unwelcome = &self.config.offers.no_soliciting;
        let words: Vec<&str> = solicit.words().filter(|word| unwelcome.has(word)).collect();
        (!words.is_empty()).then(|| Breach {
            fault: Fault::Solicitation,
            code: Code::MAILBOX_UNAVAILABLE,
            status: Status::DELIVERY_NOT_AUTHORISED,
            // All that match are told (section 2.4).
            text: format!("No soliciting: SOLICIT={}", words.join(",")).into(),
        })
    }
}

/// The extensions whose parameters are there.
#[derive(Clone, Copy, Default)]
pub(super) struct Found(u64);

impl Found {
    /// What there is to know of these is known when their values are.
    const USUAL: [Extension; 6] = [
        Extension::Size,
        Extension::EightBitMime,
        Extension::SmtpUtf8,
        Extension::Auth,
        Extension::Dsn,
        Extension::RequireTls,
    ];

    fn bit(extension: Extension) -> u64 {
        1_u64.checked_shl(extension as u32).unwrap_or_default()
    }

    fn add(&mut self, extension: Extension) {
        self.0 |= Self::bit(extension);
    }

    pub(super) fn has(self, extension: Extension) -> bool {
        self.0 & Self::bit(extension) != 0
    }

    fn is_usual(self) -> bool {
        let usual = Self::USUAL.into_iter().fold(0, |bits, usual| bits | Self::bit(usual));
        self.0 & !usual == 0
    }
}

/// The value of a parameter that was looked at.
fn read<P: Parameter>(params: Params<&str>) -> Option<P> {
    params.value().ok().flatten()
}

/// A value that does not go together with another parameter, or with what was announced.
fn conflict(text: &'static str) -> Breach {
    Breach {
        fault: Fault::BadParameter(Verb::Mail),
        code: Code::ARGUMENT_ERROR,
        status: Status::INVALID_COMMAND_ARGUMENTS,
        text: text.into(),
    }
}

fn unknown(verb: Verb, param: Param<'_>) -> Breach {
    // Letters, digits and hyphens, as many as the client likes.
    let keyword = param.keyword.get(..40).unwrap_or(param.keyword);
    let code = match Known::find(verb, param.keyword).map(Known::extension) {
        // RFC 4141 sections 4.2 and 5.2
        Some(Extension::ConPerm | Extension::ConNeg) => Code::PARAMETER_NOT_IMPLEMENTED,
        _ => Code::PARAMETER_NOT_RECOGNISED,
    };
    Breach {
        fault: Fault::UnknownParameter(verb),
        code,
        status: Status::INVALID_COMMAND_ARGUMENTS,
        text: match Known::find(verb, param.keyword) {
            Some(known) => format!("{} is not offered here", known.keyword()).into(),
            None => format!("Unknown parameter {keyword}").into(),
        },
    }
}

pub(super) fn bad_value(known: &Known) -> Breach {
    let (keyword, expected) = (known.keyword(), known.expected());
    Breach {
        fault: Fault::BadParameter(known.verb()),
        code: Code::ARGUMENT_ERROR,
        status: known.refusal(),
        text: format!("Bad {keyword}: expected {expected}").into(),
    }
}
