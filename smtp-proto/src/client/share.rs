//! Splitting a message's recipients, so that the server's LIMITS are kept (RFC 9422).

use alloc::vec::Vec;
use core::mem;

use super::{Client, Envelope, Recipient};
use crate::domains::Domains;

/// An envelope in parts: see [`Client::share`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What this connection takes, in transactions of their own. Empty if it takes no more mail.
    pub here: Vec<Part>,
    /// What needs another connection.
    pub beyond: Option<Part>,
}

/// Some recipients of an envelope, with all that goes with the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The envelope for these recipients.
    pub envelope: Envelope,
    /// Their numbers in the envelope that was split, counted from 0, in rising order.
    pub indexes: Vec<usize>,
}

impl Part {
    fn of(envelope: &Envelope) -> Self {
        Self { envelope: Envelope { to: Vec::new(), ..envelope.clone() }, indexes: Vec::new() }
    }

    fn push(&mut self, index: usize, recipient: Recipient) {
        self.indexes.push(index);
        self.envelope.to.push(recipient);
    }
}

impl Client {
    /// Whether the server takes no more messages over this connection, as it said by LIMITS (RFC 9422
    /// section 4.1).
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.quota.mails_left() == Some(0)
    }

    /// Splits an envelope as the server wants it by LIMITS: into transactions for this connection, in
    /// front of which others may already have used up some of what it takes, and the rest for another
    /// one. Without limits that is one transaction and no rest.
    ///
    /// A connection that was just made takes at least one recipient.
    #[must_use]
    pub fn share(&self, mut envelope: Envelope) -> Share {
        let limits = self.quota.limits;
        let to_usize = |max: Option<u32>| max.and_then(|max| usize::try_from(max).ok());
        let mut mails = to_usize(self.quota.mails_left()).unwrap_or(usize::MAX);
        let recipients = to_usize(limits.rcpt_max).unwrap_or(usize::MAX);
        let domains_max = to_usize(limits.rcpt_domain_max).unwrap_or(usize::MAX);
        let mut domains: Domains = self.quota.domains();
        let to = mem::take(&mut envelope.to);
        let mut here: Vec<Part> = Vec::new();
        let mut beyond = Part::of(&envelope);
        for (index, recipient) in to.into_iter().enumerate() {
            let room = here.last().is_some_and(|part| part.indexes.len() < recipients);
            if !room && mails == 0 || !domains.admit(&recipient.path, domains_max) {
                beyond.push(index, recipient);
                continue;
            }
            if !room {
                mails = mails.saturating_sub(1);
                here.push(Part::of(&envelope));
            }
            if let Some(part) = here.last_mut() {
                part.push(index, recipient);
            }
        }
        if here.is_empty() && beyond.indexes.is_empty() {
            // Nobody to send it to: that is for `send` to say.
            here.push(Part::of(&envelope));
        }
        let beyond = (!beyond.indexes.is_empty()).then_some(beyond);
        Share { here, beyond }
    }
}
