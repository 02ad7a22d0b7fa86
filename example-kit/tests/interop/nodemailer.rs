//! nodemailer, of JavaScript.

use super::deliver::{Mode, World};
use super::feature::Feature;
use super::jobs::{Abilities, Jobs, check};
use super::tally::Tally;
use crate::processes::corpus::Sample;

const SCRIPT: &str = include_str!("nodemailer.js");

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let jobs = Jobs::start(&mut world.node(SCRIPT));
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
        // Of what it knows the first.
        Mode::Choice("PLAIN"),
        Mode::Lmtp,
    ];
    let expected = Sample::in_lines;
    let can = Abilities { modes, expected, breaks_off: &[], utf8: Ok(()), goes_on: true };
    check(world, tally, &jobs, &can);
    tally.not_offered(Feature::Chunking, "it sends by DATA only");
}
