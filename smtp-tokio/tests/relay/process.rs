//! The example `relay` as a process.

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::processes::adapter::TOKIO;
use crate::processes::process::{PATIENCE, until, wait};
use crate::processes::raw::Raw;

/// A relay at work; killed when dropped.
pub(crate) struct Relay {
    child: Child,
    pub(crate) listening: String,
    log: Arc<Mutex<String>>,
}

impl Relay {
    /// On a free port, with mail for `next`.
    pub(crate) fn to<S: AsRef<OsStr>>(
        next: impl Display,
        args: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::at("127.0.0.1:0", next, args)
    }

    pub(crate) fn at<S: AsRef<OsStr>>(
        listen: &str,
        next: impl Display,
        args: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut child = Command::new(TOKIO.program("relay"))
            .args(["--listen", listen, "--hostname", "relay.example"])
            .args(["--to", &next.to_string()])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("relay");
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().expect("a pipe"), Arc::clone(&log));
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let Some(listening) = line.strip_prefix("listening on ") else {
            let _ = child.wait();
            panic!("relay said {line:?} and {:?}", log.lock().unwrap());
        };
        Self { child, listening: listening.trim_end().into(), log }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listening.parse().expect("an address")
    }

    /// A connection, with nothing read from it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// A sender that has said EHLO.
    pub(crate) fn sender(&self) -> Raw {
        let mut raw = Raw::new(self.connect());
        raw.say_all(&["EHLO client.example"]);
        raw
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn wait_for_log(&self, text: &str) {
        until(&format!("{text:?} in the log"), || self.log().contains(text));
    }

    /// What the system says of its memory, in KiB: `VmRSS`, or `VmHWM` for the most it ever was.
    pub(crate) fn memory(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).expect("a number")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a process");
    }

    /// Its exit status once it has ended.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        wait(&mut self.child, PATIENCE).expect("relay does not end").code()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether nothing comes for a moment.
pub(crate) fn is_silent(stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
    let heard = stream.peek(&mut [0]);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    heard.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}
