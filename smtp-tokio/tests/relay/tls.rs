//! TLS on either side.

use super::hop::Hop;
use super::process::Relay;
use crate::processes::adapter::TOKIO;
use crate::processes::certificates::Certificates;

const MAIL: &str = "MAIL FROM:<a@x>";

#[test]
fn on_both_sides() {
    let here = Certificates::local();
    let there = Certificates::local();
    let [ca, cert, key] = [&here.ca, &here.cert, &here.key].map(|path| path.to_str().unwrap());
    let [to_ca, to_cert, to_key] =
        [&there.ca, &there.cert, &there.key].map(|path| path.to_str().unwrap());
    for implicit in [false, true] {
        let on = |option, otherwise: &[&'static str]| {
            if implicit { vec![option] } else { otherwise.to_vec() }
        };
        let receive =
            [&["--tls-cert", to_cert, "--tls-key", to_key], &on("--implicit-tls", &[])[..]];
        let receive = TOKIO.receive(receive.concat());
        let args = [
            &["--tls-cert", cert, "--tls-key", key, "--to-ca", to_ca][..],
            &on("--implicit-tls", &[]),
            &on("--to-implicit-tls", &["--to-starttls", "required"]),
        ];
        let relay = Relay::to(receive.address(), args.concat());
        let sender = TOKIO.send(relay.address()).args(["--ca", ca]);
        let sender = sender.args(on("--implicit-tls", &["--starttls", "required"]));
        let sent = sender.message(b"text\n");
        assert_eq!(sent.status, 0, "{} {}", sent.stderr, relay.log());
        let stored = receive.take_one().unwrap();
        assert_eq!(stored.envelope["tls"]["protocol"], "TLSv1.3");
        let content = String::from_utf8(stored.content).unwrap();
        let trace = "\r\n\tby relay.example with ESMTPS\r\n\t(TLSv1.3 TLS_AES_";
        assert!(content.contains(trace), "{content}");
    }
}

/// What was asked for and can't be had is the next hop's trouble, not the message's.
#[test]
fn that_can_t_be_had() {
    let there = Certificates::local();
    let other = Certificates::local();
    let [cert, key] = [&there.cert, &there.key].map(|path| path.to_str().unwrap());
    let plain = Hop::usual(&[]);
    let encrypted = TOKIO.receive(["--tls-cert", cert, "--tls-key", key]);
    let other = other.ca.to_str().unwrap();
    for (next, code, args) in [
        (plain.address, "451 4.7.4", &["--to-starttls", "required", "--to-insecure"][..]),
        (plain.address, "451 4.7.5", &["--to-implicit-tls", "--to-insecure", "--timeout", "1"]),
        (encrypted.address(), "451 4.7.5", &["--to-starttls", "required", "--to-ca", other]),
        (encrypted.address(), "451 4.7.5", &["--to-starttls", "opportunistic", "--to-ca", other]),
    ] {
        let relay = Relay::to(next, args);
        let mut sender = relay.sender();
        for _ in 0..2 {
            let reply = sender.say(MAIL);
            assert!(reply.starts_with(code), "{args:?}: {reply}");
        }
    }
    assert_eq!(plain.messages().len(), 0);
    // Not checked, or not asked for.
    for args in
        [&[][..], &["--to-starttls", "off"], &["--to-starttls", "required", "--to-insecure"]]
    {
        let relay = Relay::to(encrypted.address(), args);
        let sent = TOKIO.send(relay.address()).message(b"text\n");
        assert_eq!(sent.status, 0, "{}", sent.stderr);
        let stored = encrypted.take_one().unwrap();
        assert_eq!(stored.envelope["tls"].is_null(), args.ends_with(&["off"]), "{args:?}");
    }
}
