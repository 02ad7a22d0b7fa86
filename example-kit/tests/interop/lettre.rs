//! lettre, of Rust.

use std::process::Command;

use super::deliver::{Mode, World};
use super::feature::Feature;
use super::jobs::{Abilities, Jobs, check};
use super::tally::Tally;
use crate::processes::corpus::Sample;

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
    // It ends the last line, whether or not that had an end.
    let expected = |sample: &Sample| [&sample.content[..], b"\r\n"].concat();
    // One refused recipient is the end of the transaction.
    // It does not know that the server explains what is wrong, and waits for an answer.
    let breaks_off = &["XOAUTH2"];
    let can = Abilities { modes, expected, breaks_off, utf8: Ok(()), goes_on: false };
    check(world, tally, &jobs, &can);
    for feature in [Feature::Pipelining, Feature::Chunking] {
        tally.not_offered(feature, "it waits for each reply, and sends by DATA only");
    }
    tally.not_offered(Feature::Lmtp, "it has no LMTP");
}
