//! What the server takes of this machine.

use std::fs;
use std::time::Duration;

/// How often it has to be seen before anything can be said: half a minute. So long it takes until
/// there was a connection of each kind at each point, and the allocator has what they need.
const ENOUGH: usize = 60;

/// So much of growth is nothing. The buffers of as many connections as happen to be open, and what the
/// allocator keeps of them, make half of this to either side, which may be more than a tenth of a small
/// process. A leak of an octet in a thousand of what comes in, or of half a KiB for each connection, is
/// more than this within half a minute of the usual load.
const NOISE: u64 = 1 << 20;

/// How often to look.
pub(crate) const INTERVAL: Duration = Duration::from_millis(500);

/// At one time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Resident memory, in octets.
    pub(crate) memory: u64,
    pub(crate) descriptors: u64,
}

impl Sample {
    /// None where there is no `/proc`, no such process, or no right to look.
    pub(crate) fn take(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
        Some(Self { memory: kib << 10, descriptors })
    }
}

/// Over the whole time.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) middle: Sample,
    pub(crate) end: Sample,
    pub(crate) most: Sample,
}

impl Course {
    /// Of what was seen while the load was on, in equal steps. None if that was too little.
    ///
    /// The middle and the end are medians of a tenth of the time: who happens to be connected in one
    /// moment says little.
    pub(crate) fn new(samples: &[Sample]) -> Option<Self> {
        if samples.len() < ENOUGH {
            return None;
        }
        let tenth = samples.len() / 10;
        let middle = samples.len() / 2 - tenth / 2;
        Some(Self {
            middle: median(&samples[middle..middle + tenth])?,
            end: median(&samples[samples.len() - tenth..])?,
            most: Sample {
                memory: samples.iter().map(|sample| sample.memory).max()?,
                descriptors: samples.iter().map(|sample| sample.descriptors).max()?,
            },
        })
    }

    /// Within a tenth of what it was in the middle. To shrink is no fault.
    pub(crate) fn is_flat(&self) -> bool {
        self.end.memory <= self.middle.memory + (self.middle.memory / 10).max(NOISE)
    }
}

fn median(samples: &[Sample]) -> Option<Sample> {
    let middle = |of: fn(&Sample) -> u64| {
        let mut values: Vec<u64> = samples.iter().map(of).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    };
    Some(Sample { memory: middle(|s| s.memory)?, descriptors: middle(|s| s.descriptors)? })
}
