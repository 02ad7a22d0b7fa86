//! Dovecot's LMTP server, which delivers to maildirs.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use super::deliver::{PASSWORD, USER, World};
use super::dovecot_daemon::Daemon;
use super::feature::Feature;
use super::installed::version;
use super::mta::content::expect_delivered;
use super::mta::receiving::{ends_with, says};
use super::mta::samples;
use super::tally::{Tally, expect};
use crate::processes::certificates::Certificates;
use crate::processes::corpus::with_lf;
use crate::processes::raw::Raw;
use crate::processes::send::Send;

const CONFIG: &str = include_str!("dovecot_lmtp.conf");

/// By which clients may log in where Dovecot is asked who they are.
pub(crate) const MECHANISMS: &[&str] =
    &["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"];

const MAILBOXES: [&str; 3] = ["b", "c", "d"];

const MESSAGE: &[u8] = b"Subject: x\n\n.text\n";

pub(crate) fn run(world: &World, tally: &mut Tally) {
    let server = Server::start(world);
    tally.is(version(Command::new("dovecot").arg("--version"), 0));
    let stream = TcpStream::connect(server.address).expect("a connection");
    let reply = Raw::new(stream).say("LHLO client.example.org");
    let found: Vec<&str> = ["PIPELINING", "CHUNKING", "8BITMIME", "STARTTLS", "SIZE", "DSN"]
        .into_iter()
        .filter(|keyword| reply.lines().any(|line| line.get(4..) == Some(keyword)))
        .collect();
    let known = ["PIPELINING", "CHUNKING", "8BITMIME", "STARTTLS"].to_vec();
    tally.on(Feature::Lmtp);
    tally.check("what it announces", expect("keywords", &found, &known));
    contents(world, tally, &server);
    recipients(world, tally, &server);
    encryption(world, tally, &server);
    tally.on(Feature::Many);
    let send = server.send(world).args(["--repeat", "40", "--connections", "2"]);
    tally.check("40 messages", ends_with(&send.to("b@example.net").message(MESSAGE), 0));
    tally.check("40 messages, delivered", expect("messages", &server.take("b").len(), &40));
}

fn contents(world: &World, tally: &mut Tally, server: &Server) {
    let ways = [
        ("waiting", Feature::Lmtp, false, &["--no-pipelining", "--no-chunking"][..]),
        ("sending ahead", Feature::Pipelining, false, &["--no-chunking"]),
        ("by BDAT", Feature::Chunking, false, &[]),
        ("unix socket", Feature::UnixSocket, true, &[]),
    ];
    for (how, feature, socket, args) in ways {
        for sample in samples(world, feature == Feature::Lmtp) {
            tally.on(match (sample.name, feature) {
                ("20 MB", Feature::Lmtp) => Feature::Large,
                ("8-bit", Feature::Lmtp) => Feature::EightBitMime,
                _ => feature,
            });
            let what = format!("{how}, {}", sample.name);
            let send = if socket { server.send_to_socket(world) } else { server.send(world) };
            let send = send.args(args).to("b@example.net").to("c@example.net");
            tally.check(&what, ends_with(&send.message(&sample.with_lf()), 0));
            for to in ["b", "c"] {
                // In a maildir lines end with LF, and so does the last one if it came by DATA.
                let expected = if feature == Feature::Chunking || socket {
                    sample.with_lf()
                } else {
                    with_lf(&sample.in_lines())
                };
                let delivered =
                    server.take_one(to).and_then(|found| expect_delivered(&found, &expected));
                tally.check(format!("{what}, for {to}"), delivered);
            }
        }
    }
}

