use alloc::{vec, vec::Vec};

use bytes::{Buf, BufMut, Bytes};
use proptest::{collection, prelude::*};

use super::{KEEP, Outbox, SHARE_FROM};

fn joined(outbox: &Outbox) -> Vec<u8> {
    outbox.slices().flatten().copied().collect()
}

#[test]
fn small_things_are_gathered_and_large_ones_shared() {
    let mut outbox = Outbox::new();
    outbox.line_buffer().put_slice(b"MAIL FROM:<>\r\n");
    outbox.line_buffer().put_slice(b"DATA\r\n");
    outbox.share(Bytes::from_static(b"small"));
    let large = Bytes::from(vec![b'x'; SHARE_FROM]);
    outbox.share(large.clone());
    outbox.line_buffer().put_slice(b".\r\n");
    let slices: Vec<&[u8]> = outbox.slices().collect();
    assert_eq!(slices.len(), 3);
    assert_eq!(slices[0], b"MAIL FROM:<>\r\nDATA\r\nsmall");
    assert_eq!(slices[1].as_ptr(), large.as_ptr(), "shared, not copied");
    assert_eq!(slices[2], b".\r\n");
    assert_eq!(outbox.chunk(), b"MAIL FROM:<>\r\nDATA\r\nsmall");
}

#[test]
fn a_closed_one_forgets_and_stays_empty() {
    let mut outbox = Outbox::new();
    outbox.line_buffer().put_slice(b"250 OK\r\n");
    outbox.advance(3);
    outbox.close();
    assert!(outbox.is_closed());
    assert!(outbox.is_empty());
    outbox.line_buffer().put_slice(b"221 Bye\r\n");
    outbox.share(Bytes::from(vec![b'x'; 5000]));
    assert!(outbox.is_empty());
    assert_eq!(outbox.chunk(), b"");
    assert_eq!(outbox.slices().count(), 0);
    outbox.advance(7);
    assert_eq!(outbox.written(), 3);
}

#[test]
fn memory_is_given_back_when_drained() {
    let mut outbox = Outbox::new();
    for _ in 0..1000 {
        outbox.line_buffer().put_slice(b"250 2.1.5 Recipient ok\r\n");
        outbox.share(Bytes::from(vec![b'x'; SHARE_FROM]));
    }
    outbox.line_buffer().put_bytes(b'x', 10 * KEEP);
    outbox.advance(usize::MAX);
    assert!(outbox.is_empty());
    assert!(outbox.tail.capacity() <= KEEP);
    assert!(outbox.queue.capacity() < 32);
}

#[test]
fn a_small_tail_is_used_again() {
    let mut outbox = Outbox::new();
    outbox.line_buffer().put_slice(b"250 OK\r\n");
    let first = outbox.chunk().as_ptr();
    for _ in 0..1000 {
        outbox.advance(8);
        assert!(outbox.is_empty());
        outbox.line_buffer().put_slice(b"250 OK\r\n");
        assert!(outbox.tail.capacity() <= KEEP);
    }
    let storage = first as usize..first as usize + super::TAIL;
    assert!(storage.contains(&(outbox.chunk().as_ptr() as usize)));
}

#[test]
fn debug_does_not_show_content() {
    let mut outbox = Outbox::new();
    outbox.line_buffer().put_slice(b"secret");
    assert!(!alloc::format!("{outbox:?}").contains("secret"));
}

#[derive(Clone, Debug)]
enum Op {
    Line(usize),
    Share(usize),
    Advance(usize),
}

proptest! {
    /// Against a plain vector.
    #[test]
    fn keeps_the_order(ops in collection::vec(
        prop_oneof![
            (0..700_usize).prop_map(Op::Line),
            (0..2 * SHARE_FROM).prop_map(Op::Share),
            (0..3000_usize).prop_map(Op::Advance),
        ],
        1..60,
    )) {
        let mut outbox = Outbox::new();
        let mut model: Vec<u8> = Vec::new();
        let mut written = 0;
        for (mark, op) in (0_u8..).zip(ops) {
            match op {
                Op::Line(n) => {
                    outbox.line_buffer().put_bytes(mark, n);
                    model.extend(vec![mark; n]);
                }
                Op::Share(n) => {
                    outbox.share(Bytes::from(vec![mark; n]));
                    model.extend(vec![mark; n]);
                }
                Op::Advance(n) => {
                    outbox.advance(n);
                    written += model.drain(..n.min(model.len())).count();
                }
            }
            prop_assert_eq!(joined(&outbox), &model[..]);
            prop_assert_eq!(outbox.len(), model.len());
            prop_assert_eq!(outbox.remaining(), model.len());
            prop_assert_eq!(outbox.has_remaining(), !outbox.chunk().is_empty());
            prop_assert!(outbox.slices().all(|slice| !slice.is_empty()));
            prop_assert_eq!(outbox.written(), written as u64);
        }
    }
}
