//! One direction of a connection: octets under way, and what can happen to them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use smtp_proto::Time;

use crate::faults::Fault;
use crate::world::State;

/// Never.
const NEVER: Time = Time::MAX;

/// How a direction behaves when nothing goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// Octets under way and not read, at most.
    pub(crate) capacity: usize,
    /// Octets at a time, at most.
    pub(crate) most_read: usize,
    pub(crate) most_written: usize,
    pub(crate) latency: Duration,
    /// Added to the latency, at most.
    pub(crate) jitter: Duration,
    /// How often, in a hundred calls, it is not ready though it could be.
    pub(crate) hesitates: u32,
    /// A reset throws away what has arrived and was not read.
    pub(crate) forgets: bool,
}

/// Two of these, one behind the other, are a connection.
pub(crate) struct Pipe {
    manners: Manners,
    octets: VecDeque<u8>,
    /// When they arrive: so many of them at a time.
    arrivals: VecDeque<(Time, usize)>,
    accepted: u64,
    /// What goes wrong when so many octets were accepted, the first first.
    faults: VecDeque<(u64, Fault)>,
    /// Nothing arrives before that.
    stalled: Time,
    /// Each octet takes so much longer than the one before.
    gap: Duration,
    /// When the reader learns that no more will come.
    end: Option<Time>,
    /// The writer has said so itself.
    shut: bool,
    /// The end was announced from within the encryption.
    pub(crate) notified: bool,
    /// Nobody reads any more.
    void: bool,
    write_error: Option<Time>,
    read_error: Option<Time>,
    reader: Waiting,
    writer: Waiting,
}

/// Who waits to be woken, and when that is due if nothing else happens.
#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    again: Option<Time>,
}

impl Waiting {
    fn register(&mut self, cx: &Context<'_>, again: Option<Time>) {
        self.waker = Some(cx.waker().clone());
        self.again = again;
    }

    fn wake(&mut self) {
        self.again = None;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn due(&mut self, time: Time, next: Option<Time>, wakers: &mut Vec<Waker>) {
        if next.is_some_and(|next| next <= time) {
            self.again = None;
            wakers.extend(self.waker.take());
        }
    }
}

impl Pipe {
    pub(crate) fn new(manners: Manners, faults: VecDeque<(u64, Fault)>) -> Self {
        Self {
            manners,
            octets: VecDeque::new(),
            arrivals: VecDeque::new(),
            accepted: 0,
            faults,
            stalled: Time::ZERO,
            gap: Duration::ZERO,
            end: None,
            shut: false,
            notified: false,
            void: false,
            write_error: None,
            read_error: None,
            reader: Waiting::default(),
            writer: Waiting::default(),
        }
    }

    /// When something is due that somebody waits for.
    pub(crate) fn next_time(&self) -> Option<Time> {
        self.next_for_reader().into_iter().chain(self.next_for_writer()).min()
    }

    fn next_for_reader(&self) -> Option<Time> {
        self.reader.waker.as_ref()?;
        if self.reader.again.is_some() {
            return self.reader.again;
        }
        let arrival = self.arrivals.front().map(|(time, _)| *time);
        let times = arrival.into_iter().chain(self.end).chain(self.read_error);
        times.filter(|time| *time < NEVER).min()
    }

    fn next_for_writer(&self) -> Option<Time> {
        self.writer.waker.as_ref()?;
        self.writer.again.or(self.write_error)
    }

    /// Gives the wakers of those for whom something is due.
    pub(crate) fn due(&mut self, time: Time, wakers: &mut Vec<Waker>) {
        let (reader, writer) = (self.next_for_reader(), self.next_for_writer());
        self.reader.due(time, reader, wakers);
        self.writer.due(time, writer, wakers);
    }

    fn last_arrival(&self) -> Time {
        self.arrivals.back().map_or(Time::ZERO, |(time, _)| *time)
    }

    fn arrived(&self, now: Time) -> usize {
        self.arrivals.iter().take_while(|(time, _)| *time <= now).map(|(_, octets)| octets).sum()
    }

    fn take(&mut self, mut octets: usize) {
        self.octets.drain(..octets);
        while let Some((_, waiting)) = self.arrivals.front_mut()
            && octets > 0
        {
            let here = octets.min(*waiting);
            *waiting -= here;
            octets -= here;
            if *waiting == 0 {
                self.arrivals.pop_front();
            }
        }
    }

