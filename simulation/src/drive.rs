//! What applications of both sides have in common: they ask for the next event, impatiently at times,
//! and after each poll somebody looks whether the machine keeps within its bounds.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use smtp_driver::{Connection, Error};
use smtp_proto::Machine;

use crate::end::{End, Line};
use crate::ledger::Told;
use crate::plan::{Habits, Plan};
use crate::time::{VirtualClock, unless};
use crate::watch::Watch;
use crate::world::World;

pub(crate) type Conn<M> = Connection<M, Line, VirtualClock>;

/// Octets that wait to be written at most, at either side.
const OUTBOX: usize = 256 << 10;

/// What a connection has to read into while it works, in octets.
const LENT: usize = 16 << 10;

/// One side, as far as its application goes.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) world: World,
    /// Its place among the watches; the next connection of the same application has another.
    pub(crate) watch: Rc<Cell<usize>>,
    pub(crate) name: &'static str,
    pub(crate) habits: Habits,
}

/// What is asked of a side after each poll.
pub(crate) trait Patient: Machine {
    /// How long it may wait for its peer as things are.
    fn patience(&mut self, content: bool) -> Patience;
}

/// How long a wait may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) limit: Duration,
    /// Whatever drips in makes it begin anew.
    pub(crate) drips: bool,
}

impl Side {
    /// A side of a connection whose octets go to `pipe`.
    pub(crate) fn connect<M: Machine>(
        world: &World,
        plan: &Plan,
        pipe: usize,
        machine: M,
        watch: Watch,
    ) -> (Self, Conn<M>) {
        let role = pipe % 2;
        let name = if role == 0 { "client" } else { "server" };
        let mut state = world.state();
        state.watches.push(watch);
        let watch = state.watches.len() - 1;
        drop(state);
        let end = End::new(world, pipe, watch, name, plan.keeps[role]);
        let conn = Connection::new(machine, end.into_line(), VirtualClock::new(world));
        let watch = Rc::new(Cell::new(watch));
        (Self { world: world.clone(), watch, name, habits: plan.habits[role] }, conn)
    }

    pub(crate) fn watch<T>(&self, what: impl FnOnce(&mut Watch, smtp_proto::Time) -> T) -> T {
        let mut state = self.world.state();
        let now = state.now;
        what(&mut state.watches[self.watch.get()], now)
    }

    /// The application has done something.
    pub(crate) fn acts(&self) {
        self.world.state().activity += 1;
        self.watch(Watch::acts);
    }

    pub(crate) fn tell(&self, whom: (usize, usize), told: Told) {
        self.world
            .say(self.name, format_args!("message {}, recipient {}: {told:?}", whom.0, whom.1));
        self.world.state().ledger.tell(whom, told);
    }

    /// Nothing this side does from here on may take longer, unless it says so.
    pub(crate) fn expect(&self, limit: Duration) {
        self.watch(|watch, now| watch.expects(now, limit));
    }

    /// The application itself is waited for, or no longer.
    pub(crate) fn pauses(&self, pauses: bool) {
        self.watch(if pauses { Watch::away } else { Watch::acts });
    }

    /// Nothing need be due from the peer while this side waits.
    pub(crate) fn idles(&self, idle: bool) {
        self.watch(|watch, now| watch.idles(now, idle));
    }

    /// Takes its time, perhaps.
    pub(crate) async fn dawdle(&self) {
        if self.world.chance(self.habits.slow) {
            let nap = self.world.duration(self.habits.nap);
            self.world.say(self.name, format_args!("is busy for {nap:?}"));
            self.world.sleep(nap).await;
        }
    }

    /// The next event. Perhaps it is asked for more than once.
    pub(crate) async fn next<M: Patient>(
        &self,
        conn: &mut Conn<M>,
    ) -> Result<Option<M::Event>, Error> {
        let next = loop {
            if !self.world.chance(self.habits.cancels) {
                break self.hear(conn).await;
            }
            let sleep = self.world.sleep(self.world.duration(self.habits.nap));
            if let Some(next) = unless(sleep, self.hear(conn)).await {
                break next;
            }
            self.world.count("a next() cancelled");
            self.watch(Watch::away);
            self.dawdle().await;
            self.watch(Watch::back);
        };
        self.acts();
        next
    }

    async fn hear<M: Patient>(&self, conn: &mut Conn<M>) -> Result<Option<M::Event>, Error> {
        poll_fn(|cx| {
            let next = conn.poll_next(cx);
            self.measure(conn);
            if next.is_pending() {
                let content = self.watch(|watch, _| watch.has_content());
                let patience = conn.patience(content);
                self.watch(|watch, _| watch.waits(patience));
            }
            next
        })
        .await
    }

    fn measure<M: Machine>(&self, conn: &mut Conn<M>) {
        let inbox = conn.inbox();
        let (octets, capacity, limit) = (inbox.len(), inbox.capacity(), inbox.limit());
        assert!(octets <= limit, "{}: the inbox holds {octets} of {limit} octets", self.name);
        assert!(
            capacity <= (limit * 2 + 1024).max(LENT),
            "{}: the inbox keeps {capacity} octets alive, of {limit}",
            self.name,
        );
        let octets = conn.outbox().len();
        assert!(octets <= OUTBOX, "{}: {octets} octets in the outbox", self.name);
    }
}
