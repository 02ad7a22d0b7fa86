//! What every machine promises, asserted after every step.

use std::fmt::Debug;
use std::time::Duration;

use bytes::Buf;
use smtp_proto::{Machine, Step, Time, Wait};

use crate::tape::Tape;

/// A machine, the octets that are on their way to it, and the time.
pub struct Stage<'a, M> {
    pub machine: M,
    pub now: Time,
    /// Octets from the peer that were not read yet.
    pub input: &'a [u8],
    /// Octets that were read.
    pub read: usize,
    /// More octets than that never wait to be written.
    most_waiting: usize,
    /// Everything written, in order.
    pub output: Vec<u8>,
    done: bool,
    asked: bool,
}

impl<'a, M> Stage<'a, M>
where
    M: Machine<Event: Debug + PartialEq>,
{
    pub fn new(machine: M, input: &'a [u8], most_waiting: usize) -> Self {
        let (now, output) = (Time::ZERO, Vec::new());
        Self { machine, now, input, read: 0, most_waiting, output, done: false, asked: false }
    }

    /// Polls, and asserts what must hold of any step.
    pub fn poll(&mut self, is_question: impl Fn(&M::Event) -> bool) -> Step<M::Event> {
        let step = self.machine.poll(self.now);
        self.check_boxes();
        if self.done {
            assert_eq!(step, Step::Done, "Done is for ever");
        }
        if self.asked {
            assert_eq!(step, Step::Unanswered, "a question is open");
        }
        match &step {
            Step::Event(event) if is_question(event) => {
                self.asked = true;
                assert_eq!(self.machine.poll(self.now), Step::Unanswered);
                assert_eq!(self.machine.poll(self.now), Step::Unanswered);
            }
            Step::Event(_) => {}
            Step::Wait(wait) => self.check_wait(*wait),
            Step::Upgrade { until } => {
                assert!(self.machine.outbox().is_empty(), "upgrade before everything is written");
                assert!(self.machine.inbox().is_empty(), "upgrade with octets in the clear");
                assert!(until.is_none_or(|until| until > self.now), "an upgrade that is late");
            }
            Step::Turn => {
                assert!(self.machine.outbox().is_empty(), "turned before everything is written");
                assert!(self.machine.inbox().is_empty(), "turned with octets for the other role");
                assert_eq!(self.machine.poll(self.now), Step::Turn);
            }
            Step::Unanswered => assert!(self.asked, "no question is open"),
            Step::Done => {
                assert!(self.machine.outbox().is_empty(), "not everything is written");
                self.done = true;
            }
        }
        step
    }

    /// The open question was answered.
    pub fn answered(&mut self) {
        assert!(self.asked);
        self.asked = false;
    }

    fn check_wait(&mut self, wait: Wait) {
        assert_eq!(wait.write, !self.machine.outbox().is_empty(), "write iff there is something");
        if wait.read {
            assert!(!self.machine.inbox().space().is_empty(), "no space to read into");
            assert!(!self.machine.inbox().is_closed(), "nothing can be read any more");
        }
        assert!(wait.until.is_none_or(|until| until > self.now), "waiting for the past");
        assert!(wait.read || wait.write || wait.until.is_some(), "waiting for nothing");
        assert_eq!(self.machine.poll(self.now), Step::Wait(wait), "nothing is new");
    }

    fn check_boxes(&mut self) {
        let inbox = self.machine.inbox();
        assert!(inbox.len() <= inbox.limit(), "{inbox:?} is over its limit");
        assert!(inbox.capacity() <= inbox.limit(), "{} in {inbox:?}", inbox.capacity());
        let outbox = self.machine.outbox();
        assert!(outbox.len() <= self.most_waiting, "{outbox:?}");
        assert_eq!(outbox.slices().map(<[u8]>::len).sum::<usize>(), outbox.len());
        assert!(outbox.slices().all(|slice| !slice.is_empty()));
    }

    /// Moves at most `most` octets into the machine; none means that the peer closed.
    pub fn read(&mut self, most: usize) {
        let input = self.input;
        let (octets, _) = input.split_at(most.min(input.len()));
        if octets.is_empty() {
            self.machine.inbox().close();
            return;
        }
        let n = self.feed(octets);
        self.input = &input[n..];
        self.read += n;
    }

    /// Moves octets into the machine, as many as it takes at once, and says how many.
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        let inbox = self.machine.inbox();
        let space = inbox.space();
        let n = space.len().min(octets.len());
        space[..n].copy_from_slice(&octets[..n]);
        inbox.commit(n);
        n
    }

    /// Moves at most `most` octets out of the machine.
    pub fn write(&mut self, most: usize) {
        let outbox = self.machine.outbox();
        let mut left = most.min(outbox.len());
        while left > 0 {
            let n = outbox.chunk().len().min(left);
            assert_ne!(n, 0, "something is left, and the chunk is empty");
            self.output.extend_from_slice(&outbox.chunk()[..n]);
            outbox.advance(n);
            left -= n;
        }
    }

    /// Does some of what is waited for, not necessarily at once.
    pub fn move_on(&mut self, wait: Wait, moves: &mut Tape<'_>) {
        match moves.pick(16) {
            12 if wait.write => self.write(1),
            13 if wait.write => self.machine.outbox().close(),
            14 => self.now += Duration::from_millis(1 + moves.number() as u64),
            15 => self.now = wait.until.unwrap_or(self.now).max(self.now),
            cut => {
                if wait.write {
                    self.write(if cut < 8 { usize::MAX } else { cut });
                }
                if wait.read {
                    self.read(match cut {
                        0..4 => usize::MAX,
                        4..8 => cut - 3,
                        _ => 1 + moves.number(),
                    });
                } else if !wait.write {
                    self.now = wait.until.unwrap_or(self.now).max(self.now);
                }
            }
        }
    }

    /// Everything that is waited for happens, the octets cut as the tape has it.
    pub fn move_in_pieces(&mut self, wait: Wait, moves: &mut Tape<'_>) {
        if wait.write {
            self.write(1 + moves.number());
        } else {
            self.read_or_wait(wait, 1 + moves.number());
        }
    }

    /// Everything there is, at once.
    pub fn move_all(&mut self, wait: Wait) {
        if wait.write {
            self.write(usize::MAX);
        } else {
            self.read_or_wait(wait, usize::MAX);
        }
    }

    fn read_or_wait(&mut self, wait: Wait, most: usize) {
        if wait.read {
            self.read(most);
        } else {
            self.now = wait.until.expect("something is waited for");
        }
    }
}
