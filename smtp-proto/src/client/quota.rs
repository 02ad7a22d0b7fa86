//! What the server takes in one connection, as it says by LIMITS (RFC 9422), and what of it is used up.

use super::{Recipient, SendError};
use crate::domains::Domains;
use crate::syntax::capability::LimitsOffer;

/// What a server takes no more of (RFC 9422 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// `MAILMAX`: MAIL commands in one connection. Another connection helps.
    #[error("messages in one connection (MAILMAX)")]
    MailMax,
    /// `RCPTMAX`: RCPT commands in one transaction. Another transaction helps.
    #[error("recipients in one transaction (RCPTMAX)")]
    RcptMax,
    /// `RCPTDOMAINMAX`: different domains of recipients in one connection. Another connection helps.
    #[error("recipient domains in one connection (RCPTDOMAINMAX)")]
    RcptDomainMax,
}

/// What is used up. What the latest EHLO says counts (RFC 9422 section 3.6), from the beginning of
/// the connection; only domains are not counted before it says that they matter.
#[derive(Debug, Default)]
pub(super) struct Quota {
    pub(super) limits: LimitsOffer,
    mails: u32,
    domains: Domains,
}

impl Quota {
    /// Whether another MAIL is within the limits.
    pub(super) fn check_mail(&self) -> Result<(), SendError> {
        match self.limits.mail_max {
            Some(max) if self.mails >= max => Err(exceeded(Limit::MailMax, max)),
            _ => Ok(()),
        }
    }

    /// Whether these recipients are, behind so many of the same transaction.
    pub(super) fn check(&self, before: usize, recipients: &[Recipient]) -> Result<(), SendError> {
        let count = before.saturating_add(recipients.len());
        if let Some(max) = self.limits.rcpt_max
            && count > to_usize(max)
        {
            return Err(exceeded(Limit::RcptMax, max));
        }
        if let Some(max) = self.limits.rcpt_domain_max {
            let paths = recipients.iter().map(|recipient| &recipient.path);
            if self.domains.count_with(paths) > to_usize(max) {
                return Err(exceeded(Limit::RcptDomainMax, max));
            }
        }
        Ok(())
    }

    /// How many more MAILs there may be, if there is a limit.
    pub(super) fn mails_left(&self) -> Option<u32> {
        Some(self.limits.mail_max?.saturating_sub(self.mails))
    }

    /// The domains so far.
    pub(super) fn domains(&self) -> Domains {
        self.domains.clone()
    }

    /// MAIL is going to be sent.
    pub(super) fn begin(&mut self) {
        self.mails = self.mails.saturating_add(1);
    }

    /// RCPT is going to be sent for each of these, which were checked.
    pub(super) fn count(&mut self, recipients: &[Recipient]) {
        let Some(max) = self.limits.rcpt_domain_max else { return };
        for recipient in recipients {
            self.domains.admit(&recipient.path, to_usize(max));
        }
    }
}

fn exceeded(limit: Limit, max: u32) -> SendError {
    SendError::Exceeds { limit, max }
}

fn to_usize(max: u32) -> usize {
    usize::try_from(max).unwrap_or(usize::MAX)
}
