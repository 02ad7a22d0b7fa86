//! The counts that end in a 421.

use crate::limits::ServerLimits;

/// What a client has done too often, if it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) transactions: u32,
    errors: u32,
    useless: u32,
    rejections: u32,
    auth_failures: u32,
}

impl Tally {
    /// The client broke the protocol.
    pub(super) fn error(&mut self) {
        self.errors = self.errors.saturating_add(1);
    }

    /// A command that does nothing for a mail.
    pub(super) fn useless(&mut self) {
        self.useless = self.useless.saturating_add(1);
    }

    /// A command was refused, though nothing was wrong with its form.
    pub(super) fn rejection(&mut self) {
        self.rejections = self.rejections.saturating_add(1);
    }

    /// An AUTH exchange failed.
    pub(super) fn auth_failure(&mut self) {
        self.auth_failures = self.auth_failures.saturating_add(1);
    }

    /// A message was accepted: whoever delivers mail may make mistakes in between.
    pub(super) fn delivered(&mut self) {
        self.errors = 0;
        self.useless = 0;
        self.rejections = 0;
    }

    /// What there was too much of.
    pub(super) fn excess(&self, limits: &ServerLimits) -> Option<&'static str> {
        if self.errors >= limits.errors {
            Some("errors")
        } else if self.auth_failures >= limits.auth_attempts {
            Some("failed authentications")
        } else if self.useless >= limits.useless {
            Some("commands without mail")
        } else if self.rejections >= limits.rejections {
            Some("refused commands")
        } else {
            None
        }
    }
}
