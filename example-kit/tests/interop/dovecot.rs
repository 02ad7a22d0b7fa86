//! Dovecot's submission server, which relays to `receive` who has logged in, and says who that is.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::deliver::{PASSWORD, USER, WRONG, World};
use super::dovecot_daemon::Daemon;
use super::feature::Feature;
use super::installed::version;
use super::tally::{Tally, expect, expect_content};
use crate::processes::process::Finished;
use crate::processes::receive::Receive;
use crate::processes::send::Send;

const CONFIG: &str = include_str!("dovecot.conf");

/// Weakest first, which is not to matter.
const PASSWORDS: [&str; 5] = ["LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"];

/// A JSON Web Token by HS256 with [`PASSWORD`] for a key: `tim` is its subject, and it ends in 2100.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.\
                     eyJzdWIiOiJ0aW0iLCJpYXQiOjEsImV4cCI6NDEwMjQ0NDgwMH0.\
                     yEVOgBZlE7y9kH9m2AwlHAGjiv0Yd72kw2NkponiQ0c";
/// [`PASSWORD`] in base64.
const KEY: &str = "dGFuc3RhYWY=";

/// What it relays, which is what it was sent, behind a line or two of its own.
pub(crate) fn sending(world: &World, tally: &mut Tally) {
    tally.is(version(Command::new("dovecot").arg("--version"), 0));
    let server = Server::start(world, &PASSWORDS);
    contents(world, tally, &server);
    tally.on(Feature::XClient);
    let send = server.send_over_tls(world).args(["--auth", &format!("{USER}:{PASSWORD}")]);
    tally.check("XCLIENT", ends_with(&send.message(b"Subject: x\n\n"), 0));
    tally.check("XCLIENT, stored", server.stored(b"Subject: x\r\n\r\n"));
}

pub(crate) fn receiving(world: &World, tally: &mut Tally) {
    let server = Server::start(world, &[&PASSWORDS[..], &["OAUTHBEARER", "XOAUTH2"]].concat());
    contents(world, tally, &server);
    tally.on(Feature::Auth);
    passwords(world, tally, &server);
    tokens(world, tally, &server);
    choice(world, tally, &server);
    for count in 1..PASSWORDS.len() {
        choice(world, tally, &Server::start(world, &PASSWORDS[..count]));
    }
}

fn contents(world: &World, tally: &mut Tally, server: &Server) {
    let send = server.send_over_tls(world).args(["--auth", &format!("{USER}:{PASSWORD}")]);
    // By BDAT both times, so that nothing need be added to it.
    for sample in &world.samples {
        tally.on(match sample.name {
            "20 MB" => Feature::Large,
            // Only BDAT brings it as it is.
            "no final newline" => Feature::Chunking,
            _ => Feature::StartTls,
        });
        let finished = send.clone().message(&sample.with_lf());
        tally.check(sample.name, ends_with(&finished, 0));
        tally.check(format!("{}, stored", sample.name), server.stored(&sample.content));
    }
}

fn passwords(world: &World, tally: &mut Tally, server: &Server) {
    for mechanism in PASSWORDS {
        for (how, send) in [
            ("in the clear", server.send(world).args(["--starttls", "off"])),
            ("over TLS", server.send_over_tls(world)),
        ] {
            let what = format!("{mechanism} {how}");
            let send = send.args(["--auth-mechanism", mechanism]);
            let right = send.clone().args(["--auth", &format!("{USER}:{PASSWORD}")]);
            server.let_in(tally, &what, mechanism, right);
            let wrong = send.args(["--auth", &format!("{USER}:{WRONG}")]);
            server.refused(tally, &what, mechanism, wrong, "535 5.7.8");
        }
    }
}

fn tokens(world: &World, tally: &mut Tally, server: &Server) {
    for (mechanism, explanation) in [("OAUTHBEARER", "invalid_token"), ("XOAUTH2", "\"401\"")] {
        let send = server.send_over_tls(world).args(["--auth-mechanism", mechanism]);
        let by = |user: &str, token: &str| {
            send.clone().args(["--oauth-token", &format!("{user}:{token}")])
        };
        server.let_in(tally, mechanism, mechanism, by(USER, TOKEN));
        let forged = format!("{}A", &TOKEN[..TOKEN.len() - 1]);
        server.refused(tally, "a forged token", mechanism, by(USER, &forged), explanation);
        server.refused(tally, "another's token", mechanism, by("tom", TOKEN), "535 5.7.8");
    }
    let both = server.send_over_tls(world).args(["--oauth-token", &format!("{USER}:{TOKEN}")]);
    server.let_in(tally, "either by token", "OAUTHBEARER", both);
}

