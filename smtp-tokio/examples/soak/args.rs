//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::mix::{self, Mix};

/// Puts a mail server to the test: good, slow, broken and hostile peers at the same time, and every
/// message that it acknowledged is looked for in its store.
///
/// Each message says how long it is and what its checksum is, so a stored file alone tells whether it
/// is whole. What was acknowledged has to be there, exactly; what was not may be there or not, but
/// never in part; and twice only if it was sent again because no reply came.
///
/// The store is a directory like that of the example `receive`: ID.json and ID.eml. It has to be
/// empty, or to hold nothing but messages of this program.
#[derive(Debug, Parser)]
#[command(name = "soak", version, after_long_help = mix::help() + AFTER)]
pub(crate) struct Args {
    /// The server, like 127.0.0.1:2525
    #[arg(long, value_name = "ADDR", required_unless_present = "check")]
    pub(crate) server: Option<String>,

    /// Where the server keeps its messages
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// How long to go on [default: 60s, or until there are enough --messages]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    time: Option<Duration>,

    /// Stop once so many messages are acknowledged
    #[arg(long, value_name = "N")]
    pub(crate) messages: Option<u64>,

    /// How many connections to have at a time
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = count)]
    pub(crate) connections: usize,

    /// Who they are: shares of groups or single peers, like good:2,silent:1
    #[arg(long, value_name = "PEERS", default_value = "good:4,slow:2,broken:2,hostile:2")]
    pub(crate) mix: Mix,

    /// The largest message, in octets. Few are as large
    #[arg(long, value_name = "OCTETS", default_value_t = 1 << 20)]
    pub(crate) largest: usize,

    /// What chance depends on [default: anything]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// The server's process, on this machine: its memory has to be the same at the end as in the middle,
    /// within a tenth. Needs /proc
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,

    /// Nobody is going to stop the server: a good peer that it cuts off or refuses is a fault
    #[arg(long)]
    pub(crate) steady: bool,

    /// Write down what is sent and acknowledged. What is in the file already is not forgotten
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// Connect to nobody: hold the store against the journal
    #[arg(long, requires = "journal", requires = "store")]
    pub(crate) check: bool,
}

const AFTER: &str = "
SIGINT ends the load before its time; the store is looked at all the same.

Exit status:
  0 every acknowledged message is whole   1 something is lost, altered, doubled, half-written or
  never sent; or a fault by --pid or --steady   64 usage   69 there is no server
  71 the store or the journal can't be read

Example:
  receive --listen 127.0.0.1:2525 --dir mail &
  soak --server 127.0.0.1:2525 --store mail --pid $! --time 60s";

impl Args {
    /// When to stop whatever was reached.
    pub(crate) fn time(&self) -> Option<Duration> {
        let default = self.messages.is_none().then_some(Duration::from_secs(60));
        self.time.or(default)
    }
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}
