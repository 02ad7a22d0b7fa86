//! Postfix, with configuration, queue and data of its own, and Dovecot for who logs in.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use super::deliver::USER;
use super::dovecot_lmtp;
use super::installed::version;
use super::mta::hops::{Hop, Security};
use super::mta::root::everybody;
use super::mta::server::{Plan, Setup};
use super::mta::{MAX_SIZE, Mta, filled};
use crate::processes::process;

const MAIN: &str = include_str!("postfix.main.cf");
const MASTER: &str = include_str!("postfix.master.cf");

/// Whose the mail is: nobody's.
const OWNER: u32 = 65534;

/// Directories in the queue that only Postfix may look into.
const PRIVATE: [&str; 11] = [
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
    "saved", "trace",
];

pub(crate) const POSTFIX: Mta = Mta {
    name: "Postfix",
    announces: &["PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "DSN"],
    takes: dovecot_lmtp::MECHANISMS,
    logs_in_by: &["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"],
    uses: &["PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "SIZE", "XFORWARD"],
    lmtp_to_several: true,
    version: |_| version(Command::new("postconf").args(["-d", "-h", "mail_version"]), 0),
    set_up,
};

fn set_up(plan: &Plan<'_>) -> Setup {
    let Plan { world, hops, ports, dir } = plan;
    let helper = dovecot_lmtp::start(world);
    let path = |name: &str| dir.join(name);
    for name in ["etc", "spool", "data", "mail"] {
        fs::create_dir(path(name)).expect("a directory");
    }
    directories(dir);
    for (file, name) in [
        (&world.certificates.cert, "etc/cert.pem"),
        (&world.certificates.key, "etc/key.pem"),
        (&world.certificates.ca, "etc/ca.pem"),
    ] {
        fs::copy(file, path(name)).expect("a file");
    }
    let values = [
        ("@DIR@", dir.display().to_string()),
        ("@UID@", OWNER.to_string()),
        ("@MAX_SIZE@", MAX_SIZE.to_string()),
        ("@AUTH@", helper.dir().join("auth").display().to_string()),
    ];
    let mailboxes = ["a@example.org", "b@example.net", "c@example.net", "b\u{fc}@example.net"];
    let mailbox = |name: &&str| {
        let (local_part, _) = name.split_once('@').expect("a mailbox");
        format!("{name} {local_part}/\n")
    };
    for (name, content) in [
        ("main.cf", filled(MAIN, *ports, &values)),
        ("master.cf", filled(MASTER, *ports, &values)),
        ("mailboxes", mailboxes.iter().map(mailbox).collect()),
        ("transport", hops.iter().map(transport).collect()),
        ("policy", hops.iter().map(policy).collect()),
        ("passwords", hops.iter().map(password).collect()),
    ] {
        fs::write(path("etc").join(name), content).expect("a file");
    }
    let etc = path("etc").into_os_string();
    // In the foreground, and in the process group that it was given.
    let run = ["/usr/lib/postfix/sbin/master", "-d", "-c"].map(OsString::from);
    let flush = ["postqueue", "-f", "-c"].map(OsString::from);
    let in_etc = |words: [OsString; 3]| words.into_iter().chain([etc.clone()]).collect();
    let (run, flush) = (in_etc(run), in_etc(flush));
    let logs = vec![path("output"), path("log")];
    Setup { run, flush, mail: path("mail"), logs, helper: Some(helper) }
}

/// What its own installation would make.
fn directories(dir: &Path) {
    let id = |what| {
        let found = process::run(Command::new("id").args([what, "postfix"]), b"").stdout;
        found.trim().parse().expect("the user of Postfix")
    };
    let owner = id("-u");
    let give = |name: &str, mode| {
        let path = dir.join(name);
        fs::create_dir_all(&path).expect("a directory");
        everybody(&path, mode);
        chown(path, Some(owner), None).expect("an owner");
    };
    everybody(dir, 0o755);
    for name in PRIVATE {
        give(&format!("spool/{name}"), 0o700);
    }
    give("spool/maildrop", 0o730);
    give("spool/public", 0o710);
    give("data", 0o700);
    fs::create_dir(dir.join("spool/pid")).expect("a directory");
    chown(dir.join("mail"), Some(OWNER), Some(OWNER)).expect("an owner");
}

fn next_hop(hop: &Hop) -> String {
    format!("[{}]:{}", hop.host(), hop.address.port())
}

fn transport(hop: &Hop) -> String {
    let by = match hop.security {
        _ if hop.lmtp => return format!("{} lmtp:inet:{}\n", hop.domain, hop.address),
        Security::Implicit => "implicit",
        _ => "smtp",
    };
    format!("{} {by}:{}\n", hop.domain, next_hop(hop))
}

fn policy(hop: &Hop) -> String {
    match hop.security {
        Security::Never => format!("{} none\n", next_hop(hop)),
        _ => format!("{} secure match={}\n", next_hop(hop), hop.host()),
    }
}

fn password(hop: &Hop) -> String {
    let Some((_, password)) = hop.login else { return String::new() };
    format!("{} {USER}:{password}\n", next_hop(hop))
}
