//! What a client sends around a message.

use alloc::vec::Vec;

use crate::syntax::address::{ForwardPath, Mailbox, ReversePath};
use crate::syntax::params::{AuthParam, BodyType, Params};

/// What goes with a message: whom it is from, whom it is for, and what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The reverse-path: where notifications go. Null for notifications themselves.
    pub from: ReversePath,
    /// The recipients, in order, with the parameters for each RCPT.
    pub to: Vec<Recipient>,
    /// What the content holds (RFC 6152, RFC 3030). Needs the extension, unless it is `SevenBit`.
    ///
    /// If it is that, and the content holds octets above 0x7F, they go undeclared to a server that
    /// offers 8BITMIME, and any other gets none of them: [`BodyError::EightBit`](super::BodyError).
    pub body: BodyType,
    /// Octets of content as SIZE counts them (RFC 1870 section 5), if known.
    pub size: Option<u64>,
    /// The message headers hold UTF-8 (RFC 6532), or a recipient that comes later may need SMTPUTF8.
    /// Implied by an address or a parameter that is not ASCII.
    pub smtputf8: bool,
    /// Pieces of the content may be given by URL: [`Client::burl`](super::Client::burl) (RFC 4468).
    pub burl: bool,
    /// AUTH= (RFC 4954 section 5); left out where AUTH is not offered.
    pub auth: Option<AuthParam>,
    /// Further MAIL parameters, put there by [`Params::set`]. Those of known extensions are looked at
    /// before anything is sent; of others the caller knows that the server takes them.
    pub params: Params,
}

/// One recipient of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The forward-path.
    pub path: ForwardPath,
    /// RCPT parameters, put there by [`Params::set`]. Those of known extensions are looked at before
    /// anything is sent; of others the caller knows that the server takes them.
    pub params: Params,
}

impl Envelope {
    /// An envelope with nothing but addresses.
    #[must_use]
    pub fn new(from: ReversePath, to: impl IntoIterator<Item = ForwardPath>) -> Self {
        Self {
            from,
            to: to.into_iter().map(Recipient::from).collect(),
            body: BodyType::SevenBit,
            size: None,
            smtputf8: false,
            burl: false,
            auth: None,
            params: Params::none(),
        }
    }

    /// Whether SMTPUTF8 is needed to send this (RFC 6531 section 3.4).
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        self.smtputf8
            || !self.from.is_ascii()
            || !self.params.is_ascii()
            || matches!(&self.auth, Some(AuthParam::Mailbox(mailbox)) if !mailbox.is_ascii())
            || self.to.iter().any(Recipient::needs_smtputf8)
    }
}

impl Recipient {
    /// Whether SMTPUTF8 is needed to name this recipient (RFC 6531 section 3.4).
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.path.is_ascii() || !self.params.is_ascii()
    }
}

impl From<ForwardPath> for Recipient {
    fn from(path: ForwardPath) -> Self {
        Self { path, params: Params::none() }
    }
}

impl From<Mailbox> for Recipient {
    fn from(mailbox: Mailbox) -> Self {
        ForwardPath::Mailbox(mailbox).into()
    }
}
