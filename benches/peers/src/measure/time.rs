//! Time, in turns: whatever disturbs the machine for a while disturbs everybody.

use std::time::{Duration, Instant};

use crate::contest::{Contest, Work};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// Of one contestant's turn.
    pub(crate) turn: Duration,
}

/// Nanoseconds for one item, for each contestant: the median of all rounds.
pub(crate) fn measure(contest: &mut Contest, effort: Effort) -> Vec<f64> {
    let items = contest.items as f64;
    let passes: Vec<u32> = contest
        .contestants
        .iter_mut()
        .map(|contestant| calibrate(contestant.work.as_mut(), effort.turn))
        .collect();
    let mut turns = vec![Vec::with_capacity(effort.rounds); passes.len()];
    for _ in 0..effort.rounds {
        for ((contestant, turns), passes) in
            contest.contestants.iter_mut().zip(&mut turns).zip(&passes)
        {
            let took = turn(contestant.work.as_mut(), *passes);
            turns.push(took.as_nanos() as f64 / f64::from(*passes) / items);
        }
    }
    turns.into_iter().map(median).collect()
}

/// How many passes make up a turn.
fn calibrate(work: &mut dyn Work, target: Duration) -> u32 {
    let mut passes = 1;
    loop {
        let took = turn(work, passes);
        if took >= target / 2 || passes > 1 << 24 {
            let more = target.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return ((f64::from(passes) * more) as u32).max(1);
        }
        passes *= 2;
    }
}

fn turn(work: &mut dyn Work, passes: u32) -> Duration {
    if !work.is_prepared() {
        let start = Instant::now();
        work.passes(passes);
        return start.elapsed();
    }
    let mut took = Duration::ZERO;
    for _ in 0..passes {
        work.prepare();
        let start = Instant::now();
        work.pass();
        took += start.elapsed();
    }
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
