//! smtp-sink, Postfix's destination for tests.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::deliver::World;
use super::feature::Feature;
use super::smtp_source::postfix;
use super::tally::{Tally, expect, expect_content};
use crate::processes::process::{Finished, until};

/// What it refuses, and the exit status that follows.
const REFUSALS: [(&[&str], i32); 30] = [
    (&["-f", "CONNECT"], 69),
    (&["-r", "CONNECT"], 75),
    (&["-q", "CONNECT"], 75),
    (&["-Q", "CONNECT"], 75),
    (&["-f", "EHLO"], 0), // HELO will do
    (&["-f", "EHLO,HELO"], 69),
    (&["-r", "EHLO"], 75),
    (&["-q", "EHLO"], 75),
    (&["-Q", "EHLO"], 75),
    (&["-f", "MAIL"], 69),
    (&["-r", "MAIL"], 75),
    (&["-q", "MAIL"], 75),
    (&["-Q", "MAIL"], 75),
    (&["-f", "RCPT"], 69),
    (&["-r", "RCPT"], 75),
    (&["-q", "RCPT"], 75),
    (&["-Q", "RCPT"], 75),
    (&["-f", "DATA"], 69),
    (&["-r", "DATA"], 75),
    (&["-q", "DATA"], 75),
    (&["-Q", "DATA"], 75),
    (&["-f", "."], 69),
    (&["-r", "."], 75),
    (&["-q", "."], 75),
    (&["-Q", "."], 75),
    (&["-f", "QUIT"], 0),
    (&["-q", "QUIT"], 0),
    (&["-e"], 0),                    // no ESMTP
    (&["-p"], 0),                    // no PIPELINING
    (&["-T", "1024", "-H", "1"], 0), // slow
];

pub(crate) fn run(world: &World, tally: &mut Tally) {
    tally.is(postfix());
    for feature in [Feature::StartTls, Feature::ImplicitTls, Feature::Auth] {
        tally.not_offered(feature, "it speaks in the clear, and lets in everybody");
    }
    for feature in [Feature::Chunking, Feature::SmtpUtf8, Feature::Size, Feature::Dsn] {
        tally.not_offered(feature, "it does not announce it");
    }
    contents(world, tally);
    refusals(world, tally);
    many(world, tally);

    tally.on(Feature::EightBitMime);
    let sink = Sink::start(&["-8"]);
    let finished = world.adapter.send(sink.address).message(b"\xfc\n");
    tally.check("no 8BITMIME", ends_with(&finished, 69).and_then(|()| says(&finished, "8BITMIME")));

    tally.on(Feature::Refusals);
    // It says no in the middle of the message, which the protocol does not allow, and reads no
    // further. There has to be an end to that, with the server's code in it.
    let sink = Sink::start(&["-A", "0"]);
    let finished = world.adapter.send(sink.address).message(&world.sample("20 MB").content);
    let refused = expect("a refusal", &finished.status, &69);
    tally.check("refused halfway", refused.and_then(|()| says(&finished, "550")));
}

fn contents(world: &World, tally: &mut Tally) {
    for (dialect, args) in [("SMTP", &[][..]), ("SMTP", &["-p"]), ("LMTP", &["-L"])] {
        let feature = match (dialect, args) {
            ("LMTP", _) => Feature::Lmtp,
            (_, []) => Feature::Pipelining,
            _ => Feature::Plain,
        };
        let sink = Sink::start(args);
        for sample in &world.samples {
            let mut send = world.adapter.send(sink.address).to("b@example.net").to("c@example.net");
            if dialect == "LMTP" {
                send = send.arg("--lmtp");
            }
            let what = format!("{dialect} {args:?}, {}", sample.name);
            let large = feature == Feature::Plain && sample.name == "20 MB";
            tally.on(if large { Feature::Large } else { feature });
            tally.check(&what, ends_with(&send.message(&sample.with_lf()), 0));
            let dumped = sink.take_one().and_then(|dump| {
                let (_, content) = split(&dump)?;
                // It writes LF for CRLF.
                expect_content(content, &crate::processes::corpus::with_lf(&sample.in_lines()))
            });
            tally.check(format!("{what}, stored"), dumped);
        }
    }
    tally.on(Feature::EightBitMime);
    let sink = Sink::start(&[]);
    let finished = world.adapter.send_from_nobody(sink.address).to("postmaster").message(b"\xfc\n");
    tally.check("an envelope", ends_with(&finished, 0));
    let envelope = sink.take_one().and_then(|dump| {
        let (head, _) = split(&dump)?;
        let head = String::from_utf8_lossy(head).into_owned();
        for line in
            ["X-Client-Proto: ESMTP", "X-Mail-Args: <> BODY=8BITMIME", "X-Rcpt-Args: <Postmaster>"]
        {
            expect(line, &head.lines().any(|found| found == line), &true)?;
        }
        Ok(())
    });
    tally.check("an envelope, stored", envelope);
}

