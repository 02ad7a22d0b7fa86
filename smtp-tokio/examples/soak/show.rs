//! How it goes, while it goes.

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Args;
use crate::peer::World;
use crate::tally::Column;
use crate::watch::Sample;

/// How often there is a line where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// A bar on a terminal, otherwise a line now and then.
pub(crate) enum Show {
    Bar(ProgressBar),
    Lines { next: Duration },
}

impl Show {
    pub(crate) fn new(args: &Args) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines { next: LINE };
        }
        let (bar, style) = match args.time() {
            Some(time) => {
                (ProgressBar::new(time.as_secs()), "{bar:20} {pos:>4} s of {len}  {wide_msg}")
            }
            None => (ProgressBar::new_spinner(), "{spinner} {elapsed}  {wide_msg}"),
        };
        Self::Bar(bar.with_style(ProgressStyle::with_template(style).expect("a template")))
    }

    pub(crate) fn tell(&mut self, world: &World, took: Duration, sample: Option<Sample>) {
        match self {
            Self::Bar(bar) => {
                bar.set_position(took.as_secs());
                bar.set_message(line(world, took, sample));
            }
            Self::Lines { next } if took >= *next => {
                *next += LINE;
                eprintln!("{:4} s  {}", took.as_secs(), line(world, took, sample));
            }
            Self::Lines { .. } => {}
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn line(world: &World, took: Duration, sample: Option<Sample>) -> String {
    let tally = &world.tally;
    let acknowledged = tally.sum(Column::Acknowledged);
    let open = tally.open.load(Ordering::Relaxed);
    let rate = float(acknowledged) / took.as_secs_f64();
    let mut line = format!(
        "{open} open, {acknowledged} acknowledged ({rate:.0}/s), {} refused, {} unknown, {} unfinished",
        tally.sum(Column::Refused),
        tally.sum(Column::Unknown),
        tally.sum(Column::Unfinished),
    );
    if let Some(sample) = sample {
        let memory = mebibytes(sample.memory);
        let _ = write!(line, ", {memory}, {} descriptors", sample.descriptors);
    }
    line
}

pub(crate) fn mebibytes(octets: u64) -> String {
    format!("{:.1} MiB", float(octets) / f64::from(1 << 20))
}

#[allow(clippy::cast_precision_loss, reason = "it is to be read, not to be reckoned with")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}
