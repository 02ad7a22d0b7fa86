//! What a client keeps of the reply to EHLO.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write as _};

use super::{Capability, Extension, Offer, SizeOffer, split};
use crate::syntax::reply::Reply;

/// What the latest reply to EHLO announced.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Capabilities {
    /// The well-formed lines as a server writes them, joined by LF.
    lines: Box<str>,
    /// One bit for each extension.
    offered: u64,
    /// The fixed maximum of SIZE.
    size: Option<u64>,
}

impl Capabilities {
    /// Nothing, as after HELO (RFC 5321 section 2.2.1).
    #[must_use]
    pub fn none() -> Capabilities {
        Capabilities::default()
    }

    /// What a reply to EHLO or LHLO announces.
    ///
    /// The first line is the greeting and announces nothing, whatever it says. Lines that are not
    /// well formed are ignored. A refusal announces nothing.
    #[must_use]
    pub fn from_reply(reply: &Reply) -> Capabilities {
        let mut capabilities = Capabilities::none();
        if !reply.is_positive() {
            return capabilities;
        }
        let mut lines = String::new();
        for line in reply.lines().skip(1) {
            let Some(capability) = Capability::parse(line) else { continue };
            if let Some(extension) = capability.extension() {
                capabilities.offered |= bit(extension);
            }
            if let (None, Some(SizeOffer(size @ 1..))) = (capabilities.size, capability.offer()) {
                capabilities.size = Some(size);
            }
            if !lines.is_empty() {
                lines.push('\n');
            }
            // Writing to a string does not fail.
            let _ = write!(lines, "{capability}");
        }
        capabilities.lines = lines.into_boxed_str();
        capabilities
    }

    /// Whether an extension is offered.
    #[must_use]
    pub fn has(&self, extension: Extension) -> bool {
        self.offered & bit(extension) != 0
    }

    /// The size of the largest message, in octets. `None` if the server has no fixed maximum or
    /// did not tell (RFC 1870 section 3).
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The SASL mechanisms offered, as they were sent. One may come up twice.
    pub fn auth(&self) -> impl Iterator<Item = &str> {
        let lines = self.iter().filter(|line| line.extension() == Some(Extension::Auth));
        lines.flat_map(|line| line.arguments().split_ascii_whitespace())
    }

    /// Whether a SASL mechanism is offered; case does not matter.
    #[must_use]
    pub fn supports_auth(&self, mechanism: &str) -> bool {
        self.auth().any(|offered| offered.eq_ignore_ascii_case(mechanism))
    }

    /// What the arguments of an extension's line say; of the first line, where there are several.
    /// `None` if it is not offered, or its arguments make no sense.
    #[must_use]
    pub fn offer<T: Offer>(&self) -> Option<T> {
        if !self.has(T::EXTENSION) {
            return None;
        }
        T::parse(self.get(T::EXTENSION.as_str())?)
    }

    /// The arguments of the first line with this keyword, if there is one; they may be empty.
    ///
    /// For what has no name here; case does not matter.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<&str> {
        let mut lines = self.lines.lines().filter_map(split);
        lines.find(|(known, _)| known.eq_ignore_ascii_case(keyword)).map(|(_, args)| args)
    }

    /// All that was announced, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Capability<'_>> {
        self.lines.lines().filter_map(|line| Capability::parse(line.as_bytes()))
    }
}

const fn bit(extension: Extension) -> u64 {
    1 << extension as u16
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
