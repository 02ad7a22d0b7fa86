use alloc::{vec, vec::Vec};

use bytes::BytesMut;
use proptest::{collection, prelude::*};

use super::{FIRST_READ, Inbox, LARGEST_READ, Line};

/// Puts in as much of `data` as one read takes.
fn read(inbox: &mut Inbox, data: &[u8]) -> usize {
    let space = inbox.space();
    let n = space.len().min(data.len());
    space[..n].copy_from_slice(&data[..n]);
    inbox.commit(n);
    n
}

fn read_all(inbox: &mut Inbox, mut data: &[u8]) {
    while !data.is_empty() {
        let n = read(inbox, data);
        assert!(n > 0, "full");
        data = &data[n..];
    }
}

/// What `line` has to say, without memory and without haste.
fn naive(filled: &[u8], max: usize) -> Option<Line> {
    for (at, octet) in filled.iter().enumerate() {
        if at >= max {
            return Some(Line::TooLong);
        }
        if *octet == b'\n' {
            return Some(if at > 0 && filled[at - 1] == b'\r' {
                Line::Whole(at - 1)
            } else {
                Line::BareLf(at)
            });
        }
    }
    (filled.len() >= max).then_some(Line::TooLong)
}

#[test]
fn lines() {
    let cases: [(&[u8], Option<Line>); 10] = [
        (b"", None),
        (b"NOOP", None),
        (b"NOOP\r", None),
        (b"NOOP\r\n", Some(Line::Whole(4))),
        (b"NOOP\r\nQUIT\r\n", Some(Line::Whole(4))),
        (b"\r\n", Some(Line::Whole(0))),
        (b"\n", Some(Line::BareLf(0))),
        (b"NOOP\n", Some(Line::BareLf(4))),
        (b"12345678\r\n", Some(Line::Whole(8))),
        (b"123456789\r", Some(Line::TooLong)),
    ];
    for (input, expected) in cases {
        let mut inbox = Inbox::new(100);
        read_all(&mut inbox, input);
        assert_eq!(inbox.line(10), expected, "{input:?}");
        assert_eq!(inbox.line(10), expected, "asked twice: {input:?}");
        assert_eq!(naive(input, 10), expected, "oracle: {input:?}");
    }
}

#[test]
fn a_line_longer_than_the_inbox_is_too_long() {
    let mut inbox = Inbox::new(8);
    read_all(&mut inbox, b"12345678");
    assert_eq!(inbox.space().len(), 0);
    assert_eq!(inbox.line(1000), Some(Line::TooLong));
}

#[test]
fn reads_grow_while_they_come_back_full() {
    let mut inbox = Inbox::new(1 << 20);
    let mut sizes = vec![];
    for _ in 0..7 {
        let size = inbox.space().len();
        inbox.commit(size);
        inbox.consume(size);
        sizes.push(size);
    }
    assert_eq!(sizes[0], FIRST_READ);
    assert!(sizes.is_sorted());
    assert_eq!(*sizes.last().unwrap(), LARGEST_READ);
    // A small exchange, and it is small again.
    read_all(&mut inbox, b"QUIT\r\n");
    inbox.consume(6);
    assert_eq!(inbox.space().len(), FIRST_READ);
    assert!(inbox.capacity() <= FIRST_READ);
}

