//! What all parts of one conversation share: the time, the dice, the pipes, the books.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use fastrand::Rng;
use smtp_proto::Time;

use crate::ledger::Ledger;
use crate::network::Pipe;
use crate::statistics::Statistics;
use crate::watch::Watch;

/// One world for each conversation. It is behind a lock only because a handshake has to be `Send`;
/// nobody ever waits for it.
#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<State>>);

pub(crate) struct State {
    pub(crate) now: Time,
    pub(crate) rng: Rng,
    pub(crate) pipes: Vec<Pipe>,
    /// When somebody wants to be woken; each has a place of its own.
    alarms: Vec<Option<(Time, Waker)>>,
    /// Places that nobody has any more.
    free: Vec<usize>,
    /// One for each side of each connection.
    pub(crate) watches: Vec<Watch>,
    pub(crate) ledger: Ledger,
    pub(crate) statistics: Statistics,
    /// What justifies another poll: octets that moved, events, answers, time that passed.
    pub(crate) activity: u64,
    /// What does so, too, but must not do so for ever: hesitations and polls for nothing.
    pub(crate) whims: u64,
    pub(crate) octets: u64,
    trace: bool,
}

impl World {
    pub(crate) fn new(seed: u64, trace: bool) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Time::ZERO,
            rng: Rng::with_seed(seed),
            pipes: Vec::new(),
            alarms: Vec::new(),
            free: Vec::new(),
            watches: Vec::new(),
            ledger: Ledger::default(),
            statistics: Statistics::default(),
            activity: 0,
            whims: 0,
            octets: 0,
            trace,
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Time {
        self.state().now
    }

    /// Whether it happens, `percent` times out of a hundred.
    pub(crate) fn chance(&self, percent: u32) -> bool {
        self.state().chance(percent)
    }

    pub(crate) fn below(&self, bound: usize) -> usize {
        self.state().rng.usize(..bound.max(1))
    }

    pub(crate) fn duration(&self, longest: Duration) -> Duration {
        self.state().duration(longest)
    }

    pub(crate) fn count(&self, what: &'static str) {
        self.state().statistics.count(what);
    }

    pub(crate) fn say(&self, who: &str, what: impl Display) {
        self.state().say(who, what);
    }
}

impl State {
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.u32(..100) < percent
    }

    pub(crate) fn duration(&mut self, longest: Duration) -> Duration {
        let longest = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.rng.u64(..=longest))
    }

    /// A place for an alarm.
    pub(crate) fn place(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.alarms.push(None);
            self.alarms.len() - 1
        })
    }

    pub(crate) fn release(&mut self, place: usize) {
        self.alarms[place] = None;
        self.free.push(place);
    }

    pub(crate) fn set_alarm(&mut self, place: usize, time: Time, waker: &Waker) {
        self.alarms[place] = Some((time, waker.clone()));
    }

    /// When something is due that somebody waits for.
    pub(crate) fn next_time(&self) -> Option<Time> {
        let alarms = self.alarms.iter().flatten().map(|(time, _)| *time);
        alarms.chain(self.pipes.iter().filter_map(Pipe::next_time)).min()
    }

    /// Lets the time come, and tells who is to be woken.
    pub(crate) fn advance(&mut self, time: Time) -> Vec<Waker> {
        self.now = self.now.max(time);
        self.activity += 1;
        let mut wakers = Vec::new();
        for alarm in &mut self.alarms {
            if let Some((_, waker)) = alarm.take_if(|(due, _)| *due <= time) {
                wakers.push(waker);
            }
        }
        for pipe in &mut self.pipes {
            pipe.due(time, &mut wakers);
        }
        wakers
    }

    pub(crate) fn say(&self, who: &str, what: impl Display) {
        if self.trace {
            println!("{:>16.6}  {who:<10} {what}", self.now.as_secs_f64());
        }
    }

    pub(crate) fn show(&self, who: &str, what: &str, octets: &[u8]) {
        if self.trace {
            const SHOWN: usize = 160;
            let shown = octets.get(..SHOWN).unwrap_or(octets);
            let more = if octets.len() > SHOWN { " ..." } else { "" };
            self.say(
                who,
                format_args!("{what} {} \"{}\"{more}", octets.len(), shown.escape_ascii()),
            );
        }
    }
}
