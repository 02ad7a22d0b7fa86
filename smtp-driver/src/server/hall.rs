//! Who is in: how many connections are open, and from where.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What came of a listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Connections that were attended to, up to a handshake or PROXY header that failed.
    pub accepted: u64,
    /// Connections sent away because too many others were there, from anywhere or from the same
    /// address.
    pub refused: u64,
    /// Connections without a PROXY header that is taken, where there has to be one.
    pub headers_failed: u64,
    /// Connections that did not come through the handshake of implicit TLS.
    pub handshakes_failed: u64,
    /// Handlers that panicked.
    pub panicked: u64,
    /// Connections that were not over when the time for the end was.
    pub aborted: u64,
    /// Connections that could not be accepted.
    pub accept_errors: u64,
}

/// Who is in. Clones are of the same hall.
#[derive(Clone, Debug)]
pub(super) struct Hall(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Limits,
    state: Mutex<State>,
}

/// How many may be in at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) total: usize,
    pub(super) per_address: Option<usize>,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    by_address: HashMap<IpAddr, usize>,
    statistics: Statistics,
    /// Who waits for everybody to be gone.
    waiting: Option<Waker>,
}

impl Hall {
    pub(super) fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner { limits, state: Mutex::default() }))
    }

    /// Lets one more in, if there is room.
    pub(super) fn enter(&self) -> Option<Ticket> {
        let mut state = self.state();
        if state.open >= self.0.limits.total {
            state.statistics.refused += 1;
            return None;
        }
        state.open += 1;
        Some(Ticket { hall: self.clone(), address: None })
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut Statistics)) {
        count(&mut self.state().statistics);
    }

    pub(super) fn open(&self) -> usize {
        self.state().open
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.state().statistics
    }

    /// Ready when nobody is in. Only the last to ask is told.
    pub(super) fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.open == 0 {
            return Poll::Ready(());
        }
        state.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is behind the lock is consistent at any point.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to be in, until dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    hall: Hall,
    address: Option<IpAddr>,
}

impl Ticket {
    /// Tells where it is from, once. `false`: too many from there are in already.
    pub(super) fn claim(&mut self, address: IpAddr) -> bool {
        let Some(limit) = self.hall.0.limits.per_address else { return true };
        let address = neighbourhood(address);
        let mut state = self.hall.state();
        let count = state.by_address.entry(address).or_default();
        if *count >= limit {
            // An entry that was just made stays only if it counts something.
            if limit == 0 {
                state.by_address.remove(&address);
            }
            state.statistics.refused += 1;
            return false;
        }
        *count += 1;
        drop(state);
        self.address = Some(address);
        true
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.hall.state();
        state.open -= 1;
        if let Some(address) = self.address
            && let Entry::Occupied(mut entry) = state.by_address.entry(address)
        {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
        let waiting = if state.open == 0 { state.waiting.take() } else { None };
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

/// Whoever has one IPv6 address has all that share its first 64 bits (RFC 4291 section 2.5.1), and
/// an IPv4 address may come mapped into IPv6.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hall, Limits};

    #[test]
    fn counts_in_and_out() {
        let hall = Hall::new(Limits { total: 3, per_address: Some(2) });
        let from = |address: &str| {
            let mut ticket = hall.enter()?;
            ticket.claim(address.parse().unwrap()).then_some(ticket)
        };
        let first = from("192.0.2.1");
        let second = from("::ffff:192.0.2.1");
        assert!(first.is_some() && second.is_some());
        assert!(from("192.0.2.1").is_none(), "two of this address are in");
        assert_eq!(hall.open(), 2);
        let third = from("192.0.2.2");
        assert!(third.is_some());
        assert!(from("192.0.2.3").is_none(), "three are in");
        assert_eq!(hall.statistics().refused, 2);
        drop(first);
        assert!(from("192.0.2.1").is_some());
        drop((second, third));
        assert_eq!(hall.open(), 0);
        assert!(hall.state().by_address.is_empty());
    }

    #[test]
    fn neighbours_in_ipv6_are_one() {
        let hall = Hall::new(Limits { total: 9, per_address: Some(1) });
        let mut claims = Vec::new();
        let mut claim = |address: &str| {
            let mut ticket = hall.enter().unwrap();
            let claimed = ticket.claim(address.parse().unwrap());
            claims.push(ticket);
            claimed
        };
        assert!(claim("2001:db8::1"));
        assert!(!claim("2001:db8::ffff"));
        assert!(claim("2001:db8:0:1::1"));
    }
}
