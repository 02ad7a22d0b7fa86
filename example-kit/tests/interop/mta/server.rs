//! A mail server at work.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Mta;
use super::hops::Hop;
use crate::interop::deliver::{FROM, World};
use crate::interop::dovecot_daemon::Daemon;
use crate::processes::guarded::{end, guarded};
use crate::processes::process::{Finished, run};
use crate::processes::send::Send;

/// How long a server may take for what it does in its own time.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where it listens.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    /// For everybody, with STARTTLS if they like.
    pub(crate) open: SocketAddr,
    /// For who has logged in, over STARTTLS.
    pub(crate) submission: SocketAddr,
    /// With TLS from the first octet.
    pub(crate) implicit: SocketAddr,
}

/// What a server is made of.
pub(crate) struct Plan<'a> {
    pub(crate) world: &'a World,
    pub(crate) hops: &'a [Hop],
    pub(crate) ports: Ports,
    /// A directory for it.
    pub(crate) dir: &'a Path,
}

/// How to run a server that has been set up.
pub(crate) struct Setup {
    /// Words of a command.
    pub(crate) run: Vec<OsString>,
    /// Has it try again what it could not pass on.
    pub(crate) flush: Vec<OsString>,
    /// Holds a maildir for each local part.
    pub(crate) mail: PathBuf,
    /// What it says is added to the first of these files.
    pub(crate) logs: Vec<PathBuf>,
    /// What has to run as long.
    pub(crate) helper: Option<Daemon>,
}

/// Ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) ports: Ports,
    setup: Setup,
    _dir: TempDir,
}

impl Server {
    pub(crate) fn start(world: &World, mta: &Mta, hops: &[Hop]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let [open, submission, implicit] = free_ports();
        let ports = Ports { open, submission, implicit };
        let setup = (mta.set_up)(&Plan { world, hops, ports, dir: dir.path() });
        let output = || {
            let log = fs::OpenOptions::new().create(true).append(true).open(&setup.logs[0]);
            Stdio::from(log.expect("a log"))
        };
        let (stdout, stderr) = (output(), output());
        let child = guarded(&setup.run).stdout(stdout).stderr(stderr).spawn();
        let child = child.unwrap_or_else(|error| panic!("{}: {error}", mta.name));
        let mut server = Self { child, ports, setup, _dir: dir };
        let listening = wait_for(|| {
            let ended = server.child.try_wait().expect("a child");
            assert_eq!(ended, None, "{}: {}", mta.name, server.log());
            [open, submission, implicit].iter().all(|port| TcpStream::connect(port).is_ok())
        });
        assert_eq!(listening, Ok(()), "{} does not listen: {}", mta.name, server.log());
        server
    }

    /// The first line that it says.
    pub(crate) fn greeting(&self) -> String {
        let stream = TcpStream::connect(self.ports.open).expect("a connection");
        let mut greeting = String::new();
        BufReader::new(stream).read_line(&mut greeting).expect("a greeting");
        greeting
    }

    /// To the open port, in the clear.
    pub(crate) fn send(&self, world: &World) -> Send {
        world.adapter.send(self.ports.open).args(["--starttls", "off"])
    }

    /// Has it try again what it could not pass on.
    pub(crate) fn flush(&self) -> Result<(), String> {
        let mut flush = Command::new(&self.setup.flush[0]);
        let Finished { status, stdout, stderr } = run(flush.args(&self.setup.flush[1..]), b"");
        if status == 0 { Ok(()) } else { Err(format!("exit status {status}: {stdout}{stderr}")) }
    }

    /// The messages that this local part has got since the last call, with LF at the ends of
    /// lines.
    pub(crate) fn take(&self, local_part: &str) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.setup.mail.join(local_part).join("new"));
        let paths = entries.into_iter().flatten().map(|entry| entry.expect("a file").path());
        paths
            .map(|path| {
                let message = fs::read(&path).expect("a file");
                fs::remove_file(&path).expect("a file");
                message
            })
            .collect()
    }

    /// Waits for one message.
    pub(crate) fn arrived(&self, local_part: &str) -> Result<Vec<u8>, String> {
        let mut messages = self.arrivals(local_part, 1)?;
        Ok(messages.remove(0))
    }

    /// Waits for so many messages.
    pub(crate) fn arrivals(&self, local_part: &str, count: usize) -> Result<Vec<Vec<u8>>, String> {
        let mut messages = Vec::new();
        let arrived = wait_for(|| {
            messages.extend(self.take(local_part));
            messages.len() >= count
        });
        match arrived {
            Ok(()) if messages.len() == count => Ok(messages),
            _ => Err(format!("{} messages for {local_part}: {}", messages.len(), self.last())),
        }
    }

    /// What the sender is told of messages that did not, or did, get through.
    pub(crate) fn report(&self) -> Result<String, String> {
        let (sender, _) = FROM.split_once('@').expect("a mailbox");
        self.arrived(sender).map(|report| String::from_utf8_lossy(&report).into_owned())
    }

    pub(crate) fn log(&self) -> String {
        let read = |log| fs::read(log).unwrap_or_default();
        let logs = self.setup.logs.iter().map(read);
        let own = logs.map(|log| String::from_utf8_lossy(&log).into_owned());
        own.chain(self.setup.helper.iter().map(Daemon::log)).collect()
    }

    /// The end of the log.
    pub(crate) fn last(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(6).collect();
        lines.join(" / ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// To a port where TLS is begun by STARTTLS.
pub(crate) fn send_over_tls(world: &World, port: SocketAddr) -> Send {
    let send = world.adapter.send(port).args(["--starttls", "required", "--ca"]);
    send.arg(&world.certificates.ca)
}

/// Waits a while until something is so.
pub(crate) fn wait_for(mut is_so: impl FnMut() -> bool) -> Result<(), ()> {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() >= end {
            return Err(());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Servers can't tell which ports they were given, so they are given some that were free just now.
fn free_ports<const N: usize>() -> [SocketAddr; N] {
    let sockets = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    sockets.map(|socket| socket.local_addr().expect("an address"))
}
