//! Client and server through a simulated network, with virtual time and a seed.
mod client;
mod content;
mod drive;
mod end;
mod executor;
mod faults;
mod ledger;
mod names;
mod network;
mod plan;
mod server;
mod statistics;
mod time;
mod watch;
mod world;

pub use statistics::Statistics;

use smtp_driver::Drain;

use client::{Network, converse, operate};
use executor::Executor;
use plan::Plan;
use world::World;

/// Holds one conversation, all of which follows from the seed.
///
/// # Panics
///
/// Something is not as it has to be.
#[must_use]
pub fn converse_by(seed: u64, trace: bool) -> Statistics {
    let world = World::new(seed, trace);
    let plan = {
        let mut state = world.state();
        let plan = Plan::random(&mut state.rng);
        state.ledger.calm = plan.calm;
        state.ledger.computation = plan.habits[1].nap;
        plan
    };
    world.say("plan", format_args!("{plan:#?}"));
    let executor = Executor::new(&world);
    let drain = plan.drain.map(|(begin, cut)| {
        let (drain, watch) = Drain::new();
        executor.spawn(operate(world.clone(), drain, begin, cut));
        watch
    });
    let network =
        Network { world: world.clone(), plan: plan.clone(), executor: executor.clone(), drain };
    executor.spawn(converse(network));
    let polls = executor.run(plan.manner);
    let mut state = world.state();
    let mut statistics = std::mem::take(&mut state.statistics);
    let told = statistics.of("side that vanished") == 0;
    state.ledger.close(&mut statistics, told);
    statistics.count("conversations");
    statistics.add("polls", polls);
    statistics.add("octets", state.octets);
    statistics.time = state.now;
    statistics
}
