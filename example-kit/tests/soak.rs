//! Load with faults: `soak` against `receive` of every adapter at once, while they are stopped, killed
//! and started again.
//!
//! For a few seconds, unless `SMTP_SOAK` says for how many; from 40 on there is a second server of each
//! adapter, which nobody stops and whose memory is watched.
#![cfg(unix)]

mod processes;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use processes::adapter::{ALL, Adapter, TOKIO};
use processes::certificates::Certificates;
use processes::process::{Finished, PATIENCE};
use processes::receive::Receive;
use processes::soak;

/// How long the servers are under load.
fn duration() -> Duration {
    let seconds = std::env::var("SMTP_SOAK").ok().map(|text| text.parse().expect("seconds"));
    Duration::from_secs(seconds.unwrap_or(6))
}

/// From where on it makes sense to look at the memory.
const LONG: Duration = Duration::from_secs(40);

/// What `receive` may take to come to its end: its grace, and a little.
const GRACE: Duration = Duration::from_secs(33);

#[test]
fn every_acknowledged_message_is_whole() {
    let time = duration();
    let certificates = Certificates::local();
    // One at a time: they may have to be built.
    for adapter in ALL {
        adapter.program("receive");
    }
    TOKIO.program("soak");
    thread::scope(|scope| {
        for adapter in ALL {
            let certificates = &certificates;
            scope.spawn(move || stopped_and_killed(adapter, certificates, time));
            if time >= LONG {
                scope.spawn(move || left_alone(adapter, certificates, time));
            }
        }
    });
}

/// A third of the time until SIGTERM, a third until SIGKILL, and a third.
fn stopped_and_killed(adapter: &Adapter, certificates: &Certificates, time: Duration) {
    let place = Place::new();
    let mut server = place.server(adapter, certificates);
    let options = ["--time", "10m", "--connections", "24"];
    let load = soak::start(server.address(), place.store.path(), &place.journal, options);

    thread::sleep(time / 3);
    let signalled = Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(0), "{}", server.log());
    let drained = signalled.elapsed();
    assert!(drained < GRACE, "{drained:?}");
    place.check(adapter, "SIGTERM");
    assert!(place.temporary().is_empty(), "a server in good order leaves nothing half done");

    let server = place.server(adapter, certificates);
    thread::sleep(time / 3);
    server.crash();
    place.check(adapter, "SIGKILL");

    let begun = place.temporary();
    let server = place.server(adapter, certificates);
    let again = place.temporary();
    assert!(
        !again.iter().any(|name| begun.contains(name)),
        "{again:?} of {begun:?} are still there"
    );
    thread::sleep(time / 3);
    load.signal(Signal::INT);
    let finished = load.finish(PATIENCE);
    tell(adapter, &format!("stopped within {:.1} s, and killed", drained.as_secs_f64()), &finished);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert!(!finished.stdout.contains("421 heard 0 times"), "{finished:?}");
    assert_eq!(server.stop(), Some(0));
    place.check(adapter, "the end");
}

/// Nothing goes wrong but what the clients do.
fn left_alone(adapter: &Adapter, certificates: &Certificates, time: Duration) {
    let place = Place::new();
    let server = place.server(adapter, certificates);
    let (seconds, process) = (format!("{}s", time.as_secs()), server.id().to_string());
    let options = ["--time", &seconds, "--connections", "24", "--steady", "--pid", &process];
    let load = soak::start(server.address(), place.store.path(), &place.journal, options);
    let finished = load.finish(time * 3);
    tell(adapter, "left alone", &finished);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert_eq!(server.stop(), Some(0));
}

fn tell(adapter: &Adapter, what: &str, finished: &Finished) {
    println!("soak: receive{}, {what}\n{}", adapter.suffix, finished.stdout);
}

