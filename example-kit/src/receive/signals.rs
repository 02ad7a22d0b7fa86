//! When to stop, when to read the certificate again.
//!
//! Signals are waited for by a thread, which is something every world has.

use std::io;

use smtp_driver::Drain;
use tracing::{info, warn};

use super::certificate::Certificate;
use super::serve::GRACE;

/// The signals, caught: none of them ends the process by itself any more.
#[cfg(unix)]
pub(super) struct Signals(signal_hook::iterator::Signals);

#[cfg(unix)]
impl Signals {
    /// SIGTERM and SIGINT; and SIGHUP, if there is something to read again.
    pub(super) fn catch(hangup: bool) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

        let signals = [SIGTERM, SIGINT].into_iter().chain(hangup.then_some(SIGHUP));
        Ok(Self(signal_hook::iterator::Signals::new(signals)?))
    }

    /// Acts on them, those that have come already included.
    pub(super) fn obey(mut self, mut orders: Orders) -> io::Result<()> {
        use signal_hook::consts::{SIGHUP, SIGINT};

        let wait = move || {
            for signal in self.0.forever() {
                match signal {
                    SIGHUP => orders.read_again(),
                    SIGINT => orders.stop("SIGINT"),
                    _ => orders.stop("SIGTERM"),
                }
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(wait)?;
        Ok(())
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn catch(_: bool) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn obey(self, mut orders: Orders) -> io::Result<()> {
        ctrlc::set_handler(move || orders.stop("Ctrl-C")).map_err(io::Error::other)
    }
}

/// What a signal leads to.
pub(super) struct Orders {
    drain: Drain,
    certificate: Option<Certificate>,
    stopping: bool,
}

impl Orders {
    pub(super) fn new(drain: Drain, certificate: Option<Certificate>) -> Self {
        Self { drain, certificate, stopping: false }
    }

    fn stop(&mut self, signal: &str) {
        if self.stopping {
            warn!("{signal} again: stopping at once");
            self.drain.cut();
        } else {
            info!("{signal}: finishing what is in progress, {} s at most", GRACE.as_secs());
            self.stopping = true;
            self.drain.begin();
        }
    }

    #[cfg_attr(not(unix), allow(dead_code, reason = "there is no signal for it"))]
    fn read_again(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.read_again();
        }
    }
}
