//! How replies are written.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter::once;

use super::{Refusal, Server};
use crate::error::Fault;
use crate::sasl;
use crate::session::{Act, Phase, Protocol};
use crate::syntax::capability::Extension;
use crate::syntax::reply::{Code, EnhancedCode, write_own, write_reply};
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

/// The most octets in a reply line (RFC 5321 section 4.5.3.1.5), without code, separators and CRLF.
pub(super) const LINE: usize = 512 - "250- \r\n".len();

impl Server {
    /// Writes a reply of one line in the server's own words.
    pub(super) fn reply(&mut self, code: Code, enhanced: EnhancedCode, text: &'static str) {
        let enhanced = self.enhanced(enhanced);
        write_own(self.outbox.line_buffer(), code, enhanced, text);
    }

    /// Writes a reply of one line with words in it that are not its own.
    pub(super) fn reply_text(&mut self, code: Code, enhanced: EnhancedCode, text: &str) {
        let enhanced = self.enhanced(enhanced);
        write_reply(self.outbox.line_buffer(), code, enhanced, [text]);
    }

    /// Writes the reply behind which the connection is closed: 221 or 421. Like the greeting it begins
    /// with the host name (RFC 5321 section 4.2.2).
    pub(super) fn reply_last(&mut self, code: Code, enhanced: EnhancedCode, text: &str) {
        let text = format!("{} {text}", self.config.hostname);
        self.reply_text(code, enhanced, &text);
    }

    /// Writes a refusal as a reply.
    pub(super) fn reply_refusal(&mut self, refusal: &Refusal, utf8: bool) {
        self.reply_texts(refusal.code(), refusal.enhanced(), refusal.lines(), utf8);
    }