fn refusals(world: &World, tally: &mut Tally) {
    tally.on(Feature::Refusals);
    for (args, status) in REFUSALS {
        let sink = Sink::start(args);
        let send = world.adapter.send(sink.address).to("b@example.net").to("c@example.net");
        let finished = send.args(["--timeout", "10"]).message(b"Subject: x\n\ntext\n");
        tally.check(format!("{args:?}"), ends_with(&finished, status));
    }
}

fn many(world: &World, tally: &mut Tally) {
    tally.on(Feature::Many);
    let sink = Sink::start(&[]);
    let send = world.adapter.send(sink.address).args(["--repeat", "500", "--connections", "5"]);
    let finished = send.message(b"Subject: x\n\n.\n");
    let accepted = says(&finished, "500 messages; recipients: 500 accepted");
    tally.check("500 messages", ends_with(&finished, 0).and(accepted));
    tally.check("500 messages, stored", expect("messages", &sink.take().len(), &500));
}

fn ends_with(finished: &Finished, status: i32) -> Result<(), String> {
    let Finished { status: found, stderr, .. } = finished;
    if *found == status { Ok(()) } else { Err(format!("exit status {found}: {stderr}")) }
}

fn says(finished: &Finished, words: &str) -> Result<(), String> {
    let Finished { stdout, stderr, .. } = finished;
    let there = stdout.contains(words) || stderr.contains(words);
    if there { Ok(()) } else { Err(format!("no {words:?} in {stdout:?} and {stderr:?}")) }
}

/// The headers that smtp-sink writes, the last of which is `Received`, and the message. Behind it
/// comes an empty line.
fn split(dump: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let received = find(dump, b"\nReceived: ").ok_or("no Received header in the dump")?;
    let zone = find(&dump[received..], b" (UTC)\n").or_else(|| find(&dump[received..], b")\n"));
    let end = received + zone.ok_or("the dump is cut off")?;
    let end = end + dump[end..].iter().position(|octet| *octet == b'\n').unwrap_or(0) + 1;
    let (head, content) = dump.split_at(end);
    Ok((head, content.strip_suffix(b"\n").ok_or("the dump does not end")?))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A server at work; killed when dropped.
struct Sink {
    child: Child,
    address: SocketAddr,
    dir: TempDir,
}

impl Sink {
    fn start(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // As root it wants to be somebody else.
        let everybody = fs::Permissions::from_mode(0o777);
        fs::set_permissions(dir.path(), everybody).expect("permissions");
        let mut command = Command::new("smtp-sink");
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        // It can't tell which port it was given, so it is given one that was free just now.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = free.expect("a port");
        let child = command
            .args(args)
            .arg("-d")
            .arg(dir.path().join("m."))
            .args([&address.to_string(), "100"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink");
        until("smtp-sink to listen", || TcpStream::connect(address).is_ok());
        Self { child, address, dir }
    }

    /// The messages dumped since the last call. They are removed.
    fn take(&self) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.dir.path()).expect("a directory");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths
            .map(|path| {
                let dump = fs::read(&path).expect("a file");
                fs::remove_file(&path).expect("a file");
                dump
            })
            .collect()
    }

    fn take_one(&self) -> Result<Vec<u8>, String> {
        let mut dumps = self.take();
        match dumps.len() {
            1 => Ok(dumps.remove(0)),
            n => Err(format!("{n} messages were dumped")),
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