/// What is taken if nobody says: the strongest; and if that fails, nothing else is tried.
fn choice(world: &World, tally: &mut Tally, server: &Server) {
    let strongest = match server.mechanisms.as_slice() {
        // Neither hides the password; PLAIN takes fewer steps.
        ["LOGIN", "PLAIN"] => "PLAIN",
        mechanisms => mechanisms.iter().rfind(|name| PASSWORDS.contains(name)).expect("one"),
    };
    let what = format!("{strongest} of {}", server.mechanisms.join(" "));
    let send = server.send_over_tls(world);
    let right = send.clone().args(["--auth", &format!("{USER}:{PASSWORD}")]);
    server.let_in(tally, &what, strongest, right);
    let wrong = send.args(["--auth", &format!("{USER}:{WRONG}")]);
    server.refused(tally, &what, strongest, wrong, "535 5.7.8");
}

fn ends_with(finished: &Finished, status: i32) -> Result<(), String> {
    let Finished { status: found, stderr, .. } = finished;
    if *found == status { Ok(()) } else { Err(format!("exit status {found}: {stderr}")) }
}

/// A server at work.
struct Server {
    daemon: Daemon,
    address: SocketAddr,
    mechanisms: Vec<&'static str>,
    /// Where it relays to.
    relay: Receive,
}

impl Server {
    /// With these mechanisms, in this order.
    fn start(world: &World, mechanisms: &[&'static str]) -> Self {
        let relay = world.adapter.receive(["--xclient-from", "127.0.0.0/8"]);
        let dir = tempfile::tempdir().expect("a directory");
        let path = |name: &str| dir.path().join(name);
        let keys = path("keys").join("default/HS256");
        fs::create_dir_all(&keys).expect("a directory");
        // It can't tell which port it was given, so it is given one that was free just now.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = free.expect("a port");
        let config = [
            ("@MECHANISMS@", mechanisms.join(" ").to_lowercase()),
            ("@PORT@", address.port().to_string()),
            ("@RELAY@", relay.port()),
        ];
        let config =
            config.iter().fold(CONFIG.to_owned(), |config, (name, is)| config.replace(name, is));
        let oauth2 = format!(
            "introspection_mode = local\nusername_attribute = sub\n\
             local_validation_key_dict = fs:posix:prefix={}/\n",
            path("keys").display(),
        );
        for (path, content) in [
            (path("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")),
            (path("oauth2.conf"), oauth2),
            (keys.join("default"), KEY.into()),
        ] {
            fs::write(path, content).expect("a file");
        }
        let is_ready = || TcpStream::connect(address).is_ok();
        let daemon = Daemon::start(dir, &config, &world.certificates, is_ready);
        Self { daemon, address, mechanisms: mechanisms.into(), relay }
    }

    fn send(&self, world: &World) -> Send {
        world.adapter.send(self.address)
    }

    fn send_over_tls(&self, world: &World) -> Send {
        self.send(world).args(["--starttls", "required", "--ca"]).arg(&world.certificates.ca)
    }

    /// Checks that a message is sent by this mechanism.
    fn let_in(&self, tally: &mut Tally, what: &str, mechanism: &str, send: Send) {
        let before = self.daemon.log().len();
        tally.check(what, ends_with(&send.message(b"Subject: x\n\n.\n"), 0));
        tally.check(format!("{what}, stored"), self.stored(b"Subject: x\r\n\r\n.\r\n"));
        let line = format!("Login: user=<{USER}>, method={mechanism}, ");
        tally.check(format!("{what}, logged"), self.logs(before, &line));
    }

    /// Checks that one attempt by this mechanism is refused, and told in these words.
    fn refused(&self, tally: &mut Tally, what: &str, mechanism: &str, send: Send, words: &str) {
        let before = self.daemon.log().len();
        let finished = send.message(b"Subject: x\n\n.\n");
        let told = expect(words, &finished.stderr.contains(words), &true);
        let told = told.map_err(|why| format!("{why}: {}", finished.stderr));
        tally.check(format!("{what}, refused"), ends_with(&finished, 77).and(told));
        tally.check(
            format!("{what}, one attempt"),
            self.logs(before, "(auth failed, 1 attempts in ")
                .and_then(|()| self.logs(before, &format!(", method={mechanism}, ")))
                .and_then(|()| expect("messages", &self.relay.take().len(), &0)),
        );
    }

    /// Whether this has arrived, behind a line or two of Dovecot's, and from whom.
    fn stored(&self, content: &[u8]) -> Result<(), String> {
        let stored = self.relay.take_one()?;
        let own = stored.content.len().saturating_sub(content.len());
        expect_content(&stored.content[own..], content)?;
        expect("Received", &stored.content.starts_with(b"Received: "), &true)?;
        expect("user", &stored.envelope["user"], &json!(USER))?;
        expect("XCLIENT", &stored.envelope["xclient"]["login"], &json!(USER))
    }

    /// Waits a little until that is in the log behind so many octets.
    fn logs(&self, from: usize, text: &str) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let log = self.daemon.log();
            let log = log.get(from..).unwrap_or_default();
            if log.contains(text) {
                return Ok(());
            }
            if Instant::now() >= end {
                return Err(format!("no {text:?} in {log:?}"));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}
