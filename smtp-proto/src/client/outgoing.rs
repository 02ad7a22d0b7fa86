//! What a message needs of the server, and how MAIL tells it.

use alloc::format;

use super::content::Content;
use super::{Chunking, Client, Envelope, SendError};
use crate::syntax::capability::Extension;
use crate::syntax::params::{BodyType, ParamError, Params, Size, SmtpUtf8};
use crate::syntax::verb::Verb;

impl Client {
    /// Whether the server can take this message, as far as it told.
    pub(super) fn check_envelope(&self, envelope: &Envelope) -> Result<(), SendError> {
        let needed = match envelope.body {
            BodyType::SevenBit => &[][..],
            BodyType::EightBitMime => &[Extension::EightBitMime],
            BodyType::BinaryMime => &[Extension::BinaryMime, Extension::Chunking],
        };
        let utf8 = envelope.needs_smtputf8().then_some(Extension::SmtpUtf8);
        let burl = envelope.burl.then_some(Extension::Burl);
        let mut needed = utf8.into_iter().chain(burl).chain(needed.iter().copied());
        if let Some(missing) = needed.find(|extension| !self.uses(*extension)) {
            return Err(SendError::Missing(missing));
        }
        let given = envelope.params.value().ok().flatten();
        let size = given.map(|Size(size)| size).or(envelope.size);
        if let (Some(size), Some(limit)) = (size, self.capabilities.size())
            && size > limit
        {
            return Err(SendError::TooLarge { size, limit });
        }
        self.check_params(Verb::Mail, &envelope.params)?;
        self.check_mail_params(envelope)?;
        for recipient in &envelope.to {
            self.check_params(Verb::Rcpt, &recipient.params)?;
        }
        self.quota.check_mail()?;
        self.quota.check(0, &envelope.to)
    }

    /// Whether an extension is offered and not turned off.
    pub(super) fn uses(&self, extension: Extension) -> bool {
        let never = self.config.chunking == Chunking::Never;
        let allowed = extension != Extension::Chunking || !never;
        allowed && self.capabilities.has(extension)
    }

    /// Whether content may have octets above 0x7F in a transaction that begins with these parameters:
    /// by RFC 6152 section 3, and for headers by RFC 6531 section 3.6.
    pub(super) fn takes_eight_bit(&self, params: &Params) -> bool {
        let binary = params.value() == Ok(Some(BodyType::BinaryMime));
        binary || params.has::<SmtpUtf8>() || self.uses(Extension::EightBitMime)
    }

    /// The parameters of MAIL. What the caller gave stands.
    pub(super) fn mail_params(&self, envelope: &Envelope) -> Result<Params, ParamError> {
        let mut params = Params::none();
        let given = &envelope.params;
        let mut push = |keyword: &str, value: Option<&str>| match given.get(keyword) {
            Some(_) => Ok(()),
            None => params.push(keyword, value),
        };
        if let Some(size) = envelope.size
            && self.uses(Extension::Size)
        {
            push("SIZE", Some(&format!("{size}")))?;
        }
        if envelope.body != BodyType::SevenBit {
            push("BODY", Some(envelope.body.as_str()))?;
        }
        if envelope.needs_smtputf8() {
            push("SMTPUTF8", None)?;
        }
        if let Some(auth) = &envelope.auth
            && self.uses(Extension::Auth)
        {
            push("AUTH", Some(&format!("{auth}")))?;
        }
        for param in given.iter() {
            params.push(param.keyword, param.value)?;
        }
        Ok(params)
    }

    /// How the content is going to be sent.
    pub(super) fn content_for(&self, envelope: &Envelope) -> Content {
        let newlines = self.config.newlines;
        let text = envelope.body != BodyType::BinaryMime;
        if envelope.burl {
            let bdat = self.uses(Extension::Chunking);
            return Content::chunks(text.then_some(newlines), bdat);
        }
        if text && (self.config.chunking != Chunking::Always || !self.uses(Extension::Chunking)) {
            return Content::data(newlines);
        }
        Content::chunks(text.then_some(newlines), true)
    }
}
