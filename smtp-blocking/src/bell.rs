//! How a thread that waits is woken by another.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

/// A descriptor that can be read from once somebody has rung.
///
/// Without descriptors to be had it only remembers that it was rung, and somebody has to look.
#[derive(Debug)]
pub(crate) struct Bell {
    ends: Option<Ends>,
    rung: AtomicBool,
}

#[derive(Debug)]
struct Ends {
    pull: OwnedFd,
    /// The same on Linux, where one descriptor does for both.
    #[cfg(not(target_os = "linux"))]
    push: OwnedFd,
}

impl Ends {
    #[cfg(target_os = "linux")]
    fn new() -> io::Result<Self> {
        use rustix::event::{EventfdFlags, eventfd};

        let pull = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { pull })
    }

    #[cfg(not(target_os = "linux"))]
    fn new() -> io::Result<Self> {
        let (pull, push) = io::pipe()?;
        Ok(Self { pull: pull.into(), push: push.into() })
    }

    fn push(&self) -> &OwnedFd {
        #[cfg(target_os = "linux")]
        return &self.pull;
        #[cfg(not(target_os = "linux"))]
        return &self.push;
    }
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self { ends: Ends::new().ok(), rung: AtomicBool::new(false) }
    }

    pub(crate) fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.ends.as_ref().map(|ends| ends.pull.as_fd())
    }

    /// Once for any number of rings, so there is never more in it than fits.
    fn ring(&self) {
        if !self.rung.swap(true, Ordering::SeqCst)
            && let Some(ends) = &self.ends
        {
            let _ = rustix::io::write(ends.push(), &1_u64.to_ne_bytes());
        }
    }

    /// What rings from here on is heard anew. Only for a bell that can be read from: who rings sets
    /// the mark first, and may not have come to writing yet.
    pub(crate) fn silence(&self) {
        if let Some(ends) = &self.ends {
            let _ = rustix::io::read(&ends.pull, &mut [0; 8]);
        }
        self.rung.swap(false, Ordering::SeqCst);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}
