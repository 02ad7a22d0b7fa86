//! Clients that are known by their certificates.

use std::ffi::OsStr;

use crate::ADAPTER;
use crate::processes::certificates::{Certificates, Identity};
use crate::processes::process::Finished;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;
use crate::processes::send::Send;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

fn server(certificates: &Certificates, args: &[&str]) -> Receive {
    let files = [
        ("--tls-cert", &certificates.cert),
        ("--tls-key", &certificates.key),
        ("--tls-client-ca", &certificates.ca),
    ];
    let files = files.iter().flat_map(|(option, file)| [OsStr::new(option), file.as_os_str()]);
    ADAPTER.receive(files.chain(args.iter().map(OsStr::new)))
}

fn showing(send: &Send, identity: &Identity) -> Send {
    send.clone().arg("--tls-cert").arg(&identity.cert).arg("--tls-key").arg(&identity.key)
}

fn assert_refused(finished: &Finished, status: i32, because: &str) {
    assert_eq!(finished.status, status, "{finished:?}");
    assert!(finished.stderr.contains(because), "{finished:?}");
}

#[test]
fn who_has_a_certificate_logs_in_by_it() {
    let certificates = Certificates::local();
    let tim = certificates.client("Tim", &["tim@example.org", "tom@example.org"]);
    let carol = certificates.client("carol", &[]);
    for implicit in [false, true] {
        let args = ["--require-auth", "--implicit-tls"];
        let server = server(&certificates, &args[..=usize::from(implicit)]);
        let how: &[_] = if implicit { &["--implicit-tls"] } else { &["--starttls", "required"] };
        let send = ADAPTER.send(server.address()).args(how).arg("--ca").arg(&certificates.ca);
        for (identity, external, user) in [
            (&tim, "--auth-external", "tim@example.org"),
            (&tim, "--auth-external=tom@example.org", "tom@example.org"),
            (&carol, "--auth-external", "carol"),
        ] {
            let finished = showing(&send, identity).arg(external).message(MESSAGE);
            assert_eq!(finished.status, 0, "{finished:?}");
            let envelope = server.take_one().unwrap().envelope;
            assert_eq!(envelope["user"], user);
            assert_eq!(envelope["client"]["protocol"], "ESMTPSA");
        }
        let other = showing(&send, &tim).arg("--auth-external=carol").message(MESSAGE);
        assert_refused(&other, 77, "535 5.7.8");
        server.wait_for_log("the client wants to be \"carol\"");
        assert_refused(&send.clone().arg("--auth-external").message(MESSAGE), 77, "535 5.7.8");
        server.wait_for_log("no certificate");
        assert_refused(&showing(&send, &tim).message(MESSAGE), 69, "530 5.7.0");
        assert!(server.files().is_empty());
    }
}

#[test]
fn a_certificate_by_somebody_else_is_refused() {
    let certificates = Certificates::local();
    let server = server(&certificates, &[]);
    let elsewhere = Certificates::local();
    let stranger = elsewhere.client("Tim", &["tim@example.org"]);
    let send = ADAPTER.send(server.address()).arg("--ca").arg(&certificates.ca);
    assert_refused(&showing(&send, &stranger).message(MESSAGE), 77, "UnknownCA");
    // Whoever shows none is let in, and is nobody.
    assert_eq!(send.message(MESSAGE).status, 0);
    assert!(server.take_one().unwrap().envelope["user"].is_null());

    // Who trusts any server may be known all the same.
    let tim = certificates.client("Tim", &["tim@example.org"]);
    let send = showing(&ADAPTER.send(server.address()), &tim).arg("--auth-external");
    assert_eq!(send.message(MESSAGE).status, 0);
    assert_eq!(server.take_one().unwrap().envelope["user"], "tim@example.org");
    let mut raw = Raw::new(server.connect());
    assert!(!raw.say("EHLO client.example").contains("AUTH"), "there is no certificate yet");
}
