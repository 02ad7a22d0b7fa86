//! How many connections there are, whatever they are doing.

use tokio::sync::watch;

/// How many connections there are: being opened, free, in use, taking leave.
#[derive(Debug, Default)]
pub(super) struct Census(watch::Sender<usize>);

impl Census {
    /// One more, for as long as what is returned exists.
    pub(super) fn enter(&self) -> Presence {
        Presence::new(self.0.clone())
    }

    /// Waits until there are none.
    pub(super) async fn nobody(&self) {
        // An error would mean that nobody can enter any more.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// One connection that is counted. A clone is one more.
#[derive(Debug)]
pub(super) struct Presence(watch::Sender<usize>);

impl Presence {
    fn new(census: watch::Sender<usize>) -> Self {
        census.send_modify(|count| *count = count.saturating_add(1));
        Self(census)
    }
}

impl Clone for Presence {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