/// Where a server keeps its messages and listens, whoever it is at the moment.
struct Place {
    store: Arc<TempDir>,
    /// Beside the store: it holds nothing but messages.
    _dir: TempDir,
    journal: PathBuf,
    listen: String,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self {
            store: Arc::new(tempfile::tempdir().expect("a directory")),
            journal: dir.path().join("journal"),
            _dir: dir,
            listen: quiet_address(),
        }
    }

    fn server(&self, adapter: &Adapter, certificates: &Certificates) -> Receive {
        let files = [("--tls-cert", &certificates.cert), ("--tls-key", &certificates.key)];
        let args = files.iter().flat_map(|(option, file)| [option.as_ref(), file.as_os_str()]);
        Receive::start(&adapter.program("receive"), &self.listen, Arc::clone(&self.store), args)
    }

    /// While nobody is at it.
    fn check(&self, adapter: &Adapter, when: &str) {
        let finished = soak::check(self.store.path(), &self.journal);
        assert_eq!(finished.status, 0, "{adapter:?}, behind {when}: {finished:?}");
    }

    /// Names of files that are not messages.
    fn temporary(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.store.path()).expect("a directory");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths.filter(|path| path.extension().is_some_and(|end| end == "tmp")).collect()
    }
}

/// A port that no client gets as its own: whoever connects to an ephemeral port while nobody listens
/// there may come to be connected to himself, and the server can't come back.
fn quiet_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);

    // Not those that another process tries at the same time.
    let own = 10_240 + u16::try_from(std::process::id() % 10_000).expect("a small number");
    loop {
        let port = own + NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(port < 32_768, "there is no free port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return format!("127.0.0.1:{port}");
        }
    }
}

/// The check itself can fail.
#[test]
fn what_happens_to_a_store_is_found() {
    let place = Place::new();
    let server = place.server(&TOKIO, &Certificates::local());
    let options = ["--messages", "50", "--mix", "good", "--connections", "4", "--steady"];
    let load = soak::start(server.address(), place.store.path(), &place.journal, options);
    let finished = load.finish(PATIENCE);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert_eq!(server.stop(), Some(0));
    let store = place.store.path();
    let mut names: Vec<_> =
        fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|name| name.extension().is_some_and(|extension| extension == "eml"));
    let expect = |what: &str| {
        let finished = soak::check(store, &place.journal);
        assert_eq!(finished.status, 1, "{what}: {finished:?}");
        assert!(finished.stderr.contains(&format!("soak: 1 {what} (")), "{what}: {finished:?}");
    };
    let [first, ..] = &names[..] else { panic!("no messages") };
    let content = fs::read(first).unwrap();

    fs::write(first, &content[..content.len() - 1]).unwrap();
    expect("half-written");
    fs::write(first, [&content[..content.len() - 3], b"?\r\n"].concat()).unwrap();
    expect("altered");
    fs::write(first, &content).unwrap();
    place.check(&TOKIO, "mending");

    let copy = |to: &Path| {
        for extension in ["eml", "json"] {
            fs::copy(first.with_extension(extension), to.with_extension(extension)).unwrap();
        }
    };
    let second = store.join("copy.eml");
    copy(&second);
    expect("doubled");
    let remove = |path: &Path| {
        for extension in ["eml", "json"] {
            fs::remove_file(path.with_extension(extension)).unwrap();
        }
    };
    remove(&second);
    place.check(&TOKIO, "removing");
    // Content without an envelope is no message, and an envelope without content is half of one.
    fs::copy(first, &second).unwrap();
    place.check(&TOKIO, "half a message");
    fs::rename(&second, store.join(".copy.eml.tmp")).unwrap();
    fs::copy(first.with_extension("json"), second.with_extension("json")).unwrap();
    expect("half-written");
    fs::remove_file(second.with_extension("json")).unwrap();
    remove(first);
    expect("lost");

    let journal = fs::read_to_string(&place.journal).unwrap();
    let unfinished = journal.replacen("\nacknowledged ", "\nunfinished ", 1);
    fs::write(&place.journal, unfinished).unwrap();
    let finished = soak::check(store, &place.journal);
    assert!(finished.stderr.contains("never sent"), "{finished:?}");
}

#[test]
fn a_server_that_is_not_there_is_no_success() {
    let place = Place::new();
    let nobody = place.listen.parse().unwrap();
    let finished =
        soak::start::<&str>(nobody, place.store.path(), &place.journal, []).finish(PATIENCE);
    assert_eq!(finished.status, 69, "{finished:?}");
}
