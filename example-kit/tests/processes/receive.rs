//! The example `receive` as a process.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::process::{PATIENCE, until, wait};

/// A server at work; killed when dropped.
pub(crate) struct Receive {
    child: Child,
    /// Where it says that it listens.
    pub(crate) listening: String,
    dir: Arc<TempDir>,
    log: Arc<Mutex<String>>,
}

/// A message it has stored.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) content: Vec<u8>,
    pub(crate) envelope: Value,
}

impl Receive {
    pub(crate) fn start<S: AsRef<OsStr>>(
        program: &Path,
        listen: &str,
        dir: Arc<TempDir>,
        args: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::spawn(Command::new(program), listen, dir, args)
    }

    /// One that may have so many descriptors.
    pub(crate) fn with_descriptors(program: &Path, count: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {count}; exec \"$@\""), "sh"]).arg(program);
        let dir = Arc::new(tempfile::tempdir().expect("a directory"));
        Self::spawn::<&str>(command, "127.0.0.1:0", dir, [])
    }

    /// One that keeps nothing. Its directory is one that it does not know.
    pub(crate) fn discarding(program: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        let dir = Arc::new(tempfile::tempdir().expect("a directory"));
        command.args(["--listen", "127.0.0.1:0", "--discard"]).args(args).current_dir(dir.path());
        Self::run(command, dir)
    }

    fn spawn<S: AsRef<OsStr>>(
        mut command: Command,
        listen: &str,
        dir: Arc<TempDir>,
        args: impl IntoIterator<Item = S>,
    ) -> Self {
        command.args(["--listen", listen, "--dir"]).arg(dir.path()).args(args);
        Self::run(command, dir)
    }

    fn run(mut command: Command, dir: Arc<TempDir>) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("receive");
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stderr.take().expect("a pipe"), Arc::clone(&log));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let Some(listening) = line.strip_prefix("listening on ") else {
            let _ = child.wait();
            panic!("receive said {line:?} and {:?}", log.lock().unwrap());
        };
        Self { child, listening: listening.trim_end().into(), dir, log }
    }

    /// Its address, if it has one.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listening.parse().expect("an address")
    }

    pub(crate) fn port(&self) -> String {
        self.address().port().to_string()
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn shared_dir(&self) -> Arc<TempDir> {
        Arc::clone(&self.dir)
    }

    /// A connection, with nothing read from it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// The messages stored since the last call, the oldest first. They are removed.
    pub(crate) fn take(&self) -> Vec<Stored> {
        let names = self.files();
        let ids = names.iter().filter_map(|name| name.strip_suffix(".json"));
        ids.map(|id| {
            let read = |kind: &str| {
                let path = self.dir().join(format!("{id}.{kind}"));
                let content = fs::read(&path).expect("a file");
                fs::remove_file(&path).expect("a file");
                content
            };
            let envelope = serde_json::from_slice(&read("json")).expect("JSON");
            Stored { content: read("eml"), envelope }
        })
        .collect()
    }

    /// The only message stored since the last call.
    pub(crate) fn take_one(&self) -> Result<Stored, String> {
        let mut stored = self.take();
        match stored.len() {
            1 => Ok(stored.remove(0)),
            n => {
                let log = self.log();
                let last = log.lines().last().unwrap_or_default();
                Err(format!("{n} messages were stored; the server said: {last}"))
            }
        }
    }

    /// What is in its directory.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.dir()).expect("a directory");
        entries.map(|entry| entry.expect("a file").file_name().into_string().unwrap()).collect()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn wait_for_log(&self, text: &str) {
        until(&format!("{text:?} in the log"), || self.log().contains(text));
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a process");
    }

    /// Its exit status once it has ended.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        wait(&mut self.child, PATIENCE).expect("receive does not end").code()
    }

    /// SIGTERM; its exit status.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// SIGKILL. The directory stays.
    pub(crate) fn crash(mut self) -> Arc<TempDir> {
        self.child.kill().expect("a process");
        self.child.wait().expect("a process");
        self.shared_dir()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads all the time, so that the writer is never held up.
fn keep(reader: impl Read + Send + 'static, log: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
}
