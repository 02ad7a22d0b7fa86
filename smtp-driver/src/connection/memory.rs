//! Memory that is lent to connections while they work.
//!
//! Most connections of a server wait, and those hold none. A thread works for one connection at a time, so
//! one piece goes round among all of its own.

use std::cell::RefCell;

use bytes::BytesMut;
use smtp_proto::Machine;

/// How much can be read at once, in octets.
const PIECE: usize = 16 << 10;

/// How many pieces a thread keeps that come back at the same time, from connections whose applications were
/// busy.
const KEEP: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}

/// Gives a machine something to read into, unless it has that.
pub(super) fn lend<M: Machine>(machine: &mut M) {
    let inbox = machine.inbox();
    if inbox.capacity() == 0 {
        // Of a thread that ends there is nothing to be had.
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
        inbox.lend(spare.unwrap_or_else(|| BytesMut::zeroed(PIECE)));
    }
}

/// Takes back from a machine that waits what it does not need meanwhile.
pub(super) fn take_back<M: Machine>(machine: &mut M) {
    machine.outbox().release();
    if let Some(memory) = machine.inbox().give_back() {
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < KEEP {
                spare.push(memory);
            }
        });
    }
}
