//! What the parameters of MAIL and RCPT need of the server.
//!
//! Those of known extensions are looked at before anything is sent. Others are the caller's business,
//! who knows that the server takes them.

use super::{Client, SendError};
use crate::syntax::capability::{DeliverByOffer, Extension, FutureReleaseOffer};
use crate::syntax::params::{
    By, ByMode, EnvId, HoldFor, HoldUntil, Known, Mtrk, Parameter, Params, RequireTls,
};
use crate::syntax::verb::Verb;

impl Client {
    /// Whether the server has said that it takes these parameters, one by one.
    pub(super) fn check_params(&self, verb: Verb, params: &Params) -> Result<(), SendError> {
        for param in params.iter() {
            let Some(known) = Known::find(verb, param.keyword) else { continue };
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
    pub(super) fn check_mail_params(&self, params: &Params) -> Result<(), SendError> {
        self.check_by(params)?;
        self.check_hold(params)?;
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
        let Some(offer) = self.capabilities.offer::<FutureReleaseOffer>() else { return Ok(()) };
        if hold.is_some_and(|hold| hold.seconds() > offer.max_interval()) {
            return not_taken::<HoldFor>("the server holds messages for a shorter time");
        }
        if until.is_some_and(|until| until.date_time() > offer.max_date_time()) {
            return not_taken::<HoldUntil>("the server holds messages for a shorter time");
        }
        Ok(())
    }
}

fn read<P: Parameter>(params: &Params) -> Option<P> {
    params.value().ok().flatten()
}

fn not_taken<P: Parameter>(why: &'static str) -> Result<(), SendError> {
    Err(SendError::NotTaken { keyword: P::KEYWORD, why })
}
