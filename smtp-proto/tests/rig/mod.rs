//! Drives a machine as a driver would, and checks at each step what the contract promises.

use bytes::Buf;
use smtp_proto::{Machine, Step, Time, Wait, client, server};

/// More octets than any machine may have waiting to be written: the mark at which it stops making
/// more, as much again for what it is at, and what the caller hands over at a time.
const OUTBOX: usize = 256 << 10;

/// Polls without an end are an error of the machine.
const PATIENCE: u32 = 1_000_000;

/// An event that may be a question.
pub(crate) trait Asks {
    fn is_question(&self) -> bool;
}

impl Asks for server::Event {
    fn is_question(&self) -> bool {
        self.is_question()
    }
}

impl Asks for client::Event {
    fn is_question(&self) -> bool {
        self.is_question()
    }
}

/// How much the peer takes at a time of what the machine writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writes {
    All,
    Random,
}

/// What comes next, everything being written.
#[derive(Debug)]
pub(crate) enum Next<E> {
    Event(E),
    Idle(Wait),
    Upgrade,
    Turn,
    Done,
}

/// A machine, its clock, and what it has written.
pub(crate) struct Rig<M: Machine> {
    pub(crate) machine: M,
    pub(crate) now: Time,
    pub(crate) output: Vec<u8>,
    pub(crate) writes: Writes,
    pub(crate) random: Random,
    polls: u32,
    done: bool,
    /// Time has passed, and not enough for anything to happen.
    undisturbed: Option<Step<M::Event>>,
}

impl<M> Rig<M>
where
    M: Machine,
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    pub(crate) fn new(machine: M, writes: Writes, seed: u64) -> Self {
        Self {
            machine,
            now: Time::from_secs(1_000_000),
            output: Vec::new(),
            writes,
            random: Random::new(seed),
            polls: 0,
            done: false,
            undisturbed: None,
        }
    }

    /// Polls, writing whenever that is wanted, until there is something else to do.
    pub(crate) fn next(&mut self) -> Result<Next<M::Event>, String> {
        loop {
            match self.poll()? {
                Step::Event(event) => return Ok(Next::Event(event)),
                Step::Wait(Wait { write: true, .. }) => self.write(),
                Step::Wait(wait) => return Ok(Next::Idle(wait)),
                Step::Upgrade { .. } => return Ok(Next::Upgrade),
                Step::Unanswered => return Err("a question was left unanswered".into()),
                Step::Turn => return Ok(Next::Turn),
                Step::Done => return Ok(Next::Done),
            }
        }
    }

    /// Lets time pass. Before the deadline that the machine gave nothing happens; at the deadline
    /// something does.
    pub(crate) fn pass(&mut self, time: Time) -> Result<(), String> {
        let step = self.poll()?;
        self.now += time;
        let until = match step {
            Step::Wait(wait) => wait.until,
            Step::Upgrade { until } => until,
            Step::Turn | Step::Done => return Ok(()),
            step => return Err(format!("no time to wait: {step:?}")),
        };
        if until.is_none_or(|until| until > self.now) {
            self.undisturbed = Some(step);
        }
        Ok(())
    }

    /// Polls once, and checks what may be relied on.
    pub(crate) fn poll(&mut self) -> Result<Step<M::Event>, String> {
        self.polls += 1;
        if self.polls > PATIENCE {
            return Err("the machine goes round in circles".into());
        }
        let step = self.machine.poll(self.now);
        self.check_boxes()?;
        if self.done && step != Step::Done {
            return Err(format!("{step:?} after Done"));
        }
        if let Some(before) = self.undisturbed.take()
            && before != step
        {
            return Err(format!("{step:?} before its time, after {before:?}"));
        }
        match &step {
            Step::Event(event) if event.is_question() => self.expect_again(&Step::Unanswered)?,
            Step::Event(_) => {}
            Step::Wait(wait) => {
                self.check_wait(*wait)?;
                self.expect_again(&step)?;
            }
            Step::Upgrade { .. } | Step::Turn => {
                if !self.machine.inbox().is_empty() || !self.machine.outbox().is_empty() {
                    return Err(format!("{step:?} with something in a box"));
                }
                self.expect_again(&step)?;
            }
            Step::Unanswered => self.expect_again(&step)?,
            Step::Done => {
                self.done = true;
                if !self.machine.outbox().is_empty() {
                    return Err("Done with something in the outbox".into());
                }
                self.expect_again(&step)?;
            }
        }
        Ok(step)
    }

    /// Gives the machine as much of the input as it has room for, and says how much that was.
    pub(crate) fn feed(&mut self, input: &[u8]) -> usize {
        let mut fed = 0;
        while fed < input.len() {
            let space = self.machine.inbox().space();
            let n = space.len().min(input.len() - fed);
            if n == 0 {
                break;
            }
            space[..n].copy_from_slice(&input[fed..fed + n]);
            self.machine.inbox().commit(n);
            fed += n;
        }
        fed
    }

    /// Takes some of what is to be written.
    pub(crate) fn write(&mut self) {
        let len = self.machine.outbox().len();
        let n = match self.writes {
            Writes::All => len,
            Writes::Random => self.random.up_to(len),
        };
        self.write_some(n);
    }

    /// Takes at most so many octets of what is to be written.
    pub(crate) fn write_some(&mut self, n: usize) {
        let outbox = self.machine.outbox();
        let n = n.min(outbox.len());
        let taken: Vec<u8> = outbox.slices().flatten().copied().take(n).collect();
        outbox.advance(n);
        self.output.extend_from_slice(&taken);
    }

    fn check_boxes(&mut self) -> Result<(), String> {
        let inbox = self.machine.inbox();
        if inbox.len() > inbox.limit() {
            return Err(format!("{} octets in an inbox for {}", inbox.len(), inbox.limit()));
        }
        let outbox = self.machine.outbox();
        if outbox.len() > OUTBOX {
            return Err(format!("{} octets in the outbox", outbox.len()));
        }
        Ok(())
    }

    fn check_wait(&mut self, wait: Wait) -> Result<(), String> {
        if wait.write == self.machine.outbox().is_empty() {
            return Err(format!("{wait:?}, {} octets to write", self.machine.outbox().len()));
        }
        if wait.read && self.machine.inbox().space().is_empty() {
            return Err("a read is wanted, and there is no room for it".into());
        }
        if wait.read && self.machine.inbox().is_closed() {
            return Err("a read is wanted behind the end of the stream".into());
        }
        if wait.until.is_some_and(|until| until <= self.now) {
            return Err(format!("{wait:?} is over at {:?}", self.now));
        }
        if wait == Wait::default() {
            return Err("a wait for nothing".into());
        }
        Ok(())
    }

    /// Polling twice with nothing new must change nothing.
    fn expect_again(&mut self, expected: &Step<M::Event>) -> Result<(), String> {
        let before = (self.machine.inbox().len(), self.machine.outbox().len());
        let again = self.machine.poll(self.now);
        if again != *expected {
            return Err(format!("polled again, {again:?} and not {expected:?}"));
        }
        let after = (self.machine.inbox().len(), self.machine.outbox().len());
        if before != after {
            return Err(format!("polling again moved the boxes from {before:?} to {after:?}"));
        }
        Ok(())
    }
}

/// Numbers that look random and are the same every time (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 1 to `most`, mostly little.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        let range = match self.number() % 4 {
            0 => 1,
            1 => 3,
            2 => 40,
            _ => u64::MAX,
        };
        let most = range.min(most as u64).max(1);
        usize::try_from(self.number() % most).unwrap() + 1
    }
}
