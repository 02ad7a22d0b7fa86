//! Where a mail server relays to: a `receive` for each way of talking to it.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interop::deliver::{PASSWORD, USER, WRONG, World};
use crate::processes::certificates::Certificates;
use crate::processes::receive::{Receive, Stored};

/// How long a server may take to pass a message on.
const PATIENCE: Duration = Duration::from_secs(40);

/// How the server is to encrypt; the certificate is to be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    Never,
    StartTls,
    Implicit,
}

/// The next hop for mail to a domain.
pub(crate) struct Hop {
    pub(crate) domain: String,
    pub(crate) address: SocketAddr,
    pub(crate) security: Security,
    /// By this mechanism the server is to log in as [`USER`], with this password.
    pub(crate) login: Option<(&'static str, &'static str)>,
    pub(crate) lmtp: bool,
    receive: Receive,
}

/// Domains that are more than a mechanism.
pub(crate) const BASIC: &str = "basic.example";
pub(crate) const PIPELINED: &str = "pipelined.example";
pub(crate) const EXTENDED: &str = "extended.example";
pub(crate) const STARTTLS: &str = "starttls.example";
pub(crate) const IMPLICIT: &str = "implicit.example";
pub(crate) const FORGED: &str = "forged.example";
pub(crate) const STRIPPED: &str = "stripped.example";
pub(crate) const WRONG_LOGIN: &str = "wrong.example";
pub(crate) const SMALL: &str = "small.example";
pub(crate) const FEW: &str = "few.example";
pub(crate) const CLOSED: &str = "closed.example";
pub(crate) const LMTP: &str = "lmtp.example";

/// Of a mechanism.
pub(crate) fn domain(mechanism: &str) -> String {
    format!("{}.example", mechanism.to_lowercase())
}

pub(crate) fn start(world: &World, mechanisms: &[&'static str]) -> Vec<Hop> {
    let plain =
        |domain: &str, args: &[&str]| Hop::start(world, domain, Security::Never, args, None);
    let login = |domain: &str, mechanism: &'static str, password| {
        let args = ["--require-auth", "--auth-mechanisms", mechanism, "--auth"];
        let credentials = format!("{USER}:{PASSWORD}");
        let args = [&args[..], &[&credentials]].concat();
        let files = Some(&world.certificates);
        let mut hop = Hop::start(world, domain, Security::StartTls, &args, files);
        hop.login = Some((mechanism, password));
        hop
    };
    let secure = |domain: &str, security, args: &[&str], certificates| {
        Hop::start(world, domain, security, args, Some(certificates))
    };
    let forged = Certificates::new(&["127.0.0.2"]);
    let mut hops = vec![
        plain(BASIC, &["--extensions", "-PIPELINING,-CHUNKING"]),
        plain(PIPELINED, &["--extensions", "-CHUNKING"]),
        plain(EXTENDED, &["--xforward-from", "127.0.0.0/8"]),
        plain(SMALL, &["--max-size", "10000"]),
        plain(FEW, &["--max-recipients", "1"]),
        plain(CLOSED, &["--require-auth", "--auth", "a:b", "--auth-without-tls"]),
        Hop { lmtp: true, ..plain(LMTP, &["--lmtp"]) },
        Hop { security: Security::StartTls, ..plain(STRIPPED, &[]) },
        secure(STARTTLS, Security::StartTls, &[], &world.certificates),
        secure(IMPLICIT, Security::Implicit, &["--implicit-tls"], &world.certificates),
        secure(FORGED, Security::StartTls, &[], &forged),
        login(WRONG_LOGIN, mechanisms[0], WRONG),
    ];
    hops.extend(mechanisms.iter().map(|mechanism| login(&domain(mechanism), mechanism, PASSWORD)));
    hops
}

impl Hop {
    fn start(
        world: &World,
        domain: &str,
        security: Security,
        args: &[&str],
        certificates: Option<&Certificates>,
    ) -> Self {
        let mut all: Vec<&OsStr> = vec!["-v".as_ref()];
        all.extend(args.iter().map(OsStr::new));
        if let Some(Certificates { cert, key, .. }) = certificates {
            all.extend(["--tls-cert".as_ref(), cert.as_os_str()]);
            all.extend(["--tls-key".as_ref(), key.as_os_str()]);
        }
        // Servers that could not talk to one of these leave the whole machine alone for a while.
        let listen = match domain {
            FORGED => "127.0.0.2:0",
            STRIPPED => "127.0.0.3:0",
            _ => "127.0.0.1:0",
        };
        let receive = world.adapter.receive_at(listen, all);
        let address = receive.address();
        Self { domain: domain.into(), address, security, login: None, lmtp: false, receive }
    }

    /// As its certificate has it.
    pub(crate) fn host(&self) -> String {
        self.address.ip().to_string()
    }

    pub(crate) fn log(&self) -> String {
        self.receive.log()
    }

    /// The messages that have arrived since the last call.
    pub(crate) fn take(&self) -> Vec<Stored> {
        self.receive.take()
    }

    /// Waits for so many recipients, who may share a message.
    pub(crate) fn arrived(&self, recipients: usize) -> Result<Vec<Stored>, String> {
        self.arrived_within(recipients, PATIENCE)
    }

    pub(crate) fn arrived_within(
        &self,
        recipients: usize,
        patience: Duration,
    ) -> Result<Vec<Stored>, String> {
        let end = Instant::now() + patience;
        let mut stored = Vec::new();
        loop {
            stored.extend(self.take());
            let found: usize = stored.iter().map(|stored| recipients_of(&stored.envelope)).sum();
            if found == recipients {
                return Ok(stored);
            }
            if found > recipients || Instant::now() >= end {
                let log = self.log();
                let last = log.lines().last().unwrap_or_default();
                return Err(format!("{found} recipients at {}; {last}", self.domain));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until one of these is in the log.
    pub(crate) fn logged(&self, texts: &[&str]) -> Result<(), String> {
        super::server::wait_for(|| texts.iter().any(|text| self.log().contains(text)))
            .map_err(|()| format!("none of {texts:?} in the log of {}", self.domain))
    }
}

fn recipients_of(envelope: &Value) -> usize {
    envelope["to"].as_array().map_or(0, Vec::len)
}
