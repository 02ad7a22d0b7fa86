//! Tasks, one at a time, in an order that the dice decide. When none can go on, time does.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use smtp_proto::Time;

use crate::world::World;

type Future = Pin<Box<dyn std::future::Future<Output = ()>>>;

/// Polls of one task at one instant, between which nothing happened at all.
const IDLE_POLLS: u32 = 500;

/// What tasks are run by; and where a task begins others.
#[derive(Clone)]
pub(crate) struct Executor {
    world: World,
    woken: Arc<Woken>,
    begun: Rc<RefCell<Vec<Future>>>,
}

/// Which tasks are to be polled, and by the waker of which of their polls that was asked for.
#[derive(Default)]
struct Woken(Mutex<BTreeSet<(usize, u64)>>);

struct Bell {
    task: usize,
    poll: u64,
    woken: Arc<Woken>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.insert(self.task, self.poll);
    }
}

impl Woken {
    fn insert(&self, task: usize, poll: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((task, poll));
    }

    fn take(&self) -> BTreeSet<(usize, u64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Task {
    future: Future,
    polls: u64,
    waker: Waker,
    /// What had happened when it was last polled, and how often that was so.
    idle: (u64, u32),
}

/// How a conversation is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// A waker is of no more use once its task was polled with another.
    pub(crate) strict: bool,
    /// How often, in a hundred polls, a task is polled for nothing.
    pub(crate) spurious: u32,
    /// When a task is dropped, wherever it is then.
    pub(crate) kill: Option<(usize, Time)>,
}

impl Executor {
    pub(crate) fn new(world: &World) -> Self {
        Self { world: world.clone(), woken: Arc::default(), begun: Rc::default() }
    }

    /// Begins a task.
    pub(crate) fn spawn(&self, task: impl std::future::Future<Output = ()> + 'static) {
        self.begun.borrow_mut().push(Box::pin(task));
    }

    /// Runs everything to its end. Returns how many polls that took.
    pub(crate) fn run(&self, manner: Manner) -> u64 {
        let mut tasks: Vec<Option<Task>> = Vec::new();
        let mut ready: BTreeSet<usize> = BTreeSet::new();
        let mut polls = 0;
        let mut kill = manner.kill;
        loop {
            for future in self.begun.take() {
                ready.insert(tasks.len());
                let waker = self.waker(tasks.len(), 0);
                tasks.push(Some(Task { future, polls: 0, waker, idle: (0, 0) }));
            }
            if kill.is_some_and(|(_, time)| time <= self.world.now())
                && let Some((task, _)) = kill.take()
                && let Some(victim) = tasks.get_mut(task).and_then(Option::take)
            {
                self.world.say("task", format_args!("{task} is dropped"));
                self.world.count("a side dropped in the middle");
                drop(victim);
            }
            for (task, poll) in self.woken.take() {
                let slot = tasks.get(task).and_then(Option::as_ref);
                if slot.is_some_and(|slot| !manner.strict || slot.polls == poll) {
                    ready.insert(task);
                }
            }
            if !ready.is_empty() && self.world.chance(manner.spurious) {
                self.world.state().whims += 1;
                ready.insert(self.world.below(tasks.len()));
            }
            let Some(number) = ready.iter().nth(self.world.below(ready.len())).copied() else {
                if tasks.iter().all(Option::is_none) {
                    return polls;
                }
                let next = self.pass(kill.map(|(_, time)| time));
                assert!(next, "nothing can go on, and nothing is due: a deadlock");
                continue;
            };
            ready.remove(&number);
            let Some(slot) = tasks.get_mut(number).and_then(Option::as_mut) else { continue };
            polls += 1;
            if self.poll(number, slot, manner.strict) {
                tasks[number] = None;
            }
        }
    }

    fn waker(&self, task: usize, poll: u64) -> Waker {
        Waker::from(Arc::new(Bell { task, poll, woken: Arc::clone(&self.woken) }))
    }

    /// Whether it is done.
    fn poll(&self, number: usize, task: &mut Task, strict: bool) -> bool {
        let activity = self.world.state().activity;
        task.idle =
            if task.idle.0 == activity { (activity, task.idle.1 + 1) } else { (activity, 0) };
        assert!(task.idle.1 < IDLE_POLLS, "task {number} is polled again and again for nothing");
        task.polls += 1;
        if strict {
            task.waker = self.waker(number, task.polls);
        }
        task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready()
    }

    /// Lets time pass to when something is due. `false`: nothing is.
    fn pass(&self, kill: Option<Time>) -> bool {
        let mut state = self.world.state();
        let now = state.now;
        for watch in &state.watches {
            watch.check(now);
        }
        let Some(next) = state.next_time().into_iter().chain(kill).min() else { return false };
        for waker in state.advance(next) {
            waker.wake();
        }
        true
    }
}
