//! AUTH by every mechanism between `receive` and `send`.

use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;
use crate::processes::send::Send;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

fn with_tls(certificates: &Certificates, args: &[&str]) -> Receive {
    let files = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
    let key = ["--tls-key".as_ref(), certificates.key.as_os_str()];
    let args = args.iter().chain(&["--require-auth"]).map(AsRef::as_ref);
    ADAPTER.receive(files.into_iter().chain(key).chain(args))
}

/// By the name in the certificate, which is what a token has to be for.
fn over_tls(server: &Receive, certificates: &Certificates) -> Send {
    let send = ADAPTER.send_to(&format!("localhost:{}", server.port()));
    send.args(["--starttls", "required", "--ca"]).arg(&certificates.ca)
}

fn stored(server: &Receive, send: Send, user: &str) {
    let finished = send.message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert_eq!(server.take_one().unwrap().envelope["user"], user);
}

fn refused(send: Send, because: &str) {
    let finished = send.message(MESSAGE);
    assert_eq!(finished.status, 77, "{finished:?}");
    assert!(finished.stderr.contains(because), "{finished:?}");
}

#[test]
fn a_password_by_each_mechanism() {
    let certificates = Certificates::local();
    let server = with_tls(&certificates, &["--user", "tim:tan:staaf"]);
    let send = over_tls(&server, &certificates);
    for mechanism in [
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "CRAM-MD5",
        "PLAIN",
        "login",
    ] {
        let by = |auth| send.clone().args(["--auth-mechanism", mechanism, "--auth", auth]);
        stored(&server, by("tim:tan:staaf"), "tim");
        refused(by("tim:tan"), "535 5.7.8");
        refused(by("tom:tan:staaf"), "535 5.7.8");
    }
    let other = send.args(["--auth-mechanism", "XOAUTH2", "--auth", "tim:tan:staaf"]);
    refused(other, "the server offers SCRAM-SHA-256-PLUS");
}

#[test]
fn tokens() {
    let certificates = Certificates::local();
    let tokens = ["--oauth-token", "tim:ticket", "--oauth-token", "tom:card"];
    let server = with_tls(&certificates, &tokens);
    let send = over_tls(&server, &certificates);
    for mechanism in ["OAUTHBEARER", "XOAUTH2"] {
        let by = |token| send.clone().args(["--auth-mechanism", mechanism, "--oauth-token", token]);
        stored(&server, by("tim:ticket"), "tim");
        stored(&server, by("tom:card"), "tom");
        refused(by("tim:forged"), "\"status\":");
        refused(by("tim:card"), "535 5.7.8");
    }
    // Without TLS nothing of it is shown.
    let clear = ADAPTER.receive(["--oauth-token", "tim:ticket", "--hashed-auth-without-tls"]);
    let mut raw = Raw::new(clear.connect());
    assert!(!raw.say("EHLO client.example").contains("AUTH"));
}

#[test]
fn anybody() {
    let certificates = Certificates::local();
    let server = with_tls(&certificates, &["--auth-anonymous"]);
    let send = over_tls(&server, &certificates);
    stored(&server, send.clone().arg("--auth-anonymous"), "anonymous");
    stored(&server, send.clone().arg("--auth-anonymous=tim@example.org"), "anonymous");
    refused(send.args(["--auth", "tim:x"]), "the server offers ANONYMOUS");
}

#[test]
fn what_is_offered_can_be_chosen() {
    let args = ["--auth", "tim:x", "--auth-mechanisms", "plain,SCRAM-SHA-256,CRAM-MD5"];
    let offered = |more: &str| {
        let server = ADAPTER.receive(args.iter().chain(&[more]));
        let reply = Raw::new(server.connect()).say("EHLO client.example");
        let line = reply.lines().find_map(|line| line.get(4..)?.strip_prefix("AUTH "));
        line.map(str::to_owned)
    };
    assert_eq!(offered("--auth-without-tls").as_deref(), Some("PLAIN SCRAM-SHA-256 CRAM-MD5"));
    let hashed = offered("--hashed-auth-without-tls");
    assert_eq!(hashed.as_deref(), Some("SCRAM-SHA-256 CRAM-MD5"));

    let server = ADAPTER.receive(args.iter().chain(&["--hashed-auth-without-tls"]));
    let send = ADAPTER.send(server.address()).args(["--starttls", "off", "--auth", "tim:x"]);
    stored(&server, send.clone(), "tim");
    refused(send.args(["--auth-mechanism", "plain"]), "the server offers SCRAM-SHA-256 CRAM-MD5");
}