fn recipients(world: &World, tally: &mut Tally, server: &Server) {
    tally.on(Feature::Refusals);
    for args in [&[][..], &["--no-chunking"], &["--no-chunking", "--no-pipelining"]] {
        let send = server.send(world).args(args).args(["-v", "--to", "b@example.net"]);
        let send = send.to("nobody@example.net").to("c@example.net").to("d@example.net");
        let finished = send.message(MESSAGE);
        let told = ends_with(&finished, 69)
            .and_then(|()| says(&finished, "<nobody@example.net> refused: 550 5.1.1"))
            .and_then(|()| says(&finished, "<b@example.net> accepted: 250 2.0.0"))
            .and_then(|()| says(&finished, "<c@example.net> accepted: 250 2.0.0"))
            .and_then(|()| says(&finished, "3 accepted, 1 refused"));
        tally.check(format!("one of four {args:?}"), told);
        for to in MAILBOXES {
            let delivered = server.take_one(to).and_then(|found| expect_delivered(&found, MESSAGE));
            tally.check(format!("one of four {args:?}, for {to}"), delivered);
        }
    }
    // A maildir that can't be written to is noticed only behind the message.
    let blocked = server.mail("c");
    fs::remove_dir_all(&blocked).expect("a directory");
    fs::write(&blocked, "in the way").expect("a file");
    let mut raw = Raw::new(TcpStream::connect(server.address).expect("a connection"));
    for command in ["LHLO client.example.org", "MAIL FROM:<>", "RCPT TO:<c@example.net>", "RSET"] {
        let accepted = expect(command, &raw.say(command).starts_with("250"), &true);
        tally.check(format!("{command}, accepted"), accepted);
    }
    let send = server.send(world).args(["-v", "--to", "b@example.net"]);
    let finished = send.to("c@example.net").to("d@example.net").message(MESSAGE);
    let told = ends_with(&finished, 75)
        .and_then(|()| says(&finished, "<b@example.net> accepted: 250 2.0.0"))
        .and_then(|()| says(&finished, "<c@example.net> refused: 4"))
        .and_then(|()| says(&finished, "<d@example.net> accepted: 250 2.0.0"));
    tally.check("one of three after the message", told);
    let delivered = ["b", "d"]
        .iter()
        .try_for_each(|to| server.take_one(to).and_then(|found| expect_delivered(&found, MESSAGE)));
    tally.check("one of three after the message, delivered", delivered);
}

fn encryption(world: &World, tally: &mut Tally, server: &Server) {
    tally.on(Feature::StartTls);
    let send = || world.adapter.send(server.address).args(["--lmtp", "--starttls", "required"]);
    let finished = send().arg("--ca").arg(&world.certificates.ca).message(MESSAGE);
    tally.check("verified", ends_with(&finished, 0));
    let delivered = server.take_one("b").and_then(|found| expect_delivered(&found, MESSAGE));
    tally.check("verified, delivered", delivered);
    let finished = send().arg("--ca").arg(&Certificates::local().ca).message(MESSAGE);
    tally.check("an unknown authority", ends_with(&finished, 69));
    tally.check("nothing delivered", expect("messages", &server.take("b").len(), &0));
}

/// A server at work.
struct Server {
    daemon: Daemon,
    address: SocketAddr,
}

/// Starts it on any port, for who only wants to know whom to let in.
pub(crate) fn start(world: &World) -> Daemon {
    start_at(world, free_port())
}

fn start_at(world: &World, address: SocketAddr) -> Daemon {
    let dir = tempfile::tempdir().expect("a directory");
    let mailboxes: String = MAILBOXES.map(|name| format!("{name}::::::\n")).concat();
    fs::write(dir.path().join("mailboxes"), mailboxes).expect("a file");
    fs::write(dir.path().join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).expect("a file");
    fs::create_dir(dir.path().join("mail")).expect("a directory");
    let config = CONFIG.replace("@MECHANISMS@", &MECHANISMS.join(" ").to_lowercase());
    let config = config.replace("@PORT@", &address.port().to_string());
    let is_ready = || TcpStream::connect(address).is_ok();
    Daemon::start(dir, &config, &world.certificates, is_ready)
}

/// It can't tell which port it was given, so it is given one that was free just now.
fn free_port() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    free.expect("a port")
}

impl Server {
    fn start(world: &World) -> Self {
        let address = free_port();
        Self { daemon: start_at(world, address), address }
    }

    fn send(&self, world: &World) -> Send {
        world.adapter.send(self.address).args(["--lmtp", "--starttls", "off"])
    }

    fn send_to_socket(&self, world: &World) -> Send {
        let name = format!("unix:{}", self.daemon.dir().join("lmtp").display());
        world.adapter.send_to(&name).args(["--lmtp", "--starttls", "off"])
    }

    fn mail(&self, local_part: &str) -> PathBuf {
        self.daemon.dir().join("mail").join(local_part)
    }

    /// The messages that this local part has got since the last call. Whoever was told 250 has it.
    fn take(&self, local_part: &str) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.mail(local_part).join("new"));
        let paths = entries.into_iter().flatten().map(|entry| entry.expect("a file").path());
        paths
            .map(|path| {
                let message = fs::read(&path).expect("a file");
                fs::remove_file(&path).expect("a file");
                message
            })
            .collect()
    }

    fn take_one(&self, local_part: &str) -> Result<Vec<u8>, String> {
        let mut messages = self.take(local_part);
        match messages.len() {
            1 => Ok(messages.remove(0)),
            n => Err(format!("{n} messages for {local_part}")),
        }
    }
}