    fn is_over(&self) -> bool {
        self.read_error.is_some() && self.write_error.is_some()
    }

    /// No more comes; the reader learns of it behind what is under way.
    fn close(&mut self, now: Time) {
        let arrival = now.saturating_add(self.manners.latency);
        self.end.get_or_insert(arrival.max(self.last_arrival()).max(self.stalled));
        if self.end <= Some(now) {
            self.reader.wake();
        }
    }

    fn breaks(&mut self, reader: Time, writer: Time) {
        self.read_error.get_or_insert(reader);
        self.write_error.get_or_insert(writer);
        self.reader.wake();
        self.writer.wake();
    }
}

impl State {
    /// Not ready this time, though it may be: it will be asked again at once, or soon.
    fn hesitates(&mut self, pipe: usize) -> Option<Time> {
        let Manners { hesitates, latency, .. } = self.pipes[pipe].manners;
        if !self.chance(hesitates) {
            return None;
        }
        self.whims += 1;
        let delay = if self.chance(50) { Duration::ZERO } else { self.duration(latency) };
        Some(self.now.saturating_add(delay))
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        index: usize,
        space: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        assert!(!space.is_empty(), "a read into nothing looks like the end of the stream");
        if let Some(again) = self.hesitates(index) {
            self.pipes[index].reader.register(cx, Some(again));
            return Poll::Pending;
        }
        if self.rng.u32(..1000) == 0 {
            self.whims += 1;
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        let now = self.now;
        let pipe = &mut self.pipes[index];
        let broken = pipe.read_error.is_some_and(|time| time <= now);
        let arrived = pipe.arrived(now);
        if broken && (pipe.manners.forgets || arrived == 0) {
            let reset = self.rng.u32(..4) > 0;
            let kind = if reset { ErrorKind::ConnectionReset } else { ErrorKind::TimedOut };
            return Poll::Ready(Err(kind.into()));
        }
        if arrived > 0 {
            let most = pipe.manners.most_read.min(arrived).min(space.len());
            let octets = if self.rng.bool() { most } else { self.rng.usize(1..=most) };
            for (slot, octet) in space.iter_mut().zip(pipe.octets.iter().take(octets)) {
                *slot = *octet;
            }
            pipe.take(octets);
            pipe.writer.wake();
            self.activity += 1;
            self.octets += octets as u64;
            return Poll::Ready(Ok(octets));
        }
        if pipe.end.is_some_and(|time| time <= now) {
            return Poll::Ready(Ok(0));
        }
        pipe.reader.register(cx, None);
        Poll::Pending
    }

    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        index: usize,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        assert!(!self.pipes[index].shut, "a write behind the end of the stream");
        if let Some(again) = self.hesitates(index) {
            self.pipes[index].writer.register(cx, Some(again));
            return Poll::Pending;
        }
        if self.rng.u32(..1000) == 0 {
            self.whims += 1;
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        let now = self.now;
        if self.pipes[index].write_error.is_some_and(|time| time <= now) {
            let kind =
                if self.rng.bool() { ErrorKind::BrokenPipe } else { ErrorKind::ConnectionReset };
            return Poll::Ready(Err(kind.into()));
        }
        let total: usize = slices.iter().map(|slice| slice.len()).sum();
        if total == 0 {
            return Poll::Ready(Ok(0));
        }
        let octets = self.some_of(index, total);
        if octets == 0 {
            self.pipes[index].writer.register(cx, None);
            return Poll::Pending;
        }
        self.activity += 1;
        self.octets += octets as u64;
        if self.pipes[index].void {
            self.write_into_nothing(index);
            return Poll::Ready(Ok(octets));
        }
        let jitter = self.pipes[index].manners.jitter;
        let late = self.duration(jitter);
        let pipe = &mut self.pipes[index];
        let all = slices.iter().flat_map(|slice| slice.iter().copied());
        pipe.octets.extend(all.take(octets));
        let arrival = now.saturating_add(pipe.manners.latency).saturating_add(late);
        let mut arrival = arrival.max(pipe.last_arrival()).max(pipe.stalled);
        if pipe.gap.is_zero() {
            pipe.arrivals.push_back((arrival, octets));
        } else {
            for _ in 0..octets {
                pipe.arrivals.push_back((arrival, 1));
                arrival = arrival.saturating_add(pipe.gap);
            }
        }
        assert!(pipe.octets.len() <= pipe.manners.capacity, "more is under way than there is room");
        pipe.accepted += octets as u64;
        if pipe.arrivals.front().is_some_and(|(time, _)| *time <= now) {
            pipe.reader.wake();
        }
        self.fault_if_due(index);
        Poll::Ready(Ok(octets))
    }

    /// How much of it a write takes; 0: there is no room.
    fn some_of(&mut self, index: usize, total: usize) -> usize {
        let pipe = &self.pipes[index];
        let room = if pipe.void { total } else { pipe.manners.capacity - pipe.octets.len() };
        let mut most = total.min(room).min(pipe.manners.most_written);
        if let Some((at, _)) = pipe.faults.front() {
            most = most.min(usize::try_from(at - pipe.accepted).unwrap_or(usize::MAX));
        }
        if most == 0 || self.rng.bool() { most } else { self.rng.usize(1..=most) }
    }

    /// Nobody reads: the writer learns of it when an answer could be back.
    fn write_into_nothing(&mut self, index: usize) {
        let now = self.now;
        let back = now.saturating_add(self.pipes[index].manners.latency * 2);
        self.pipes[index].write_error.get_or_insert(back);
        self.pipes[index ^ 1].read_error.get_or_insert(back);
    }

    fn fault_if_due(&mut self, index: usize) {
        while let pipe = &mut self.pipes[index]
            && pipe.faults.front().is_some_and(|(at, _)| *at <= pipe.accepted)
            && let Some((_, fault)) = pipe.faults.pop_front()
        {
            self.fault(index, fault);
        }
    }

    /// Something goes wrong.
    pub(crate) fn fault(&mut self, index: usize, fault: Fault) {
        if self.pipes[index].is_over() {
            return;
        }
        self.say("network", format_args!("pipe {index}: {fault:?}"));
        self.statistics.count(fault.name());
        let now = self.now;
        let latency = self.pipes[index].manners.latency;
        match fault {
            Fault::Reset => {
                for pipe in [index, index ^ 1] {
                    let (reader, writer) = (self.duration(latency), self.duration(latency));
                    self.pipes[pipe].breaks(now + reader, now + writer);
                }
            }
            Fault::End { both } => {
                for pipe in [index, index ^ 1].into_iter().take(if both { 2 } else { 1 }) {
                    self.pipes[pipe].close(now);
                    self.pipes[pipe].void = true;
                    self.pipes[pipe].writer.wake();
                }
            }
            Fault::Stall(time) => {
                self.pipes[index].stalled = now.saturating_add(time);
            }
            Fault::Silence { both } => {
                for pipe in [index, index ^ 1].into_iter().take(if both { 2 } else { 1 }) {
                    self.pipes[pipe].stalled = NEVER;
                }
            }
            Fault::Drip(gap) => self.pipes[index].gap = gap,
        }
    }

    /// The writer says that it has no more.
    pub(crate) fn shut(&mut self, index: usize, notify: bool) {
        let now = self.now;
        let pipe = &mut self.pipes[index];
        if !pipe.shut {
            pipe.shut = true;
            pipe.notified = notify;
            pipe.close(now);
            self.activity += 1;
        }
    }

    /// One end is gone: it writes to this pipe and reads from its partner no more. With octets
    /// unread it is a reset (RFC 1122 section 4.2.2.13).
    pub(crate) fn leave(&mut self, index: usize) {
        let now = self.now;
        let partner = index ^ 1;
        let unread = self.pipes[partner].arrived(now) > 0;
        let heard = now.saturating_add(self.pipes[index].manners.latency);
        self.pipes[index].shut = true;
        if unread {
            self.statistics.count("closed with octets unread");
            self.pipes[index].breaks(heard, now);
            self.pipes[partner].breaks(now, heard);
        } else {
            self.pipes[index].close(now);
        }
        self.pipes[partner].void = true;
        self.pipes[partner].writer.wake();
        self.activity += 1;
    }
}
