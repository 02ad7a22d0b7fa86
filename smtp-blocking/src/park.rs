//! Where a thread waits.
//!
//! The sockets of this crate don't block. What can't go on says here for what it waits, and
//! [`block_on`] waits for all of it at once: for octets, for the time, or for a waker. So a thread
//! keeps absolute deadlines, reads while it writes, and can be told from outside to stop.

use std::cell::RefCell;
use std::future::Future;
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::bell::Bell;

/// How long a thread without a bell sleeps before it looks whether it was woken.
const NAP: Duration = Duration::from_millis(50);

/// Something that octets come from and go to. To wait for it does not keep it open: what waited may
/// be gone by the time its thread does.
pub(crate) type Descriptor = Weak<dyn AsFd + Send + Sync>;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Read,
    Write,
}

/// What a future that is being polled waits for.
#[derive(Default)]
struct Wishes {
    sockets: Vec<(Descriptor, Interest)>,
    alarm: Option<Instant>,
    /// Of parts of the future that have wakers of their own, and are polled only when woken.
    wakers: Vec<Waker>,
    /// Somebody rang while another future waited inside of this one, and may have meant this one.
    woken: bool,
}

thread_local! {
    /// One for each [`block_on`] that is running on this thread, the innermost last.
    static WISHES: RefCell<Vec<Wishes>> = const { RefCell::new(Vec::new()) };

    static BELL: Arc<Bell> = Arc::new(Bell::new());
}

/// The current part of the current future waits for this.
pub(crate) fn wait_for(socket: Descriptor, interest: Interest) {
    with_wishes(|wishes| wishes.sockets.push((socket, interest)));
}

/// The current part of the current future waits until then.
pub(crate) fn wait_until(time: Instant) {
    with_wishes(|wishes| {
        wishes.alarm = Some(wishes.alarm.map_or(time, |alarm| alarm.min(time)));
    });
}

/// The part of the future that waits is this one's.
pub(crate) fn wake(waker: &Waker) {
    with_wishes(|wishes| wishes.wakers.push(waker.clone()));
}

fn with_wishes(say: impl FnOnce(&mut Wishes)) {
    WISHES.with_borrow_mut(|wishes| {
        debug_assert!(!wishes.is_empty(), "this belongs into `smtp_blocking::block_on`");
        if let Some(wishes) = wishes.last_mut() {
            say(wishes);
        }
    });
}

/// Runs a future to its end on this thread, which waits when the future does.
///
/// Everything of this crate that is a future, or a stream to be polled, works inside only. A future
/// may wait for others, too: its waker works from any thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = BELL.with(Arc::clone);
    let waker = Waker::from(Arc::clone(&bell));
    let mut cx = Context::from_waker(&waker);
    let _scope = Scope::enter();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        let wishes = WISHES.with_borrow_mut(|wishes| wishes.last_mut().map(std::mem::take));
        let wishes = wishes.unwrap_or_default();
        if !wishes.woken && wait(&bell, &wishes) {
            WISHES.with_borrow_mut(|wishes| {
                wishes.iter_mut().rev().skip(1).for_each(|outer| outer.woken = true);
            });
        }
        // One of them was meant. To be woken for nothing does no harm.
        wishes.wakers.into_iter().filter(|part| !part.will_wake(&waker)).for_each(Waker::wake);
    }
}

/// Waits for the first of the wishes, or the bell. May return too early. Tells whether it was the
/// bell.
fn wait(bell: &Bell, wishes: &Wishes) -> bool {
    let sockets: Vec<_> = wishes
        .sockets
        .iter()
        .filter_map(|(socket, interest)| Some((socket.upgrade()?, *interest)))
        .collect();
    let descriptors = sockets.iter().map(|(socket, interest)| {
        let flags = match interest {
            Interest::Read => PollFlags::IN,
            Interest::Write => PollFlags::OUT,
        };
        PollFd::from_borrowed_fd(socket.as_fd(), flags)
    });
    let bell_pull = bell.as_fd().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
    let nap = bell_pull.is_none().then_some(NAP);
    let mut descriptors: Vec<_> = descriptors.chain(bell_pull).collect();

    let left = wishes.alarm.map(|alarm| alarm.saturating_duration_since(Instant::now()));
    let left = left.into_iter().chain(nap).min();
    // A time too long to be told is one that never comes.
    let timeout = left.and_then(|left| Timespec::try_from(left).ok());
    // Whatever goes wrong here (a signal, no memory): the sockets are tried once more, and say it.
    let _ = poll(&mut descriptors, timeout.as_ref());
    let rung = descriptors.last().is_some_and(|last| !last.revents().is_empty());
    if rung && bell.as_fd().is_some() {
        bell.silence();
        return true;
    }
    // Without a descriptor there is no telling.
    bell.as_fd().is_none()
}

