//! TLS and AUTH between `receive` and `send`.

use std::fs;

use rustix::process::Signal;
use serde_json::json;

use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::process::Finished;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

fn with_tls(certificates: &Certificates, args: &[&str]) -> Receive {
    let files = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
    let key = ["--tls-key".as_ref(), certificates.key.as_os_str()];
    ADAPTER.receive(files.into_iter().chain(key).chain(args.iter().map(AsRef::as_ref)))
}

fn assert_refused(finished: &Finished, status: i32, because: &str) {
    assert_eq!(finished.status, status, "{finished:?}");
    assert!(finished.stderr.contains(because), "{finished:?}");
}

#[test]
fn starttls_and_implicit_tls() {
    let certificates = Certificates::local();
    for implicit in [false, true] {
        let server = with_tls(&certificates, if implicit { &["--implicit-tls"] } else { &[] });
        let how: &[&str] = if implicit { &["--implicit-tls"] } else { &["--starttls", "required"] };
        let send = ADAPTER.send_to(&format!("localhost:{}", server.port())).args(how);
        let finished = send.clone().arg("--ca").arg(&certificates.ca).arg("-v").message(MESSAGE);
        assert_eq!(finished.status, 0, "{finished:?}");
        assert!(finished.stderr.contains("encrypted: TLSv1.3"), "{finished:?}");
        let envelope = server.take_one().unwrap().envelope;
        assert_eq!(envelope["tls"]["protocol"], "TLSv1.3");
        assert_eq!(envelope["tls"]["server_name"], "localhost");
        assert_eq!(envelope["client"]["protocol"], "ESMTPS");

        // The system has never heard of this authority.
        let finished = send.clone().message(MESSAGE);
        assert!([69, 78].contains(&finished.status), "{finished:?}");

        let other = Certificates::local();
        let finished = send.clone().arg("--ca").arg(&other.ca).message(MESSAGE);
        assert_refused(&finished, 69, "invalid peer certificate");

        assert_eq!(send.arg("--insecure").message(MESSAGE).status, 0);
        assert_eq!(server.take().len(), 1);
    }
}

#[test]
fn the_name_in_the_certificate_counts() {
    let certificates = Certificates::new(&["mx.example.net"]);
    let server = with_tls(&certificates, &[]);
    let send = ADAPTER.send(server.address()).arg("--ca").arg(&certificates.ca);
    assert_refused(&send.clone().message(MESSAGE), 69, "certificate");
    assert_refused(&send.args(["--starttls", "required"]).message(MESSAGE), 69, "certificate");
    assert!(server.files().is_empty());
}

#[test]
fn without_being_asked_encryption_is_used_if_there_is_any() {
    let server = with_tls(&Certificates::local(), &[]);
    assert_eq!(ADAPTER.send(server.address()).message(MESSAGE).status, 0);
    assert_ne!(server.take_one().unwrap().envelope["tls"], json!(null));
    let off = ADAPTER.send(server.address()).args(["--starttls", "off"]);
    assert_eq!(off.message(MESSAGE).status, 0);
    assert_eq!(server.take_one().unwrap().envelope["tls"], json!(null));

    let server = ADAPTER.receive::<&str>([]);
    assert_eq!(ADAPTER.send(server.address()).message(MESSAGE).status, 0);
    let required = ADAPTER.send(server.address()).args(["--starttls", "required", "--insecure"]);
    assert_refused(&required.message(MESSAGE), 69, "does not offer STARTTLS");
    assert_eq!(server.take().len(), 1);
}

#[test]
fn who_logs_in_is_stored() {
    let certificates = Certificates::local();
    let server =
        with_tls(&certificates, &["--auth", "tim:tan:staaf", "--auth", "tom:x", "--require-auth"]);
    let send = ADAPTER.send(server.address()).arg("--ca").arg(&certificates.ca);
    let send = send.args(["--starttls", "required"]);
    assert_eq!(send.clone().args(["--auth", "tim:tan:staaf"]).message(MESSAGE).status, 0);
    let envelope = server.take_one().unwrap().envelope;
    assert_eq!(envelope["user"], "tim");
    assert_eq!(envelope["client"]["protocol"], "ESMTPSA");

    for wrong in ["tim:x", "tom:tan:staaf", "nobody:x"] {
        let finished = send.clone().args(["--auth", wrong]).message(MESSAGE);
        assert_refused(&finished, 77, "535 5.7.8");
    }
    assert_refused(&send.message(MESSAGE), 69, "530 5.7.0");
    assert!(server.files().is_empty());
}

#[test]
fn passwords_are_not_asked_for_in_the_clear() {
    let server = with_tls(&Certificates::local(), &["--auth", "tim:x"]);
    let mut raw = Raw::new(server.connect());
    let hello = raw.say("EHLO client.example");
    assert!(hello.contains("STARTTLS") && !hello.contains("AUTH"), "{hello}");
    assert!(raw.say("AUTH PLAIN AHRpbQB4").starts_with("504 5.5.4"));
    let send = ADAPTER.send(server.address()).args(["--auth", "tim:x"]);
    assert_refused(&send.clone().args(["--starttls", "off"]).message(MESSAGE), 77, "no AUTH");

    let server = ADAPTER.receive(["--auth", "tim:x", "--auth-without-tls"]);
    let send = ADAPTER.send(server.address()).args(["--auth", "tim:x"]);
    assert_eq!(send.message(MESSAGE).status, 0);
    assert_eq!(server.take_one().unwrap().envelope["user"], "tim");
}

#[test]
fn a_renewed_certificate_is_read_on_sighup() {
    let old = Certificates::local();
    let server = with_tls(&old, &[]);
    let send = ADAPTER.send(server.address()).args(["--starttls", "required", "--ca"]);
    assert_eq!(send.clone().arg(&old.ca).message(MESSAGE).status, 0);
    let mut early = Raw::new(server.connect());

    let renewed = Certificates::local();
    fs::copy(&renewed.cert, &old.cert).expect("a file");
    fs::copy(&renewed.key, &old.key).expect("a file");
    server.signal(Signal::HUP);
    server.wait_for_log("from now on with the certificate in");
    assert_eq!(send.clone().arg(&renewed.ca).message(MESSAGE).status, 0);
    assert_refused(&send.clone().arg(&old.ca).message(MESSAGE), 69, "certificate");

    fs::write(&old.cert, "no certificate").expect("a file");
    server.signal(Signal::HUP);
    server.wait_for_log("going on with the old certificate");
    assert_eq!(send.arg(&renewed.ca).message(MESSAGE).status, 0);
    early.say_all(&["EHLO client.example", "NOOP"]);
    assert_eq!(server.stop(), Some(0));
}
