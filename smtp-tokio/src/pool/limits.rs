//! How long a connection is worth keeping.

use std::time::Duration;

/// How long a connection is worth keeping. What is past a limit takes leave before the next message,
/// never in the middle of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may wait for the next message: 1 minute.
    ///
    /// Servers should wait for 5 minutes (RFC 5321 section 4.5.3.2.7). Many don't when they are busy,
    /// and what stands in between (NAT, a firewall) may forget a connection without telling anybody.
    pub idle: Duration,
    /// How old it may get: 5 minutes. Then the name of the server is looked up anew, and a balancer
    /// may choose anew.
    pub age: Duration,
    /// How many messages it may carry: 100. Many servers have such a limit, and close a connection
    /// behind it.
    pub messages: u32,
    /// After how long without a message the server is asked, by NOOP, whether it is there: never,
    /// unless set.
    ///
    /// It costs a round trip, and finds what the free look does not: a connection that was forgotten
    /// on the way. Who does not answer in 10 seconds is not there.
    pub probe_after: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60),
            age: Duration::from_secs(5 * 60),
            messages: 100,
            probe_after: None,
        }
    }
}