#[test]
fn a_new_inbox_holds_no_memory_and_a_small_exchange_little() {
    let mut inbox = Inbox::new(1 << 20);
    assert_eq!(inbox.capacity(), 0);
    for _ in 0..1000 {
        read_all(&mut inbox, b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n");
        inbox.consume(27);
        inbox.consume(25);
        assert!(inbox.capacity() <= FIRST_READ);
    }
}

#[test]
fn storage_is_used_again_once_what_was_taken_is_dropped() {
    let mut inbox = Inbox::new(1 << 20);
    while inbox.space().len() < LARGEST_READ {
        let size = inbox.space().len();
        inbox.commit(size);
        inbox.consume(size);
    }
    let size = inbox.space().len();
    let first = inbox.space().as_ptr();
    inbox.commit(size);
    let piece = inbox.take(size);
    assert_eq!(piece.as_ptr(), first, "shared, not copied");
    drop(piece);
    assert_eq!(inbox.space().as_ptr(), first);
    inbox.commit(size);
    let kept = inbox.take(size);
    assert_ne!(inbox.space().as_ptr(), first, "somebody has it");
    assert_eq!(inbox.capacity(), LARGEST_READ);
    drop(kept);
}

#[test]
fn a_small_rest_does_not_keep_a_large_piece_alive() {
    let mut inbox = Inbox::new(1 << 20);
    read_all(&mut inbox, &vec![b'x'; 100_000]);
    let piece = inbox.take(99_990);
    assert_eq!(piece.len(), 99_990);
    assert_eq!(inbox.filled(), b"xxxxxxxxxx");
    assert!(inbox.capacity() <= FIRST_READ);
}

#[test]
fn a_small_piece_does_not_keep_a_large_read_alive() {
    let mut inbox = Inbox::new(1 << 20);
    read_all(&mut inbox, &vec![b'x'; 50_000]);
    assert!(inbox.take(10).capacity() < 100);
    assert_eq!(inbox.len(), 49_990);
}

#[test]
fn more_than_was_offered_is_clamped() {
    let mut inbox = Inbox::new(10);
    inbox.commit(5);
    assert_eq!(inbox.len(), 0, "nothing was offered");
    let _ = inbox.space();
    inbox.commit(11);
    assert_eq!(inbox.len(), 10);
    inbox.consume(11);
    assert!(inbox.is_empty());
    assert!(inbox.take(1).is_empty());
}

#[test]
fn debug_does_not_show_content() {
    let mut inbox = Inbox::new(100);
    read_all(&mut inbox, b"secret");
    assert!(!alloc::format!("{inbox:?}").contains("secret"));
}

#[derive(Clone, Debug)]
enum Op {
    Read(Vec<u8>),
    Line(usize),
    Consume(usize),
    Take { n: usize, keep: bool },
    Overwrite,
}

fn op() -> impl Strategy<Value = Op> {
    let octet = prop_oneof![8 => Just(b'a'), 1 => Just(b'\r'), 1 => Just(b'\n'), 1 => any::<u8>()];
    prop_oneof![
        4 => collection::vec(octet, 0..40).prop_map(Op::Read),
        2 => (0..20_000_usize).prop_map(|n| Op::Read(vec![b'b'; n])),
        4 => (0..2000_usize).prop_map(Op::Line),
        2 => (0..100_usize).prop_map(Op::Consume),
        1 => (0..30_000_usize).prop_map(Op::Consume),
        2 => (0..100_usize, any::<bool>()).prop_map(|(n, keep)| Op::Take { n, keep }),
        2 => (0..30_000_usize, any::<bool>()).prop_map(|(n, keep)| Op::Take { n, keep }),
        1 => Just(Op::Overwrite),
    ]
}

proptest! {
    /// Against a plain vector.
    #[test]
    fn holds_what_was_read(
        limit in prop_oneof![1..3000_usize, Just(1 << 16)],
        ops in collection::vec(op(), 1..60),
    ) {
        let mut inbox = Inbox::new(limit);
        let mut model = Vec::new();
        let mut kept: Vec<(BytesMut, Vec<u8>)> = Vec::new();
        for op in ops {
            match op {
                Op::Read(data) => {
                    let n = read(&mut inbox, &data);
                    model.extend_from_slice(&data[..n]);
                }
                Op::Line(max) => prop_assert_eq!(inbox.line(max), naive(&model, max.min(limit))),
                Op::Consume(n) => {
                    inbox.consume(n);
                    model.drain(..n.min(model.len()));
                }
                Op::Take { n, keep } => {
                    let piece = inbox.take(n);
                    let expected: Vec<u8> = model.drain(..n.min(model.len())).collect();
                    prop_assert_eq!(&piece[..], &expected[..]);
                    if keep {
                        kept.push((piece, expected));
                    }
                }
                Op::Overwrite => {
                    inbox.filled_mut().reverse();
                    model.reverse();
                }
            }
            prop_assert_eq!(inbox.filled(), &model[..]);
            prop_assert_eq!(inbox.len(), model.len());
            prop_assert!(inbox.len() <= limit);
            prop_assert_eq!(inbox.space().is_empty(), inbox.len() == limit);
            prop_assert!(inbox.space().len() <= limit - inbox.len());
            prop_assert!(inbox.capacity() <= limit.max(FIRST_READ) + LARGEST_READ);
        }
        for (piece, expected) in kept {
            prop_assert_eq!(&piece[..], &expected[..]);
        }
    }

    /// Cutting the input differently does not change what the lines are.
    #[test]
    fn lines_do_not_depend_on_cuts(
        input in "[ab\r\n]{0,60}|(a{0,9}\r\n){0,8}",
        cuts in collection::vec(1..9_usize, 1..60),
        max in 1..12_usize,
    ) {
        let mut expected = Vec::new();
        let mut rest = input.as_bytes();
        while let Some(line) = naive(rest, max) {
            expected.push(line);
            match line {
                Line::Whole(n) => rest = &rest[n + 2..],
                Line::BareLf(at) => rest = &rest[at + 1..],
                Line::TooLong => break,
            }
        }
        let mut inbox = Inbox::new(64);
        let mut lines = Vec::new();
        let mut cuts = cuts.into_iter().cycle();
        let mut rest = input.as_bytes();
        'input: while !rest.is_empty() {
            let (piece, behind) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            rest = behind;
            read_all(&mut inbox, piece);
            while let Some(line) = inbox.line(max) {
                lines.push(line);
                match line {
                    Line::Whole(n) => inbox.consume(n + 2),
                    Line::BareLf(at) => inbox.consume(at + 1),
                    Line::TooLong => break 'input,
                }
            }
        }
        prop_assert_eq!(lines, expected);
    }
}

