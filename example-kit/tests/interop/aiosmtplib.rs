//! aiosmtplib, of Python.

use std::process::Command;

use super::deliver::{Mode, World};
use super::feature::Feature;
use super::jobs::{Abilities, Jobs, check};
use super::tally::Tally;
use crate::processes::corpus::Sample;

const SCRIPT: &str = include_str!("aiosmtplib.py");

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let jobs = Jobs::start(Command::new(&world.python).args(["-c", SCRIPT]));
    let modes = &[
        Mode::Plain,
        Mode::StartTls,
        Mode::ImplicitTls,
        Mode::Auth("PLAIN"),
        Mode::Auth("LOGIN"),
        Mode::Auth("CRAM-MD5"),
        Mode::SecureAuth("PLAIN"),
        Mode::SecureAuth("CRAM-MD5"),
        Mode::SecureAuth("XOAUTH2"),
        Mode::Choice("CRAM-MD5"),
    ];
    let expected = Sample::in_lines;
    let can = Abilities { modes, expected, breaks_off: &[], utf8: Ok(()), goes_on: true };
    check(world, tally, &jobs, &can);
    for feature in [Feature::Pipelining, Feature::Chunking] {
        tally.not_offered(feature, "it waits for each reply, and sends by DATA only");
    }
}
