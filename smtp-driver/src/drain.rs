//! How many connections are told at once to come to an end.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The signal that server connections are to end: first in good order, then at once.
///
/// Each connection that [watches](crate::Connection::watch) it says 421 as soon as no transaction
/// is open, and ends. A transaction in progress is finished first, until [`cut`](Self::cut).
///
/// Needs no runtime, and can be given from any thread: from that which waits for signals of the
/// system, for instance.
#[derive(Debug)]
pub struct Drain(Arc<Shared>);

/// Where a connection sees that a [`Drain`] has begun. Clones watch the same one.
///
/// A future, too: ready once it has begun.
#[derive(Debug)]
pub struct DrainWatch {
    shared: Arc<Shared>,
    /// Under which name this watch waits, and whom it wakes.
    waiting: Option<(u64, Waker)>,
}

#[derive(Debug, Default)]
struct Shared {
    level: AtomicU8,
    wakers: Mutex<Wakers>,
}

/// Levels of a signal.
const BEGUN: u8 = 1;
const CUT: u8 = 2;

#[derive(Debug, Default)]
struct Wakers {
    next: u64,
    by_name: HashMap<u64, Waker>,
}

impl Drain {
    /// A signal that has not been given, and a watch for it.
    #[must_use]
    pub fn new() -> (Self, DrainWatch) {
        let drain = Self(Arc::default());
        let watch = drain.watch();
        (drain, watch)
    }

    /// Another watch.
    #[must_use]
    pub fn watch(&self) -> DrainWatch {
        DrainWatch { shared: Arc::clone(&self.0), waiting: None }
    }

    /// Gives the signal to end in good order. It can't be taken back.
    pub fn begin(&self) {
        self.raise(BEGUN);
    }

    /// Gives the signal to end at once, finished or not.
    pub fn cut(&self) {
        self.raise(CUT);
    }

    fn raise(&self, level: u8) {
        self.0.level.fetch_max(level, Ordering::SeqCst);
        // Woken outside the lock: a waker may run anything. They stay, for the next level.
        let wakers: Vec<Waker> = self.0.wakers().by_name.values().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl DrainWatch {
    /// Whether the connections are to end.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.is_at(BEGUN)
    }

    /// Whether the connections are to end at once.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_at(CUT)
    }

    fn is_at(&self, level: u8) -> bool {
        self.shared.level.load(Ordering::SeqCst) >= level
    }

    /// Ready once the connections are to end.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_level(cx, BEGUN)
    }

    /// Ready once the connections are to end at once.
    pub fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_level(cx, CUT)
    }

    fn poll_level(&mut self, cx: &mut Context<'_>, level: u8) -> Poll<()> {
        if self.is_at(level) {
            return Poll::Ready(());
        }
        // The lock is shared by all connections, so it is taken only when the task is another.
        let same = self.waiting.as_ref().is_some_and(|(_, waker)| waker.will_wake(cx.waker()));
        if !same {
            let waker = cx.waker().clone();
            let mut wakers = self.shared.wakers();
            let name = if let Some((name, _)) = self.waiting {
                name
            } else {
                wakers.next += 1;
                wakers.next
            };
            // Dropped outside the lock, like any waker: it may own anything.
            let old = wakers.by_name.insert(name, waker.clone());
            drop(wakers);
            drop(old);
            self.waiting = Some((name, waker));
        }
        // It may have been given before the waker was in place.
        if self.is_at(level) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Future for DrainWatch {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Self::poll(&mut self, cx)
    }
}

impl Clone for DrainWatch {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), waiting: None }
    }
}

impl Drop for DrainWatch {
    fn drop(&mut self) {
        if let Some((name, _)) = self.waiting {
            let mut wakers = self.shared.wakers();
            let waker = wakers.by_name.remove(&name);
            drop(wakers);
            drop(waker);
        }
    }
}

impl Shared {
    fn wakers(&self) -> MutexGuard<'_, Wakers> {
        // What is behind the lock is consistent at any point.
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::Drain;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn wakes_every_watch_once() {
        let (drain, mut first) = Drain::new();
        let mut second = first.clone();
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        for watch in [&mut first, &mut second] {
            assert!(watch.poll(&mut cx).is_pending());
            assert!(watch.poll(&mut cx).is_pending());
        }
        drain.begin();
        assert_eq!(count.0.load(Ordering::SeqCst), 2);
        for watch in [&mut first, &mut second, &mut drain.watch()] {
            assert!(watch.poll(&mut cx).is_ready());
        }
        assert!(first.poll_cut(&mut cx).is_pending());
        drain.cut();
        assert_eq!(count.0.load(Ordering::SeqCst), 4);
        assert!(first.poll_cut(&mut cx).is_ready());
        drain.begin();
        assert!(second.is_cut());
    }

    #[test]
    fn a_watch_follows_its_task_and_leaves_nothing_behind() {
        let (drain, mut watch) = Drain::new();
        let counts = [Arc::new(Count::default()), Arc::new(Count::default())];
        for count in &counts {
            let waker = Waker::from(Arc::clone(count));
            assert!(watch.poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(drain.0.wakers().by_name.len(), 1);
        drain.begin();
        assert_eq!(counts.map(|count| count.0.load(Ordering::SeqCst)), [0, 1]);

        let (drain, mut watch) = Drain::new();
        assert!(watch.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(watch);
        assert!(drain.0.wakers().by_name.is_empty());
    }
}
