//! Checks of a client's manners, which tell software made for spam from a mail server.
//!
//! They look at what arrives together, so what comes of them depends on the network as well: the
//! only part of a server that does.

use alloc::vec::Vec;
use core::time::Duration;

use super::deadlines::Awaited;
use super::poll::Turn;
use super::{Refusal, Server, Task};
use crate::error::Fault;
use crate::machine::Time;
use crate::syntax::capability::Extension;
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

/// Checks of a client's manners. Off by default; what they look for is counted in
/// [`Session`](super::Session) all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// How long the greeting is held back once the application has accepted the connection, for a
    /// client in haste to show itself. Postfix's `postscreen_greet_wait`: 6 seconds.
    pub greeting_delay: Duration,
    /// Greet a client with 554 that has not waited for the greeting (RFC 5321 section 3.1). Then
    /// only QUIT is left to it.
    ///
    /// Without [a delay](Self::greeting_delay) hardly anybody is caught.
    pub refuse_early_talkers: bool,
    /// Commands that are followed by others where the reply had to be awaited, before 421 4.7.0: 1
    /// for the first such command. `None`: any number.
    ///
    /// That is EHLO, DATA, AUTH and what else has to come last in a group (RFC 2920 section 3.1, RFC 3207 section
    /// 4, RFC 4954 section 4); and every command but BDAT of a client that was not told PIPELINING. Postfix's
    /// `smtpd_forbid_unauth_pipelining` refuses the first.
    pub unauthorized_pipelining: Option<u32>,
    /// Breaches of the protocol in a time, before 421 4.7.0. Unlike
    /// [`ServerLimits::errors`](crate::limits::ServerLimits::errors) it does not forget them for a
    /// message in between. `None`: any number.
    pub error_rate: Option<Rate>,
}

/// So many errors in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number that is too much.
    pub errors: u32,
    /// The time, which begins with an error, and begins anew with the first error after it.
    pub per: Duration,
}

impl Server {
    /// The application is content with the client. `words`: what it wants to greet with.
    pub(super) fn receive(&mut self, words: Option<Vec<Text>>) {
        let policy = &self.config.policy;
        if policy.refuse_early_talkers || !policy.greeting_delay.is_zero() {
            self.task = Task::Pause { words };
        } else {
            self.note_early_talker();
            self.greet_with(words.as_deref());
        }
    }

    /// Holds the greeting back.
    pub(super) fn pause_turn(&mut self, now: Time) -> Turn {
        let until = self.deadlines.greeting(now, self.config.policy.greeting_delay);
        if self.shutting_down {
            return self.say_goodbye();
        }
        self.note_early_talker();
        if self.session.is_early_talker() && self.config.policy.refuse_early_talkers {
            self.deadlines.restart();
            self.reject_connection(&Refusal::early_talker());
            self.news.fault = Some(Fault::EarlyTalker);
        } else if self.inbox.is_closed() && self.inbox.is_empty() {
            return self.hang_up();
        } else if now < until {
            return Turn::Wait(Awaited::Greeting(until));
        } else if let Task::Pause { words } = &mut self.task {
            let words = words.take();
            self.deadlines.restart();
            self.greet_with(words.as_deref());
        }
        Turn::Again
    }

    fn note_early_talker(&mut self) {
        if !self.inbox.is_empty() {
            self.session.spoke_early();
        }
    }

    /// A command came with something behind it. Whether that is one too many, and was the last.
    pub(super) fn sent_ahead(&mut self, verb: Option<Verb>) -> bool {
        let pipelining = self.extended && self.config.offers(Extension::Pipelining);
        if verb != Some(Verb::Bdat) && (!pipelining || verb.is_some_and(comes_last)) {
            self.session.sent_ahead();
            self.check_session();
        }
        matches!(self.task, Task::Closing)
    }
}

/// Whether the next command has to wait for the reply to this one.
fn comes_last(verb: Verb) -> bool {
    use Verb::{Atrn, Auth, Data, Ehlo, Expn, Helo, Lhlo, Noop, Quit, StartTls, Vrfy, XClient};
    matches!(
        verb,
        Ehlo | Helo | Lhlo | Data | Vrfy | Expn | Noop | Quit | StartTls | Auth | Atrn | XClient
    )
}
