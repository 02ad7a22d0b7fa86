//! When to stop.

use std::io;

use smtp_tokio::Drain;
use tracing::{info, warn};

/// How long transactions in progress may go on after the signal to stop.
pub(crate) const GRACE: std::time::Duration = std::time::Duration::from_secs(30);

/// SIGTERM and SIGINT, caught: neither of them ends the process by itself any more.
#[cfg(unix)]
pub(crate) struct Signals([(tokio::signal::unix::Signal, &'static str); 2]);

#[cfg(unix)]
impl Signals {
    pub(crate) fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let term = signal(SignalKind::terminate())?;
        let int = signal(SignalKind::interrupt())?;
        Ok(Self([(term, "SIGTERM"), (int, "SIGINT")]))
    }

    async fn next(&mut self) -> &'static str {
        let [(term, term_name), (int, int_name)] = &mut self.0;
        tokio::select! {
            _ = term.recv() => term_name,
            _ = int.recv() => int_name,
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}

impl Signals {
    /// The first has connections end in good order, the second at once.
    pub(crate) async fn obey(mut self, drain: Drain) {
        let signal = self.next().await;
        info!("{signal}: finishing what is in progress, {} s at most", GRACE.as_secs());
        drain.begin();
        let signal = self.next().await;
        warn!("{signal} again: stopping at once");
        drain.cut();
    }
}
