//! What the parameters of MAIL and RCPT need of the server.
//!
//! Those of known extensions are looked at before anything is sent. Others are the caller's business,
//! who knows that the server takes them.

use super::{Client, Envelope, SendError};
use crate::syntax::capability::{DeliverByOffer, Extension, FutureReleaseOffer, NoSolicitingOffer};
use crate::syntax::params::{
    BodyType, By, ByMode, EnvId, HoldFor, HoldUntil, Known, Mtrk, Parameter, Params, RequireTls,
    Solicit, Xverp,
};
use crate::syntax::verb::Verb;

impl Client {
    /// Whether the server has said that it takes these parameters, one by one.
    pub(super) fn check_params(&self, verb: Verb, params: &Params) -> Result<(), SendError> {
        for param in params.iter() {
            let Some(known) = Known::find(verb, param.keyword) else {
                not_of_the_other(verb, param.keyword)?;
                continue;
            };
            // BODY belongs to two extensions; which of them, the envelope says.
            let body = known.extension() == Extension::EightBitMime;
            let taken = self.uses(known.extension()) || body && self.uses(Extension::BinaryMime);
            if !taken {
                return Err(SendError::Missing(known.extension()));
            }
            if !known.accepts(param) {
                let (keyword, expected) = (known.keyword(), known.expected());
                return Err(SendError::BadParameter { keyword, expected });
            }
        }
        Ok(())
    }

    /// Whether the parameters of MAIL go together, and are what the server has said it can do.
    pub(super) fn check_mail_params(&self, envelope: &Envelope) -> Result<(), SendError> {
        let params = &envelope.params;
        if read::<BodyType>(params).is_some_and(|body| body != envelope.body) {
            // It decides how the content is sent.
            return not_taken::<BodyType>("the envelope says otherwise");
        }
        self.check_by(params)?;
        self.check_hold(params)?;
        self.check_solicit(params)?;
        if params.has::<Xverp>() && envelope.from.mailbox().is_none() {
            return not_taken::<Xverp>("it needs a sender");
        }
        if params.has::<Mtrk>() && !read::<EnvId>(params).is_some_and(|id| id.is_unique()) {
            // RFC 3885 section 3.2
            return not_taken::<Mtrk>("it needs ENVID in the form local@host");
        }
        if params.has::<RequireTls>() && self.tls.is_none() {
            // RFC 8689 section 4.2.1
            return not_taken::<RequireTls>("the connection is not encrypted");
        }
        Ok(())
    }

    /// RFC 2852 sections 3 and 4
    fn check_by(&self, params: &Params) -> Result<(), SendError> {
        let Some(by) = read::<By>(params).filter(|by| by.mode() == ByMode::Return) else {
            return Ok(());
        };
        let offer: Option<DeliverByOffer> = self.capabilities.offer();
        if offer
            .and_then(|offer| offer.min())
            .is_some_and(|min| i64::from(by.seconds()) < i64::from(min))
        {
            return not_taken::<By>("the server wants more time");
        }
        Ok(())
    }

    /// RFC 4865 section 4.1
    fn check_hold(&self, params: &Params) -> Result<(), SendError> {
        let (hold, until) = (read::<HoldFor>(params), read::<HoldUntil>(params));
        if hold.is_some() && until.is_some() {
            return not_taken::<HoldUntil>("HOLDFOR is there already");
        }
        if hold.is_none() && until.is_none() {
            return Ok(());
        }
        let Some(offer) = self.capabilities.offer::<FutureReleaseOffer>() else {
            let why = "the server does not say for how long it holds messages";
            return if hold.is_some() {
                not_taken::<HoldFor>(why)
            } else {
                not_taken::<HoldUntil>(why)
            };
        };
        if hold.is_some_and(|hold| hold.seconds() > offer.max_interval()) {
            return not_taken::<HoldFor>("the server holds messages for a shorter time");
        }
        if until.is_some_and(|until| until.date_time() > offer.max_date_time()) {
            return not_taken::<HoldUntil>("the server holds messages for a shorter time");
        }
        let due = read::<By>(params).map(|by| i64::from(by.seconds()));
        let release = hold.map(|hold| i64::from(hold.seconds()));
        if due.zip(release).is_some_and(|(due, release)| due <= release) {
            // Section 5.2.1; what the clock says, for HOLDUNTIL, is not known here.
            return not_taken::<By>("it has to be later than HOLDFOR");
        }
        Ok(())
    }

    /// RFC 3865 section 2.1
    fn check_solicit(&self, params: &Params) -> Result<(), SendError> {
        let offer: NoSolicitingOffer = self.capabilities.offer().unwrap_or_default();
        if read::<Solicit>(params).is_some_and(|kinds| kinds.words().any(|word| offer.has(word))) {
            return not_taken::<Solicit>("the server does not take messages of this kind");
        }
        Ok(())
    }
}

/// A parameter of MAIL does not belong to RCPT, nor the other way round.
fn not_of_the_other(verb: Verb, keyword: &str) -> Result<(), SendError> {
    let (other, why) = match verb {
        Verb::Mail => (Verb::Rcpt, "it is one of RCPT"),
        _ => (Verb::Mail, "it is one of MAIL"),
    };
    match Known::find(other, keyword) {
        Some(known) => Err(SendError::NotTaken { keyword: known.keyword(), why }),
        None => Ok(()),
    }
}

fn read<P: Parameter>(params: &Params) -> Option<P> {
    params.value().ok().flatten()
}

fn not_taken<P: Parameter>(why: &'static str) -> Result<(), SendError> {
    Err(SendError::NotTaken { keyword: P::KEYWORD, why })
}
