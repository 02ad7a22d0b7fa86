//! lettre, of Rust.

use std::process::Command;

use super::deliver::{Mode, World};
use super::feature::Feature;
use super::jobs::{Abilities, Jobs, check};
use super::tally::Tally;

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let jobs = Jobs::start(&mut Command::new(&world.lettre));
    let modes = &[
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("PLAIN"),
        Mode::Auth("LOGIN"),
        Mode::SecureAuth("PLAIN"),
        Mode::SecureAuth("LOGIN"),
        Mode::SecureAuth("XOAUTH2"),
        Mode::Choice("PLAIN"),
    ];
    // One refused recipient is the end of the transaction.
    check(world, tally, &jobs, &Abilities { modes, breaks_off: &[], utf8: Ok(()), goes_on: false });
    for feature in [Feature::Pipelining, Feature::Chunking] {
        tally.not_offered(feature, "it waits for each reply, and sends by DATA only");
    }
    tally.not_offered(Feature::Lmtp, "it has no LMTP");
}
