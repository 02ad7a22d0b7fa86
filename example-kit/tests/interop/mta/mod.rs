//! Mail servers that receive, and pass on: what is checked of them all.

pub(crate) mod content;
pub(crate) mod hops;
pub(crate) mod receiving;
pub(crate) mod root;
pub(crate) mod sending;
pub(crate) mod server;

use server::{Plan, Ports, Server, Setup};

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
    /// What it says that it is.
    pub(crate) version: fn(&Server) -> String,
    /// How it is to be run.
    pub(crate) set_up: fn(&Plan<'_>) -> Setup,
}

/// The largest message that each of them takes.
pub(crate) const MAX_SIZE: usize = 25_000_000;

/// Everything with one adapter, and with the others what differs most, the largest message in the
/// first way of sending only: these servers take their time.
pub(crate) fn samples(world: &World, first: bool) -> impl Iterator<Item = &Sample> {
    let few = ["dots", "8-bit", "long lines", "no final newline"];
    let all = *world.adapter == TOKIO;
    let wanted = move |name| all || few.contains(&name) || first && name == "20 MB";
    world.samples.iter().filter(move |sample| wanted(sample.name))
}

/// A configuration, with these in place of their names.
pub(crate) fn filled(config: &str, ports: Ports, values: &[(&str, String)]) -> String {
    let Ports { open, submission, implicit } = ports;
    let ports = [("@OPEN@", open), ("@SUBMISSION@", submission), ("@IMPLICIT@", implicit)];
    let ports = ports.map(|(name, address)| (name, address.port().to_string()));
    let values = ports.iter().chain(values);
    values.fold(config.to_owned(), |config, (name, is)| config.replace(name, is))
}
