//! Mail servers that receive, and pass on: what is checked of them all.

pub(crate) mod content;
pub(crate) mod hops;
pub(crate) mod receiving;
pub(crate) mod root;
pub(crate) mod sending;
pub(crate) mod server;

use server::{Plan, Ports, Setup};

use super::deliver::World;
use crate::processes::adapter::TOKIO;
use crate::processes::corpus::Sample;

/// A mail server, and what it can do.
pub(crate) struct Mta {
    pub(crate) name: &'static str,
    /// What it announces, but for AUTH, SIZE and STARTTLS, which they all do.
    pub(crate) announces: &'static [&'static str],
    /// Mechanisms by which clients log in.
    pub(crate) takes: &'static [&'static str],
    /// Mechanisms by which it logs in itself.
    pub(crate) logs_in_by: &'static [&'static str],
    /// Extensions that it makes use of where it relays to.
    pub(crate) uses: &'static [&'static str],
    /// Whether it delivers to several recipients at once by LMTP.
    pub(crate) lmtp_to_several: bool,
    /// How it is to be run.
    pub(crate) set_up: fn(&Plan<'_>) -> Setup,
}

/// The largest message that each of them takes.
pub(crate) const MAX_SIZE: usize = 25_000_000;

/// Everything with one adapter, and with the others what differs most: these servers are slow.
pub(crate) fn samples(world: &World) -> impl Iterator<Item = &Sample> {
    let few = ["dots", "8-bit", "long lines", "no final newline"];
    let all = *world.adapter == TOKIO;
    world.samples.iter().filter(move |sample| all || few.contains(&sample.name))
}

/// A configuration, with these in place of their names.
pub(crate) fn filled(config: &str, ports: Ports, values: &[(&str, String)]) -> String {
    let Ports { open, submission, implicit } = ports;
    let ports = [("@OPEN@", open), ("@SUBMISSION@", submission), ("@IMPLICIT@", implicit)];
    let ports = ports.map(|(name, address)| (name, address.port().to_string()));
    let values = ports.iter().chain(values);
    values.fold(config.to_owned(), |config, (name, is)| config.replace(name, is))
}
