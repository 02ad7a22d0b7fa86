//! Client and server through a simulated network, with virtual time and a seed.
//!
//! One seed is one conversation: the driver's [`Connection`](smtp_driver::Connection)s with the real
//! machines of both sides, their applications, and between them a network that cuts, delays, stalls,
//! drips, resets and closes as the dice say. No socket is opened and no clock is read. When nothing
//! can go on, time passes; hours take microseconds.
//!
//! What the dice decide:
//!
//! | who | what |
//! |---|---|
//! | network | sizes of reads and writes, buffers from one octet, latency, jitter; not ready though it could be; `EINTR`; stalls, octets that drip, silence; a reset, an end of one direction or both, behind any octet; what a reset forgets; buffers that want flushing |
//! | executor | which task is polled; polls for nothing; wakers that are good for one poll only; a side that is dropped in the middle |
//! | applications | how long they think; a `next()` given up and asked for again; every answer; refusals in the middle of a message; a drain and a cut; idling, pausing, open envelopes, breaking off |
//! | configuration | SMTP, submission, LMTP; what is offered and used; limits and deadlines of both sides; STARTTLS with a handshake that takes time, fails or stalls |
//! | messages | number, recipients, size; dots, bare CR and LF, lines that are too long, octets above 0x7F, any octets |
//!
//! Half of the clients go event by event, the others through `establish`, `send`, `send_all`,
//! `send_within_limits` and `quit`. In a quarter of the conversations nothing goes wrong, and then
//! everything has to go well.
//!
//! What has to hold in each of them:
//!
//! | promise | where it is looked at |
//! |---|---|
//! | what the client was told is accepted was delivered once, octet by octet; what it was told is not, was not; only `Unknown` may be either; nothing is delivered twice or in part | `ledger` |
//! | every message that was begun has its end told, for every recipient, once; behind the last event there is none | `client`, `server` |
//! | no deadline passes without being noticed at that very time, and none is noticed at any other | `watch` |
//! | somebody can always go on, or time can; nobody is polled again and again for nothing | `executor` |
//! | both boxes of a machine keep within their bounds | `drive` |
//! | nothing is written behind the end of a stream; no read has no room; nothing said in the clear gets into a handshake | `network`, `end` |
//!
//! `cargo test -p smtp-simulation` holds a few thousand conversations, and with
//! `--release -- --ignored --nocapture` a hundred thousand, and some more by a fresh seed. A failure
//! names its seed, and how to hold that conversation again and read it:
//! `SEED=123 cargo test -p smtp-simulation --release replay -- --nocapture`.

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

use smtp_driver::Drain;

use client::{Network, converse, operate};
use executor::Executor;
use plan::Plan;
use world::World;

pub use statistics::Statistics;

/// Holds the conversation that follows from the seed; with `trace`, prints what happens in it.
///
/// # Panics
///
/// Something is not as it has to be.
#[must_use]
pub fn hold(seed: u64, trace: bool) -> Statistics {
    let world = World::new(seed, trace);
    let mut state = world.state();
    let plan = Plan::random(&mut state.rng);
    state.ledger.calm = plan.calm;
    state.ledger.computation = plan.habits[1].nap;
    drop(state);
    world.say("plan", format_args!("{plan:#?}"));

    let executor = Executor::new(&world);
    let drain = plan.drain.map(|(begin, cut)| {
        let (drain, watch) = Drain::new();
        executor.spawn(operate(world.clone(), drain, begin, cut));
        watch
    });
    let manner = plan.manner;
    executor.spawn(converse(Network {
        world: world.clone(),
        plan,
        executor: executor.clone(),
        drain,
    }));
    let polls = executor.run(manner);

    let mut state = world.state();
    let mut statistics = std::mem::take(&mut state.statistics);
    let told = statistics.of("a side dropped in the middle") == 0;
    state.ledger.close(&mut statistics, told);
    let reasons = state.activity + state.whims;
    assert!(polls <= 100 + 4 * reasons, "{polls} polls, and {reasons} reasons for one");
    statistics.count("conversations");
    statistics.add("polls", polls);
    statistics.add("octets moved", state.octets);
    statistics.passed(state.now);
    statistics
}