    /// Writes a reply in the application's words, cut to the limit. Where the client did not ask
    /// for UTF-8, what is not ASCII becomes "?" (RFC 6531 section 3.7.4).
    pub(super) fn reply_texts<'a>(
        &mut self,
        code: Code,
        enhanced: EnhancedCode,
        texts: impl Iterator<Item = &'a Text> + Clone,
        utf8: bool,
    ) {
        let code = if utf8 || is_ascii(texts.clone()) { code } else { without_address(code) };
        let enhanced = self.enhanced(enhanced);
        let lines = lines(texts, self.config.limits.reply_text, utf8);
        let lines = lines.iter().map(AsRef::as_ref);
        write_reply(self.outbox.line_buffer(), code, enhanced, lines);
    }

    /// Writes a reply that begins with the host name and has no enhanced code: the greeting, or the
    /// reply to HELO (RFC 2034 section 4).
    pub(super) fn reply_named(&mut self, code: Code, texts: &[Text]) {
        let first = self.first_line(texts.first(), self.config.limits.reply_text);
        let rest = texts.get(1..).unwrap_or_default();
        let rest = lines(rest, self.config.limits.reply_text, false);
        let lines = once(first.as_str()).chain(rest.iter().map(AsRef::as_ref));
        write_reply(self.outbox.line_buffer(), code, None, lines);
    }

    /// Writes a refusal where no enhanced code may be.
    pub(super) fn reply_bare(&mut self, refusal: &Refusal) {
        let lines = lines(refusal.lines(), self.config.limits.reply_text, false);
        let lines = lines.iter().map(AsRef::as_ref);
        write_reply(self.outbox.line_buffer(), refusal.code(), None, lines);
    }

    /// The host name, and what the application adds to it.
    pub(super) fn first_line(&self, text: Option<&Text>, room: usize) -> String {
        let hostname = &self.config.hostname;
        match text.map(|text| plain(cut(text.as_str(), room), false)) {
            Some(text) if !text.is_empty() => format!("{hostname} {text}"),
            _ => hostname.to_string(),
        }
    }

    /// Answers a breach of the protocol, tells the application and counts it.
    pub(super) fn fault(&mut self, fault: Fault, code: Code, enhanced: EnhancedCode, text: &str) {
        // No response to a hello has an enhanced code (RFC 2034 section 4).
        let enhanced = self.enhanced(enhanced).filter(|_| !is_hello(&fault));
        write_reply(self.outbox.line_buffer(), code, enhanced, [text]);
        self.note(fault);
    }

    /// Tells the application of a breach that is answered otherwise, and counts it.
    pub(super) fn note(&mut self, fault: Fault) {
        self.count(&fault);
        self.news.fault = Some(fault);
        self.check_session();
    }

    /// Counts a breach; as a refusal, where a client in order runs into it by pipelining: the rest
    /// of a group comes all the same when its MAIL, its last RCPT or a chunk was refused.
    pub(super) fn count(&mut self, fault: &Fault) {
        match fault {
            Fault::OutOfSequence(Verb::Rcpt | Verb::Data | Verb::Bdat | Verb::Burl)
                if self.phase != Phase::Greeted =>
            {
                self.session.rejection();
            }
            Fault::NoRecipients(_)
            | Fault::MessageTooLarge { .. }
            | Fault::TooManyRecipients { .. }
            | Fault::TooManyDomains { .. }
            | Fault::Solicitation => self.session.rejection(),
            _ => self.session.error(),
        }
    }

    pub(super) fn auth_line(&self) -> String {
        let mut line = Extension::Auth.to_string();
        for mechanism in &self.config.mechanisms {
            if self.offers_mechanism(mechanism.as_str()) {
                line.push(' ');
                line.push_str(mechanism.as_str());
            }
        }
        line
    }

    /// STARTTLS is offered in the clear only (RFC 3207 section 4.2), and where it is not refused.
    pub(super) fn offers_starttls(&self) -> bool {
        self.config.offers(Extension::StartTls) && self.tls.is_none() && !self.authenticated
    }

    /// AUTH is offered where there is a mechanism for it.
    pub(super) fn offers_auth(&self) -> bool {
        let mut mechanisms = self.config.mechanisms.iter();
        mechanisms.any(|mechanism| self.offers_mechanism(mechanism.as_str()))
    }

    /// In the clear a mechanism is offered only where that was asked for (RFC 4954 section 4), and one
    /// that is bound to TLS never.
    pub(super) fn offers_mechanism(&self, name: &str) -> bool {
        let listed = self.config.mechanisms.iter().any(|offered| offered.is(name));
        let config = &self.config;
        listed
            && match &self.tls {
                Some(tls) => tls.exporter.is_some() || !sasl::binds_channel(name),
                None if sasl::binds_channel(name) => false,
                None if sasl::reveals_password(name) => config.auth_without_tls,
                None => config.auth_without_tls || config.hashed_auth_without_tls,
            }
    }

    /// Whether the form of a mechanism is offered that is bound to TLS.
    pub(super) fn offers_plus(&self, name: &str) -> bool {
        self.offers_mechanism(&format!("{name}-PLUS"))
    }

    /// How often the end of the content is answered: in LMTP once for each accepted recipient
    /// (RFC 2033 section 4.2).
    pub(super) fn final_replies(&self, act: Act) -> usize {
        let each = self.config.protocol == Protocol::Lmtp
            && matches!(act, Act::Content | Act::LastChunk)
            && self.phase.in_transaction();
        if each { self.transaction.recipients } else { 1 }
    }

    /// Whether the reply to a message of this transaction may hold UTF-8.
    pub(super) fn utf8_in(&self, code: Code) -> bool {
        self.transaction.smtputf8 && matches!(code, Code::WILL_FORWARD | Code::NOT_LOCAL)
    }

    /// Whatever is said first is the greeting, and has no enhanced code (RFC 2034 section 4).
    fn enhanced(&self, enhanced: EnhancedCode) -> Option<EnhancedCode> {
        let offered = self.enhanced_codes;
        (offered && self.phase != Phase::Connect).then_some(enhanced)
    }
}

/// Whether it is a hello that was wrong.
fn is_hello(fault: &Fault) -> bool {
    let verb = match fault {
        Fault::Command(error) => error.verb(),
        Fault::NotOffered(verb) | Fault::OutOfSequence(verb) | Fault::EncryptionRequired(verb) => {
            Some(*verb)
        }
        _ => None,
    };
    verb.is_some_and(|verb| Act::of(verb) == Act::Hello)
}

/// The application's words as they may be said: cut to `room` octets in all.
fn lines<'a>(
    texts: impl IntoIterator<Item = &'a Text>,
    mut room: usize,
    utf8: bool,
) -> Vec<Cow<'a, str>> {
    let mut lines = Vec::new();
    for text in texts {
        let text = cut(text.as_str(), room);
        room = room.saturating_sub(text.len());
        lines.push(plain(text, utf8));
        if room == 0 {
            break;
        }
    }
    lines
}

/// As much of a text as fits into so many octets.
fn cut(text: &str, room: usize) -> &str {
    let end = (0..=room.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// 251 and 551 are there for the address in their text; without it they are 250 and 550 (RFC 6531
/// section 3.7.4.1).
fn without_address(code: Code) -> Code {
    match code {
        Code::WILL_FORWARD => Code::OK,
        Code::NOT_LOCAL => Code::MAILBOX_UNAVAILABLE,
        _ => code,
    }
}

pub(super) fn is_ascii<'a>(texts: impl IntoIterator<Item = &'a Text>) -> bool {
    texts.into_iter().all(|text| text.as_str().is_ascii())
}

fn plain(text: &str, utf8: bool) -> Cow<'_, str> {
    if utf8 || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect())
}