#[test]
fn what_is_lent_is_read_into_and_comes_back() {
    let mut inbox = Inbox::new(1 << 20);
    let memory = bytes::BytesMut::zeroed(4000);
    let address = memory.as_ptr();
    inbox.lend(memory);
    assert_eq!((inbox.space().len(), inbox.space().as_ptr()), (4000, address));
    read_all(&mut inbox, b"MAIL FROM:<>\r\n");
    inbox.consume(14);
    assert_eq!(inbox.space().as_ptr(), address, "it stays while it is used");
    read_all(&mut inbox, &[b'x'; 1999]);
    let small = inbox.take(1999);
    assert_ne!(small.as_ptr(), address, "a piece is copied: the memory is wanted back");
    let memory = inbox.give_back().expect("what was lent");
    assert_eq!((memory.as_ptr(), memory.len(), inbox.capacity()), (address, 4000, 0));
    assert!(inbox.give_back().is_none(), "it was given back");

    inbox.lend(memory);
    read_all(&mut inbox, &[b'x'; 3999]);
    let large = inbox.take(3999);
    assert_eq!(large.as_ptr(), address, "shared, not copied");
    assert!(inbox.give_back().is_none(), "somebody has it");
    assert_eq!(inbox.capacity(), 0);
}

#[test]
fn a_line_that_is_not_whole_does_not_keep_what_was_lent() {
    let mut inbox = Inbox::new(1 << 20);
    inbox.lend(bytes::BytesMut::zeroed(4000));
    read_all(&mut inbox, b"NOOP\r\nMAIL FR");
    inbox.consume(6);
    assert_eq!(inbox.line(100), None);
    assert_eq!(inbox.give_back().map(|memory| memory.len()), Some(4000));
    assert_eq!(inbox.filled(), b"MAIL FR");
    assert!(inbox.capacity() <= FIRST_READ);
    inbox.lend(bytes::BytesMut::zeroed(4000));
    assert_eq!(inbox.filled(), b"MAIL FR", "it has memory of its own");
    assert!(inbox.give_back().is_none());
    read_all(&mut inbox, b"OM:<>\r\n");
    assert_eq!(inbox.line(100), Some(Line::Whole(12)));
    inbox.consume(14);
    assert!(inbox.give_back().is_none());
    assert_eq!(inbox.capacity(), 0, "nothing is in it");
}

#[test]
fn a_lent_inbox_never_holds_more_than_its_limit_either() {
    let mut inbox = Inbox::new(10);
    inbox.lend(bytes::BytesMut::zeroed(4000));
    assert_eq!(inbox.space().len(), 10);
    inbox.commit(7);
    assert_eq!(inbox.space().len(), 3);
    inbox.commit(3);
    assert_eq!(inbox.space().len(), 0);
}
