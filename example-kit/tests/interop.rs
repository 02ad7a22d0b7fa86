//! The examples `receive` and `send` with other people's software at the other end.
//!
//! Does nothing unless `SMTP_INTEROP` is set, and then fails if any of that software is missing:
//! swaks (with `Net::SSLeay` for TLS), msmtp, curl, s-nail, GNU SASL's `gsasl`, Postfix's `smtp-source`
//! and `smtp-sink`, Dovecot's submission server, the Python of `SMTP_INTEROP_PYTHON` with aiosmtpd and
//! aiosmtplib, Node.js with nodemailer and smtp-server in the `node_modules` of `SMTP_INTEROP_NODE`, and
//! `SMTP_INTEROP_LETTRE`, the program in `ci/peers/lettre`; Postfix, Dovecot's LMTP server, and Exim
//! and `OpenSMTPD` unpacked in `SMTP_INTEROP_PEERS`, all of which have to be started by root.
//! `SMTP_INTEROP_ONLY=curl,lettre` is for a few.
//!
//! Every check counts for a feature. What came of each with each peer is `docs/interop.md`: a run
//! fails if that says anything else, and writes it with `SMTP_INTEROP_WRITE=docs/interop.md`.
//!
//! What is sent has to be stored octet by octet: leading dots, 8-bit text, lines of 998 octets,
//! 20 MB, an empty body, a last line that does not end. Who logs in has to do so by the mechanism
//! that is meant, and a wrong password has to be refused. A mechanism that a client was built
//! without is named in the table, and not checked.
#![cfg(unix)]

mod processes;

/// The peers; a file each.
mod interop {
    pub(crate) mod aiosmtpd;
    pub(crate) mod aiosmtplib;
    pub(crate) mod curl;
    pub(crate) mod declared;
    pub(crate) mod deliver;
    pub(crate) mod dovecot;
    pub(crate) mod dovecot_daemon;
    pub(crate) mod dovecot_lmtp;
    pub(crate) mod exim;
    pub(crate) mod feature;
    pub(crate) mod gsasl;
    pub(crate) mod installed;
    pub(crate) mod jobs;
    pub(crate) mod lettre;
    pub(crate) mod matrix;
    pub(crate) mod msmtp;
    pub(crate) mod mta;
    pub(crate) mod nodemailer;
    pub(crate) mod opensmtpd;
    pub(crate) mod postfix;
    pub(crate) mod s_nail;
    pub(crate) mod smtp_server;
    pub(crate) mod smtp_sink;
    pub(crate) mod smtp_source;
    pub(crate) mod smtplib;
    pub(crate) mod swaks;
    pub(crate) mod tally;
}

use std::thread;

use interop::deliver::World;
use interop::exim::EXIM;
use interop::feature::Role;
use interop::matrix::Matrix;
use interop::mta::{receiving, sending};
use interop::opensmtpd::OPENSMTPD;
use interop::postfix::POSTFIX;
use interop::tally::{Tally, conclude};
use interop::{
    aiosmtpd, aiosmtplib, curl, dovecot, dovecot_lmtp, gsasl, lettre, msmtp, nodemailer, s_nail,
    smtp_server, smtp_sink, smtp_source, smtplib, swaks,
};
use processes::adapter::ALL;

/// One peer in one of its roles, and what makes all checks with it.
type Peer = (&'static str, Role, fn(&World, &mut Tally));

#[test]
fn interop() {
    if std::env::var_os("SMTP_INTEROP").is_none() {
        println!("interop: skipped, because SMTP_INTEROP is not set");
        return;
    }
    let all: [Peer; 22] = [
        ("swaks", Role::Sending, swaks::run),
        ("msmtp", Role::Sending, msmtp::run),
        ("curl", Role::Sending, curl::run),
        ("s-nail", Role::Sending, s_nail::run),
        ("smtplib", Role::Sending, smtplib::run),
        ("aiosmtplib", Role::Sending, aiosmtplib::run),
        ("nodemailer", Role::Sending, nodemailer::run),
        ("lettre", Role::Sending, lettre::run),
        ("gsasl", Role::Sending, gsasl::run),
        ("smtp-source", Role::Sending, smtp_source::run),
        ("Dovecot submission", Role::Sending, dovecot::sending),
        ("Dovecot submission", Role::Receiving, dovecot::receiving),
        ("smtp-sink", Role::Receiving, smtp_sink::run),
        ("smtp-server", Role::Receiving, smtp_server::run),
        ("aiosmtpd", Role::Receiving, aiosmtpd::run),
        ("Exim", Role::Receiving, |world, tally| receiving::run(world, tally, &EXIM)),
        ("Exim", Role::Sending, |world, tally| sending::run(world, tally, &EXIM)),
        ("Postfix", Role::Receiving, |world, tally| receiving::run(world, tally, &POSTFIX)),
        ("Postfix", Role::Sending, |world, tally| sending::run(world, tally, &POSTFIX)),
        ("OpenSMTPD", Role::Receiving, |world, tally| receiving::run(world, tally, &OPENSMTPD)),
        ("OpenSMTPD", Role::Sending, |world, tally| sending::run(world, tally, &OPENSMTPD)),
        ("Dovecot LMTP", Role::Receiving, dovecot_lmtp::run),
    ];
    // While a peer is being added, the others can wait.
    let only = std::env::var("SMTP_INTEROP_ONLY").ok();
    let wanted = |(peer, ..): &Peer| {
        only.as_ref().is_none_or(|only| only.split(',').any(|name| name == *peer))
    };
    let peers: Vec<Peer> = all.into_iter().filter(wanted).collect();
    let results = ALL.map(|adapter| (adapter, check(&World::new(adapter), &peers)));
    let failed = results.each_ref().map(|(adapter, tallies)| conclude(adapter, tallies));
    let matrix = Matrix::new(results.into());
    matrix.print();
    if only.is_none() {
        matrix.keep();
    }
    assert_eq!(failed, [0; ALL.len()], "interoperability checks failed");
}

/// With all peers at once.
fn check(world: &World, peers: &[Peer]) -> Vec<Tally> {
    thread::scope(|scope| {
        let run = |&(peer, role, run): &Peer| {
            scope.spawn(move || {
                let mut tally = Tally::new(peer, role);
                run(world, &mut tally);
                tally.stop()
            })
        };
        let running: Vec<_> = peers.iter().map(run).collect();
        running.into_iter().map(|peer| peer.join().expect("a peer")).collect()
    })
}
