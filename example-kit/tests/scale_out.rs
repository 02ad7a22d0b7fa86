//! How a site grows: `HAProxy` in front of two `receive`, one of which is stopped half way.
//!
//! With `docs/haproxy.cfg`, on other ports. Does nothing unless `SMTP_INTEROP` is set, and then fails
//! if `HAProxy` or Postfix's `smtp-source` is missing.
#![cfg(unix)]

mod processes;

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use processes::adapter::TOKIO;
use processes::process::{run, until};
use processes::receive::Stored;

/// So many runs of `smtp-source`, with so many messages each.
const RUNS: usize = 100;
const MESSAGES: usize = 50;
/// How many runs there are at a time, and connections in each.
const AT_ONCE: usize = 2;
const SESSIONS: usize = 5;

#[test]
fn no_message_is_lost_when_one_of_two_stops() {
    if std::env::var_os("SMTP_INTEROP").is_none() {
        println!("scale_out: skipped, because SMTP_INTEROP is not set");
        return;
    }
    let mut first = TOKIO.receive(["--proxy-protocol"]);
    let second = TOKIO.receive(["--proxy-protocol"]);
    let balancer = Balancer::start(first.address(), second.address());

    let next = AtomicUsize::new(0);
    let again = AtomicUsize::new(0);
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= RUNS {
                        break;
                    }
                    // As a queue does: what was not accepted is sent again.
                    while !push(balancer.address, number) {
                        again.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        until("half of the messages", || next.load(Ordering::SeqCst) >= RUNS / 2);
        first.signal(Signal::TERM);
        assert_eq!(first.wait(), Some(0), "{}", first.log());
    });
    let again = again.load(Ordering::SeqCst);
    let (by_first, by_second) = (first.take(), second.take());
    println!(
        "scale_out: {} and {} messages stored in {:.1} s; {again} runs of {RUNS} repeated",
        by_first.len(),
        by_second.len(),
        began.elapsed().as_secs_f64(),
    );
    assert!(by_first.len() > RUNS * MESSAGES / 10 && by_second.len() > RUNS * MESSAGES / 10);
    // Only who talks to it in that moment notices that one stops; and may come back within it.
    assert!(again <= 5 * AT_ONCE, "{again} runs were repeated");

    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for stored in by_first.iter().chain(&by_second) {
        *seen.entry(recipient(stored)).or_default() += 1;
        check_origin(stored);
    }
    assert_eq!(seen.len(), RUNS * MESSAGES, "every message is stored");
    let twice = seen.values().map(|count| count - 1).sum::<usize>();
    assert!(twice <= again * MESSAGES, "{twice} messages were stored twice");
}

/// Each message has a recipient of its own: `runNNNx`, and a number.
fn push(to: SocketAddr, run_number: usize) -> bool {
    let mut command = Command::new("smtp-source");
    command.args(["-s", &SESSIONS.to_string(), "-m", &MESSAGES.to_string(), "-l", "2000", "-N"]);
    command.args(["-f", "a@example.org", "-t", &format!("run{run_number}x@example.net")]);
    let finished = run(command.arg(to.to_string()), b"");
    if finished.status != 0 {
        println!("scale_out: run {run_number}: {}", finished.stderr.trim());
    }
    finished.status == 0
}

fn recipient(stored: &Stored) -> String {
    stored.envelope["to"][0].as_str().expect("a recipient").to_owned()
}

/// The client is who it is, and came through the balancer.
fn check_origin(stored: &Stored) {
    let address = |value: &serde_json::Value| -> SocketAddr {
        value.as_str().expect("an address").parse().expect("an address")
    };
    let client = address(&stored.envelope["client"]["address"]);
    let proxy = address(&stored.envelope["proxy"]);
    assert_eq!(
        (client.ip().to_string(), proxy.ip().to_string()),
        ("127.0.0.1".into(), "127.0.0.2".into())
    );
}

/// `HAProxy` at work; killed when dropped.
struct Balancer {
    child: Child,
    address: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Balancer {
    fn start(first: SocketAddr, second: SocketAddr) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/haproxy.cfg");
        let mut config = fs::read_to_string(documented).expect("docs/haproxy.cfg");
        for (documented, here) in [
            ("bind 127.0.0.1:25\n", format!("bind {address}\n")),
            ("server a 127.0.0.1:2525\n", format!("server a {first}\n")),
            ("server b 127.0.0.1:2526\n", format!("server b {second}\n")),
        ] {
            assert!(config.contains(documented), "{documented}");
            config = config.replace(documented, &here);
        }
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("haproxy.cfg");
        fs::write(&path, config).expect("a file");
        let mut child = Command::new("haproxy")
            .arg("-db")
            .arg("-f")
            .arg(&path)
            .stdin(Stdio::null())
            .spawn()
            .expect("haproxy");
        until("the balancer", || {
            assert_eq!(child.try_wait().expect("a child"), None, "haproxy has ended");
            TcpStream::connect(address).is_ok()
        });
        Self { child, address, _dir: dir }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
