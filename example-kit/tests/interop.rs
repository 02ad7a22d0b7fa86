//! The examples `receive` and `send` with other people's software at the other end.
//!
//! Does nothing unless `SMTP_INTEROP` is set, and then fails if any of that software is missing:
//! swaks (with `Net::SSLeay` for TLS), msmtp, curl, Postfix's `smtp-source` and `smtp-sink`, and
//! the Python of `SMTP_INTEROP_PYTHON` with aiosmtpd.
//!
//! What is sent has to be stored octet by octet: leading dots, 8-bit text, lines of 998 octets,
//! 20 MB, an empty body, a last line that does not end.
#![cfg(unix)]

mod processes;

/// The peers; a file each.
mod interop {
    pub(crate) mod aiosmtpd;
    pub(crate) mod curl;
    pub(crate) mod deliver;
    pub(crate) mod msmtp;
    pub(crate) mod smtp_sink;
    pub(crate) mod smtp_source;
    pub(crate) mod smtplib;
    pub(crate) mod swaks;
    pub(crate) mod tally;
}

use std::thread;

use interop::deliver::World;
use interop::tally::{Tally, conclude};
use interop::{aiosmtpd, curl, msmtp, smtp_sink, smtp_source, smtplib, swaks};
use processes::adapter::ALL;

/// Makes all checks with one peer.
type Check = fn(&World, &mut Tally);

#[test]
fn interop() {
    if std::env::var_os("SMTP_INTEROP").is_none() {
        println!("interop: skipped, because SMTP_INTEROP is not set");
        return;
    }
    let peers: [(&'static str, Check); 7] = [
        ("swaks", swaks::run),
        ("msmtp", msmtp::run),
        ("curl", curl::run),
        ("smtplib", smtplib::run),
        ("smtp-source", smtp_source::run),
        ("smtp-sink", smtp_sink::run),
        ("aiosmtpd", aiosmtpd::run),
    ];
    let failed = ALL.map(|adapter| conclude(adapter, &check(&World::new(adapter), peers)));
    assert_eq!(failed, [0; ALL.len()], "interoperability checks failed");
}

/// With all peers at once.
fn check(world: &World, peers: [(&'static str, Check); 7]) -> Vec<Tally> {
    thread::scope(|scope| {
        let run = |(peer, run): (_, Check)| {
            scope.spawn(move || {
                let mut tally = Tally::new(peer);
                run(world, &mut tally);
                tally.stop()
            })
        };
        let running: Vec<_> = peers.map(run).into();
        running.into_iter().map(|peer| peer.join().expect("a peer")).collect()
    })
}
