//! The load: as many peers at a time as there are places, for as long as it is wanted.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::signal::ctrl_c;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::args::Args;
use crate::mix::Kind;
use crate::peer::{Visit, World};
use crate::show::Show;
use crate::tally::Column;
use crate::watch::{INTERVAL, Sample};

/// How long peers may take to come to an end when the time is over.
const GRACE: Duration = Duration::from_secs(15);

/// How long to leave a server alone that is not there.
const ABSENT: Duration = Duration::from_millis(50);

/// What was seen while the load was on.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) took: Duration,
    pub(crate) samples: Vec<Sample>,
}

pub(crate) async fn run(args: &Args, world: &Arc<World>, seed: u64) -> Load {
    let stop = Arc::new(AtomicBool::new(false));
    let mut places = JoinSet::new();
    for (number, kinds) in args.mix.deal(args.connections).into_iter().enumerate() {
        let rng = fastrand::Rng::with_seed(seed.wrapping_add(number as u64));
        places.spawn(occupy(Arc::clone(world), kinds, rng, Arc::clone(&stop)));
    }
    let load = watch(args, world).await;
    stop.store(true, Ordering::Relaxed);
    // Those who are at it may come to their ends. Who does not is dropped, his message's fate unknown.
    let _ = timeout(GRACE, async { while places.join_next().await.is_some() {} }).await;
    places.shutdown().await;
    load
}

/// One place: one peer after the other.
async fn occupy(
    world: Arc<World>,
    kinds: Vec<Kind>,
    mut rng: fastrand::Rng,
    stop: Arc<AtomicBool>,
) {
    while !stop.load(Ordering::Relaxed) {
        let kind = kinds[rng.usize(0..kinds.len())];
        let absent = world.tally.of(kind, Column::Absent);
        world.tally.open.fetch_add(1, Ordering::Relaxed);
        Visit::new(Arc::clone(&world), kind, rng.fork()).run().await;
        world.tally.open.fetch_sub(1, Ordering::Relaxed);
        if world.tally.of(kind, Column::Absent) > absent {
            sleep(ABSENT).await;
        }
    }
}

/// Shows how it goes, until it is enough.
async fn watch(args: &Args, world: &World) -> Load {
    let began = Instant::now();
    let mut interrupt = pin!(ctrl_c());
    let mut show = Show::new(args);
    let mut samples = Vec::new();
    loop {
        let interrupted = timeout(INTERVAL, &mut interrupt).await.is_ok();
        let sample = args.pid.and_then(Sample::take);
        samples.extend(sample);
        let took = began.elapsed();
        show.tell(world, took, sample);
        let enough = |wanted| world.tally.sum(Column::Acknowledged) >= wanted;
        let over = args.time().is_some_and(|time| took >= time);
        if interrupted || over || args.messages.is_some_and(enough) {
            return Load { took, samples };
        }
    }
}
