//! Unix-domain sockets.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::process::{Finished, run};
use crate::processes::raw::Raw;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

#[test]
fn mail_goes_over_a_unix_domain_socket() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("receive.sock");
    let listen = format!("unix:{}", path.display());
    for lmtp in [false, true] {
        let lmtp: &[_] = if lmtp { &["--lmtp"] } else { &[] };
        let certificates = Certificates::local();
        let tls = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
        let key = ["--tls-key".as_ref(), certificates.key.as_os_str()];
        let args = lmtp.iter().map(AsRef::as_ref).chain(tls).chain(key);
        let server = ADAPTER.receive_at(&listen, args);
        assert_eq!(server.listening, listen);
        // The certificate has to be for localhost.
        let send = ADAPTER.send_to(&listen).args(lmtp).args(["--starttls", "required", "--ca"]);
        let finished = send.arg(&certificates.ca).args(["--connections", "2"]).message(MESSAGE);
        assert_eq!(finished.status, 0, "{finished:?}");
        let stored = server.take_one().unwrap();
        assert_eq!(stored.content, MESSAGE);
        assert_eq!(stored.envelope["client"]["address"], "local");
        assert_eq!(stored.envelope["tls"]["server_name"], "localhost");
        assert_eq!(server.stop(), Some(0));
        assert!(!path.exists(), "the socket is left");
    }
    let finished = ADAPTER.send_to(&listen).message(MESSAGE);
    assert_eq!(finished.status, 75, "{finished:?}");
    assert!(finished.stderr.contains("receive.sock: No such file"), "{finished:?}");
}

/// What a server says that can't be.
fn refused(listen: &str, dir: &Path) -> Finished {
    let mut receive = Command::new(ADAPTER.program("receive"));
    run(receive.args(["--listen", listen, "--dir"]).arg(dir.join("mail")), b"")
}

#[test]
fn only_a_socket_that_nobody_listens_on_is_replaced() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("receive.sock");
    let listen = format!("unix:{}", path.display());
    drop(ADAPTER.receive_at::<&str>(&listen, []).crash());
    assert!(path.exists());
    let second = ADAPTER.receive_at::<&str>(&listen, []);
    Raw::new(UnixStream::connect(&path).expect("a connection")).say_all(&["NOOP"]);
    let third = refused(&listen, dir.path());
    assert_eq!(third.status, 69, "{third:?}");
    assert!(third.stderr.contains("in use"), "{third:?}");
    Raw::new(UnixStream::connect(&path).expect("a connection")).say_all(&["NOOP"]);

    // A successor's socket is not the own one any more.
    fs::remove_file(&path).expect("a file");
    let fourth = ADAPTER.receive_at::<&str>(&listen, []);
    assert_eq!(second.stop(), Some(0));
    Raw::new(UnixStream::connect(&path).expect("a connection")).say_all(&["NOOP"]);
    assert_eq!(fourth.stop(), Some(0));

    fs::write(&path, "precious").expect("a file");
    let fifth = refused(&listen, dir.path());
    assert_eq!(fifth.status, 69, "{fifth:?}");
    assert_eq!(fs::read(&path).expect("a file"), b"precious");
}