/// The running of one `block_on`.
struct Scope;

impl Scope {
    fn enter() -> Self {
        WISHES.with_borrow_mut(|wishes| wishes.push(Wishes::default()));
        Self
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        // Dropped outside of the borrow: a socket that closes may run anything.
        let wishes = WISHES.with_borrow_mut(Vec::pop);
        drop(wishes);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::task::{Poll, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{Interest, block_on, wait_until};
    use crate::Socket;

    #[test]
    fn a_waker_works_from_another_thread() {
        let state: Arc<(AtomicBool, Mutex<Option<Waker>>)> = Arc::default();
        let theirs = Arc::clone(&state);
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            theirs.0.store(true, Ordering::SeqCst);
            if let Some(waker) = theirs.1.lock().unwrap().take() {
                waker.wake();
            }
        });
        block_on(poll_fn(|cx| {
            *state.1.lock().unwrap() = Some(cx.waker().clone());
            if state.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        }));
        other.join().unwrap();
    }

    #[test]
    fn an_alarm_goes_off_in_time_and_the_thread_sleeps_till_then() {
        let until = Instant::now() + Duration::from_millis(30);
        let mut polls = 0;
        block_on(poll_fn(|_| {
            polls += 1;
            if Instant::now() >= until {
                return Poll::Ready(());
            }
            wait_until(until);
            Poll::Pending
        }));
        assert!(polls <= 4, "{polls}");
    }

    #[test]
    fn who_has_waited_for_a_socket_does_not_keep_it_open() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let until = Instant::now() + Duration::from_millis(200);
        let mut socket = Some(Socket::new(socket));
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            TcpListener::bind(address).is_ok()
        });
        block_on(poll_fn(|cx| {
            if let Some(socket) = socket.take() {
                socket.wait(cx, Interest::Read);
            }
            if Instant::now() >= until {
                return Poll::Ready(());
            }
            wait_until(until);
            Poll::Pending
        }));
        assert!(other.join().unwrap(), "the socket was closed while its thread waited");
    }

    #[test]
    fn one_inside_another_does_not_disturb_it() {
        let until = Instant::now() + Duration::from_millis(10);
        let inner = || {
            block_on(poll_fn(|cx| {
                cx.waker().wake_by_ref();
                if Instant::now() >= until { Poll::Ready(1) } else { Poll::Pending }
            }))
        };
        let later = until + Duration::from_millis(10);
        let sum = block_on(poll_fn(|_| {
            wait_until(later);
            let one = inner();
            if Instant::now() >= later { Poll::Ready(one + 1) } else { Poll::Pending }
        }));
        assert_eq!(sum, 2);
    }

    /// What rang for the outer one while the inner one waited is not lost on it.
    #[test]
    fn one_inside_another_leaves_it_its_waker() {
        let (rung, waker) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let (done, slot) = (Arc::clone(&rung), Arc::clone(&waker));
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            done.store(true, Ordering::SeqCst);
            let waker: Option<Waker> = slot.lock().unwrap().take();
            waker.unwrap().wake();
        });
        let mut polls = 0;
        block_on(poll_fn(|cx| {
            polls += 1;
            if rung.load(Ordering::SeqCst) {
                return Poll::Ready(());
            }
            *waker.lock().unwrap() = Some(cx.waker().clone());
            let until = Instant::now() + Duration::from_millis(60);
            block_on(poll_fn(|_| {
                wait_until(until);
                if Instant::now() >= until { Poll::Ready(()) } else { Poll::Pending }
            }));
            Poll::Pending
        }));
        assert_eq!(polls, 2);
        other.join().unwrap();
    }
}
