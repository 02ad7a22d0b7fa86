//! Whether a side goes on when its deadline has come: not earlier, not later.
//!
//! This knows nothing of the machine's own bookkeeping. It sees what goes over the wire and what the
//! application does, and what was configured.

use std::time::Duration;

use smtp_proto::Time;

use crate::drive::Patience;

/// How long a closed connection waits for the peer to close as well, at most.
const LINGER: Duration = Duration::from_secs(1);

/// One side of a connection.
pub(crate) struct Watch {
    name: &'static str,
    is_server: bool,
    /// When the last thing happened that ends a wait.
    progress: Time,
    /// When anything happened, in order.
    instants: Vec<Time>,
    /// When the application came back from something that took time.
    returned: Time,
    /// How long it may wait from the last progress on; `None`: it does not wait for the peer.
    patience: Option<Patience>,
    /// What that is whenever nobody says otherwise.
    usual: Option<Patience>,
    /// When everything has to be over.
    last: Option<Time>,
    /// When the content began, while it comes.
    content: Option<Time>,
    /// How long all of it may take.
    body: Duration,
    /// What was read of a line, as far as it matters.
    line: Vec<u8>,
    /// Nothing need be due from the peer.
    idle: bool,
    over: bool,
}

impl Watch {
    pub(crate) fn server(name: &'static str, now: Time, body: Duration) -> Self {
        Self { is_server: true, body, ..Self::client(name, now) }
    }

    pub(crate) fn client(name: &'static str, now: Time) -> Self {
        Self {
            name,
            is_server: false,
            progress: now,
            instants: vec![now],
            returned: now,
            patience: None,
            usual: None,
            last: None,
            content: None,
            body: Duration::MAX,
            line: Vec::new(),
            idle: false,
            over: false,
        }
    }

    /// The stream took something.
    pub(crate) fn wrote(&mut self, now: Time) {
        self.progresses(now);
    }

    /// The stream gave something.
    pub(crate) fn read(&mut self, now: Time, octets: &[u8]) {
        self.happens(now);
        // A line that drips in is no progress before it ends, unless it is content.
        let drips = self.content.is_some() || self.patience.is_some_and(|patience| patience.drips);
        let mut progress = drips || self.is_server && self.line.is_empty();
        for octet in octets {
            if *octet == b'\n' {
                progress |= self.is_server || matches!(self.line.get(3), None | Some(b' ' | b'\r'));
                self.line.clear();
            } else if self.line.len() < 4 {
                self.line.push(*octet);
            }
        }
        if progress {
            self.progresses(now);
        }
    }

    /// The application was told something, or said something.
    pub(crate) fn acts(&mut self, now: Time) {
        self.progresses(now);
        self.returned = now;
        self.patience = self.usual;
    }

    /// From here on it waits so long at most, and then may linger.
    pub(crate) fn expects(&mut self, now: Time, limit: Duration) {
        self.usual = Some(Patience { limit: limit.saturating_add(LINGER), drips: false });
        self.acts(now);
    }

    /// The application does not ask for what comes next.
    pub(crate) fn away(&mut self, _: Time) {
        self.patience = None;
    }

    /// It does so again. What was to be done in the meantime is late.
    pub(crate) fn back(&mut self, now: Time) {
        self.returned = now;
        self.happens(now);
    }

    /// It waits, perhaps for nothing in particular.
    pub(crate) fn idles(&mut self, now: Time, idle: bool) {
        self.idle = idle;
        self.happens(now);
    }

    /// It waits for its peer, so long at most.
    pub(crate) fn waits(&mut self, patience: Patience) {
        self.patience = Some(patience);
    }

    pub(crate) fn content_begins(&mut self, now: Time) {
        self.content = Some(now);
    }

    pub(crate) fn content_ends(&mut self) {
        self.content = None;
        // Content need not end with the end of a line.
        self.line.clear();
    }

    pub(crate) fn has_content(&self) -> bool {
        self.content.is_some()
    }

    /// It was told that the conversation is over. What is in the outbox may still be written for so
    /// long.
    pub(crate) fn closes(&mut self, now: Time, limit: Duration) {
        self.acts(now);
        self.content = None;
        self.last.get_or_insert(now.saturating_add(limit).saturating_add(LINGER));
    }

    /// It has let go of the connection.
    pub(crate) fn ends(&mut self) {
        self.over = true;
    }

    /// Says that time was up, where so much time was given.
    pub(crate) fn timed_out(&self, now: Time, what: &str, limits: &[Duration]) {
        let began = |limit: &Duration| {
            now.checked_sub(*limit).is_some_and(|began| self.instants.binary_search(&began).is_ok())
        };
        assert!(
            self.returned == now || limits.iter().any(began),
            "{}: timed out waiting for {what} at {now:?}, but {limits:?} before nothing began",
            self.name,
        );
    }

    /// Nothing more happens at this time.
    pub(crate) fn check(&self, now: Time) {
        if self.over {
            return;
        }
        let Some(Patience { limit, .. }) = self.patience else { return };
        if let Some(last) = self.last {
            assert!(now < last, "{}: not over though it closed long ago", self.name);
            return;
        }
        if self.idle {
            return;
        }
        let waited = now.saturating_sub(self.progress);
        assert!(
            waited < limit,
            "{}: waits for {waited:?} already, its deadline was {limit:?}",
            self.name,
        );
        if let Some(began) = self.content {
            let took = now.saturating_sub(began);
            let limit = self.body;
            assert!(took < limit, "{}: content for {took:?}, the limit is {limit:?}", self.name);
        }
    }

    fn progresses(&mut self, now: Time) {
        self.progress = now;
        self.happens(now);
    }

    fn happens(&mut self, now: Time) {
        if self.instants.last() != Some(&now) {
            self.instants.push(now);
        }
    }
}
