//! What is announced to a client: the reply to EHLO or LHLO.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter::once;

use super::output::LINE;
use super::{Private, Server};
use crate::syntax::capability::{Extension, LimitsOffer, Offer, SizeOffer};
use crate::syntax::reply::write_extensions;
use crate::syntax::text::Text;

impl Server {
    /// Whether an extension is offered to this client, at this moment.
    pub(super) fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::StartTls => self.offers_starttls(),
            Extension::Auth => self.offers_auth(),
            // RFC 8689 section 2
            Extension::RequireTls => self.tls.is_some() && self.config.offers(extension),
            // With one limit at least (RFC 9422 section 3).
            Extension::Limits => {
                self.config.offers(extension) && !self.limits_offer().to_string().is_empty()
            }
            // ATRN not without AUTH (RFC 2645 section 5.1.1), which may be for TLS only.
            _ => {
                let needed = extension.needs();
                self.config.offers(extension) && needed.is_none_or(|needed| self.offers(needed))
            }
        }
    }

    pub(super) fn reply_extensions(&mut self, text: Option<&Text>) {
        // These lines are not folded.
        let room = LINE.saturating_sub(self.config.hostname.as_str().len());
        let by_field = [Extension::StartTls, Extension::Auth];
        let listed = &self.config.extensions;
        let once_each = |(at, extension): &(usize, &Extension)| {
            !listed.iter().take(*at).any(|e| e == *extension)
        };
        let listed = listed.iter().enumerate().filter(once_each).map(|(_, extension)| *extension);
        let private = self.config.private.iter().filter_map(Private::announced);
        let lines: Vec<String> = once(self.first_line(text, room))
            .chain(
                listed
                    .filter(|extension| !by_field.contains(extension))
                    .chain(by_field)
                    .filter(|extension| self.offers(*extension))
                    .map(|extension| self.line(extension)),
            )
            .chain(private.map(String::from))
            .collect();
        let lines = lines.iter().map(String::as_str);
        write_extensions(self.outbox.line_buffer(), lines);
    }

    /// The line of an extension that is offered.
    fn line(&self, extension: Extension) -> String {
        match extension {
            Extension::Size => {
                let limit = self.config.limits.message;
                // 0 says that there is no fixed maximum (RFC 1870 section 3).
                line(&SizeOffer(if limit == u64::MAX { 0 } else { limit }))
            }
            Extension::Auth => self.auth_line(),
            Extension::DeliverBy => line(&self.config.offers.deliver_by),
            Extension::FutureRelease => {
                self.config.offers.future_release.as_ref().map_or_else(String::new, line)
            }
            Extension::MtPriority => line(&self.config.offers.mt_priority),
            Extension::Limits => line(&self.limits_offer()),
            Extension::NoSoliciting => line(&self.config.offers.no_soliciting),
            // Without arguments it says that authentication comes first (RFC 4468 section 3.1).
            Extension::Burl if !self.may_use_burl() => extension.to_string(),
            Extension::Burl => line(&self.config.offers.burl),
            Extension::XClient => line(&self.config.offers.xclient),
            Extension::XForward => line(&self.config.offers.xforward),
            _ => extension.to_string(),
        }
    }

    /// What is enforced anyway (RFC 9422 section 4). Values have six digits at most.
    fn limits_offer(&self) -> LimitsOffer {
        let limits = &self.config.limits;
        let value = |limit: usize| u32::try_from(limit).ok().filter(|limit| *limit <= 999_999);
        LimitsOffer {
            mail_max: Some(limits.transactions).filter(|limit| *limit <= 999_999),
            rcpt_max: value(limits.recipients),
            rcpt_domain_max: value(limits.recipient_domains),
        }
    }

    /// Where AUTH is offered, BURL is for who has used it (RFC 4468 section 3.1).
    pub(super) fn may_use_burl(&self) -> bool {
        self.authenticated || !self.config.offers(Extension::Auth)
    }
}

fn line<T: Offer>(offer: &T) -> String {
    let arguments = offer.to_string();
    if arguments.is_empty() {
        return T::EXTENSION.to_string();
    }
    [T::EXTENSION.as_str(), " ", &arguments].concat()
}
