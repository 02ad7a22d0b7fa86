//! What is announced to a client: the reply to EHLO or LHLO.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter::once;

use super::Server;
use super::output::LINE;
use crate::syntax::capability::{Extension, Offer, SizeOffer};
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
            _ => self.config.offers(extension),
        }
    }

    pub(super) fn reply_extensions(&mut self, text: Option<&Text>) {
        // These lines are not folded.
        let room = LINE.saturating_sub(self.config.hostname.as_str().len());
        let by_field = [Extension::StartTls, Extension::Auth];
        let listed = self.config.extensions.iter().copied();
        let private = self.config.private.iter().map(|private| private.line.as_str());
        let lines: Vec<String> = once(self.first_line(text, room))
            .chain(
                listed
                    .filter(|extension| !by_field.contains(extension))
                    .chain(by_field)
                    .filter(|extension| self.offers(*extension))
                    .map(|extension| self.line(extension)),
            )
            .chain(private.filter(|line| !line.is_empty()).map(String::from))
            .collect();
        let lines = lines.iter().map(String::as_str);
        write_extensions(self.outbox.line_buffer(), lines);
    }

    /// The line of an extension that is offered.
    fn line(&self, extension: Extension) -> String {
        match extension {
            Extension::Size => {
                let limit = self.config.limits.message;
                // 0 says that there is no fixed maximum (RFC 1870 section 4).
                line(&SizeOffer(if limit == u64::MAX { 0 } else { limit }))
            }
            Extension::Auth => self.auth_line(),
            _ => extension.to_string(),
        }
    }
}

fn line<T: Offer>(offer: &T) -> String {
    let arguments = offer.to_string();
    if arguments.is_empty() {
        return T::EXTENSION.to_string();
    }
    [T::EXTENSION.as_str(), " ", &arguments].concat()
}
