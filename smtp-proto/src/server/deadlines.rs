//! When each wait is over.

use core::time::Duration;

use crate::machine::Time;
use crate::timeouts::ServerTimeouts;

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// The time to greet.
    Greeting(Time),
    /// A command, nothing of which has come.
    Command,
    /// The rest of a command line.
    CommandLine,
    /// A line of an AUTH exchange.
    AuthResponse,
    /// Message content.
    Content,
    /// Room in the outbox.
    Room,
    /// The end: the last reply is on its way.
    Close,
}

impl Awaited {
    /// For messages: "timed out waiting for ...".
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Greeting(_) => "the time to greet",
            Self::Command => "a command",
            Self::CommandLine => "the end of a command line",
            Self::AuthResponse => "a response to an AUTH challenge",
            Self::Content => "message content",
            Self::Room | Self::Close => "the client to take replies",
        }
    }
}

/// When the present waits began. A start is recorded when the machine first has nothing else to do
/// and stays until what it waits for has come, so dripping bytes move no deadline.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deadlines {
    /// The present wait, whatever it is for.
    wait: Option<Time>,
    /// The first octets of the present line came.
    line: Option<Time>,
    /// The content began.
    content: Option<Time>,
    /// How much was written in all when the outbox last moved, and when that was.
    written: Option<(u64, Time)>,
    /// The end, or the handshake, began.
    last: Option<Time>,
}

impl Deadlines {
    /// What was waited for has come.
    pub(super) fn restart(&mut self) {
        self.wait = None;
        self.line = None;
        self.last = None;
    }

    /// The content is complete, or was given up.
    pub(super) fn content_over(&mut self) {
        self.restart();
        self.content = None;
    }

    /// The content begins, unless it has already.
    pub(super) fn begin_content(&mut self, now: Time) {
        self.content.get_or_insert(now);
    }

    /// When the whole content has to be there, once it has begun.
    pub(super) fn content(&self, limits: &ServerTimeouts) -> Option<Time> {
        self.content.map(|since| since.saturating_add(limits.body))
    }

    /// When the client has been kept waiting for the greeting. Starts with the first call.
    pub(super) fn greeting(&mut self, now: Time, delay: Duration) -> Time {
        self.last.get_or_insert(now).saturating_add(delay)
    }

    /// When the handshake has to be over. Starts with the first call.
    pub(super) fn handshake(&mut self, now: Time, limits: &ServerTimeouts) -> Time {
        self.last.get_or_insert(now).saturating_add(limits.handshake)
    }

    /// When a wait is over. Starts with the first call since it was [restarted](Self::restart).
    ///
    /// For room in the outbox there is no deadline but that for [writing](Self::write).
    pub(super) fn until(
        &mut self,
        awaited: Awaited,
        now: Time,
        limits: &ServerTimeouts,
    ) -> Option<Time> {
        let (start, limit) = match awaited {
            Awaited::Room => return None,
            Awaited::Greeting(until) => return Some(until),
            Awaited::Command => (&mut self.wait, limits.command),
            Awaited::CommandLine => (&mut self.line, limits.command_line),
            Awaited::AuthResponse => (&mut self.wait, limits.auth_response),
            Awaited::Content => (&mut self.wait, limits.data_block),
            Awaited::Close => (&mut self.last, limits.close),
        };
        Some(start.get_or_insert(now).saturating_add(limit))
    }

    /// When the peer has to have taken some of what waits for it. `written` counts what it took.
    pub(super) fn write(&mut self, written: u64, now: Time, limits: &ServerTimeouts) -> Time {
        let since = match self.written {
            Some((mark, since)) if mark == written => since,
            _ => now,
        };
        self.written = Some((written, since));
        since.saturating_add(limits.write)
    }

    /// Nothing waits to be written, or the application has to do something first.
    pub(super) fn drained(&mut self) {
        self.written = None;
    }
}
