//! What a client has done so far, counted.

use super::policy::{Policy, Rate};
use crate::limits::ServerLimits;
use crate::machine::Time;

/// What a client has done so far in its connection, counted from the beginning: for a log, or for a
/// decision of the application's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Session {
    transactions: u32,
    accepted: u32,
    auth_failures: u32,
    ahead: u32,
    early: bool,
    total: Nuisance,
    /// What it was when a message was last accepted.
    forgiven: Nuisance,
    /// When the present period of a [`Rate`] began, and the errors before.
    period: Time,
    before: u32,
}

/// What an accepted message makes up for.
#[derive(Clone, Copy, Debug, Default)]
struct Nuisance {
    errors: u32,
    useless: u32,
    rejections: u32,
}

impl Session {
    /// MAIL commands, whether accepted or not.
    #[must_use]
    pub fn transactions(&self) -> u32 {
        self.transactions
    }

    /// Messages accepted; in LMTP, recipients that a message was accepted for.
    #[must_use]
    pub fn accepted(&self) -> u32 {
        self.accepted
    }

    /// Breaches of the protocol; see [`ServerLimits::errors`] and [`Policy::error_rate`].
    #[must_use]
    pub fn errors(&self) -> u32 {
        self.total.errors
    }

    /// Commands that did nothing for a mail; see [`ServerLimits::useless`].
    #[must_use]
    pub fn useless(&self) -> u32 {
        self.total.useless
    }

    /// Commands refused though nothing was wrong with their form; see [`ServerLimits::rejections`].
    #[must_use]
    pub fn rejections(&self) -> u32 {
        self.total.rejections
    }

    /// AUTH exchanges that failed; see [`ServerLimits::auth_attempts`].
    #[must_use]
    pub fn auth_failures(&self) -> u32 {
        self.auth_failures
    }

    /// Commands with something behind them, where their reply had to be awaited; see
    /// [`Policy::unauthorized_pipelining`].
    #[must_use]
    pub fn unauthorized_pipelining(&self) -> u32 {
        self.ahead
    }

    /// Whether the client spoke before the greeting; see [`Policy::refuse_early_talkers`].
    #[must_use]
    pub fn is_early_talker(&self) -> bool {
        self.early
    }

    pub(super) fn transaction(&mut self) {
        add_one(&mut self.transactions);
    }

    pub(super) fn error(&mut self) {
        add_one(&mut self.total.errors);
    }

    /// Time passes. The period of a [`Rate`] begins with an error.
    pub(super) fn tick(&mut self, now: Time, rate: Rate) {
        let quiet = self.total.errors == self.before;
        if quiet || now.saturating_sub(self.period) >= rate.per {
            self.period = now;
            self.before = self.total.errors;
        }
    }

    pub(super) fn useless_command(&mut self) {
        add_one(&mut self.total.useless);
    }

    pub(super) fn rejection(&mut self) {
        add_one(&mut self.total.rejections);
    }

    pub(super) fn auth_failure(&mut self) {
        add_one(&mut self.auth_failures);
    }

    pub(super) fn sent_ahead(&mut self) {
        add_one(&mut self.ahead);
    }

    pub(super) fn spoke_early(&mut self) {
        self.early = true;
    }

    /// A message was accepted: whoever delivers mail may make mistakes in between.
    pub(super) fn delivered(&mut self) {
        add_one(&mut self.accepted);
        self.forgiven = self.total;
    }

    /// What there was too much of.
    pub(super) fn excess(&self, limits: &ServerLimits, policy: &Policy) -> Option<&'static str> {
        let open =
            |count: fn(&Nuisance) -> u32| count(&self.total).saturating_sub(count(&self.forgiven));
        let rate = |rate: Rate| self.total.errors.saturating_sub(self.before) >= rate.errors.max(1);
        if open(|nuisance| nuisance.errors) >= limits.errors {
            Some("errors")
        } else if policy.error_rate.is_some_and(rate) {
            Some("errors in a short time")
        } else if self.auth_failures >= limits.auth_attempts {
            Some("failed authentications")
        } else if policy.unauthorized_pipelining.is_some_and(|limit| self.ahead >= limit.max(1)) {
            Some("commands ahead of replies")
        } else if open(|nuisance| nuisance.useless) >= limits.useless {
            Some("commands without mail")
        } else if open(|nuisance| nuisance.rejections) >= limits.rejections {
            Some("refused commands")
        } else {
            None
        }
    }
}

fn add_one(count: &mut u32) {
    *count = count.saturating_add(1);
}
