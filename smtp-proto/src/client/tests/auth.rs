//! AUTH: who begins, what is held back, who may cancel, and where it is out of place.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use bytes::BytesMut;

use super::rig::{Rig, opening, play};
use super::{CUTS, config};
use crate::client::{AuthError, Client, Config};
use crate::error::Misuse;
use crate::machine::{Machine, Tls};
use crate::sasl::client::{Boxed, Login, Mechanism, Plain, choose};
use crate::syntax::base64;

fn clear() -> Config {
    Config { auth_without_tls: true, ..config() }
}

#[test]
fn an_initial_response() {
    for (code, then) in [(235, true), (535, false), (454, false), (504, false)] {
        for cut in CUTS {
            let mut rig = Rig::new(clear(), cut);
            rig.play(&opening("AUTH PLAIN LOGIN"));
            rig.play(&format!(
                "A: auth plain secret\nC: AUTH plain c2VjcmV0\nW:\nS: {code} x\nE: authenticated {code}\nE: ready"
            ));
            assert_eq!(rig.client.is_authenticated(), then);
        }
    }
}

#[test]
fn empty_is_not_none() {
    let opening = opening("AUTH EXTERNAL");
    play(&config(), &format!("{opening}A: auth EXTERNAL =\nC: AUTH EXTERNAL ="));
    play(
        &config(),
        &format!(
            "{opening}A: auth EXTERNAL\nC: AUTH EXTERNAL\ns: 334 \\r\\n\nE: challenge\nA: respond\nC: "
        ),
    );
    // "334" without even the space is an empty challenge too.
    play(
        &config(),
        &format!(
            "{opening}A: auth EXTERNAL\nC: AUTH EXTERNAL\nS: 334\nE: challenge\nA: respond x\nC: eA=="
        ),
    );
}

#[test]
fn challenges_and_responses() {
    play(
        &clear(),
        &format!(
            "{}A: auth LOGIN
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             E: challenge Username:
             A: respond user
             C: dXNlcg==
             S: 334 UGFzc3dvcmQ6
             E: challenge Password:
             A: respond secret
             C: c2VjcmV0
             S: 535 5.7.8 no
             E: authenticated 535
             E: ready
             A: auth LOGIN
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             E: challenge Username:
             A: cancel
             C: *
             W:
             S: 501 cancelled
             E: authenticated 501
             E: ready",
            opening("AUTH LOGIN")
        ),
    );
}

/// 512 octets is what every server takes; what is longer waits for an empty challenge.
#[test]
fn a_long_initial_response_waits() {
    for octets in 373..=378 {
        let mut rig = Rig::new(config(), 5);
        rig.play(&opening("AUTH X"));
        let response = "r".repeat(octets);
        let mut encoded = BytesMut::new();
        base64::encode(response.as_bytes(), &mut encoded);
        let encoded = String::from_utf8(encoded.to_vec()).unwrap();
        let fits = "AUTH X \r\n".len() + encoded.len() <= 512;
        assert_eq!(fits, octets <= 375);
        rig.client.authenticate("X", Some(response.as_bytes())).unwrap();
        if fits {
            rig.play(&format!("C: AUTH X {encoded}\nS: 235 ok\nE: authenticated 235"));
        } else {
            rig.play(&format!("C: AUTH X\nS: 334\nC: {encoded}\nS: 235 ok\nE: authenticated 235"));
        }
    }
    // A server that begins by itself does not want it.
    let mut rig = Rig::new(config(), 5);
    rig.play(&opening("AUTH X"));
    rig.client.authenticate("X", Some(&[b'r'; 500])).unwrap();
    rig.play("C: AUTH X\nS: 334 eA==\nE: challenge x\nA: respond y\nC: eQ==\nS: 334\nE: challenge");
}

#[test]
fn what_is_not_base64_is_cancelled() {
    for challenge in ["s: 334 *\\r\\n", "s: 334 Zg\\r\\n", "s: 334-Zg==\\r\\n334 Zg==\\r\\n"] {
        play(
            &config(),
            &format!(
                "{}A: auth X
                 C: AUTH X
                 {challenge}
                 C: *
                 S: 501 cancelled
                 E: authenticated 501
                 E: ready",
                opening("AUTH X")
            ),
        );
    }
}

/// Whoever cancels does so for a reason.
#[test]
fn success_after_a_cancel_is_a_breach() {
    for reply in [235, 334] {
        play(
            &config(),
            &format!(
                "{}A: auth X
                 C: AUTH X
                 S: 334
                 E: challenge
                 A: cancel
                 C: *
                 S: {reply} x
                 E: fault reply {reply} to the end of AUTH
                 E: closed fault
                 D:",
                opening("AUTH X")
            ),
        );
    }
}

#[test]
fn the_end_in_the_middle() {
    let start = format!("{}A: auth X\nC: AUTH X\nS: 334\nE: challenge\n", opening("AUTH X"));
    play(&config(), &format!("{start}A: respond y\nC: eQ==\nX:\nE: closed peer\nD:"));
    play(
        &config(),
        &format!("{start}A: respond y\nC: eQ==\nS: 421 x\nE: closed unavailable 421\nD:"),
    );
}

fn opened(config: Config, capabilities: &str) -> Client {
    let mut rig = Rig::new(config, 1);
    rig.play(&opening(capabilities));
    rig.client
}

#[test]
fn what_is_refused_here() {
    let mut client = opened(config(), "");
    assert_eq!(client.authenticate("X", None), Err(AuthError::Missing));
    let mut client = opened(config(), "AUTH X PLAIN LOGIN");
    let not_offered = |name: &str| Err(AuthError::NotOffered(name.into()));
    assert_eq!(client.authenticate("Y", None), not_offered("Y"));
    assert_eq!(client.authenticate("X\r\nQUIT", None), not_offered("X\r\nQUIT"));
    for name in ["PLAIN", "plain", "LOGIN"] {
        assert_eq!(client.authenticate(name, None), Err(AuthError::NeedsTls(name.into())));
    }
    assert!(client.outbox.is_empty());
    assert_eq!(client.authenticate("X", None), Ok(()));
    let not_ready = Misuse::NotReady("it has not asked for a request");
    assert_eq!(client.authenticate("X", None), Err(not_ready.into()));
    assert_eq!(client.respond(b""), Err(Misuse::NoQuestion));
    assert_eq!(client.cancel(), Err(Misuse::NoQuestion));
}

#[test]
fn under_tls_passwords_may_be_shown_and_success_is_for_good() {
    let mut rig = Rig::new(config(), 1);
    rig.client.upgraded(Tls::default());
    rig.play("E: secured");
    rig.play(&opening("AUTH PLAIN"));
    rig.play("A: auth PLAIN x\nC: AUTH PLAIN eA==\nS: 235 ok\nE: authenticated 235\nE: ready");
    let again = Misuse::OutOfSequence("already authenticated");
    assert_eq!(rig.client.authenticate("PLAIN", None), Err(again.into()));
    // RSET does not undo it.
    rig.play("A: reset\nC: RSET\nS: 250 ok\nE: answer 250\nE: ready");
    assert!(rig.client.is_authenticated());
}

/// What was proved in the clear is void under TLS (RFC 3207 section 4.2).
#[test]
fn tls_undoes_it() {
    let mut rig = Rig::new(clear(), 1);
    rig.play(&opening("AUTH PLAIN,STARTTLS"));
    rig.play("A: auth PLAIN x\nC: AUTH PLAIN eA==\nS: 235 ok\nE: authenticated 235\nE: ready");
    rig.play("A: starttls\nC: STARTTLS\nS: 220 go\nU:\nE: secured");
    assert!(!rig.client.is_authenticated());
}

#[test]
fn not_while_something_is_in_flight() {
    let mut rig = Rig::new(clear(), 1);
    rig.play(&opening("AUTH PLAIN,STARTTLS,PIPELINING,CHUNKING"));
    rig.play("A: send 1\nE: body 0\nA: finish\nE: ready");
    let misuse = Misuse::NotReady("replies are still to come");
    assert_eq!(rig.client.authenticate("PLAIN", None), Err(misuse.into()));
    assert_eq!(rig.client.start_tls(), Err(misuse.into()));
}

#[test]
fn the_mechanisms_for_a_password() {
    for (offered, tls, name) in [
        ("AUTH LOGIN PLAIN", true, Some("PLAIN")),
        ("AUTH login", true, Some("LOGIN")),
        ("AUTH X", true, None),
        ("AUTH PLAIN", false, None),
    ] {
        let client = opened(config(), offered);
        let plain: Boxed = Box::new(Plain::new(None, "user", "secret").unwrap());
        let login: Boxed = Box::new(Login::new("user", "secret").unwrap());
        let mechanisms = [plain, login];
        let chosen = choose(mechanisms, client.capabilities(), tls);
        assert_eq!(chosen.as_ref().map(|mechanism| mechanism.name()), name);
    }
    let mut plain = Plain::new(None, "user", "secret").unwrap();
    let mut login = Login::new("user", "secret").unwrap();
    let mechanisms: [&mut dyn Mechanism; 2] = [&mut plain, &mut login];
    for mechanism in mechanisms {
        let mut rig = Rig::new(clear(), 3);
        rig.play(&opening("AUTH PLAIN LOGIN"));
        let initial = mechanism.initial();
        let initial = initial.as_ref().map(crate::sasl::Secret::expose);
        rig.client.authenticate(mechanism.name(), initial).unwrap();
        if initial.is_some() {
            rig.play("C: AUTH PLAIN AHVzZXIAc2VjcmV0");
        } else {
            rig.play("C: AUTH LOGIN\nS: 334 VXNlciBOYW1lAA==\nE: challenge User Name\\x00");
            rig.client.respond(mechanism.respond(b"").unwrap().expose()).unwrap();
            rig.play("C: dXNlcg==\nS: 334 UGFzc3dvcmQA\nE: challenge Password\\x00");
            rig.client.respond(mechanism.respond(b"").unwrap().expose()).unwrap();
            rig.play("C: c2VjcmV0");
        }
        rig.play("S: 235 ok\nE: authenticated 235\nE: ready");
        assert!(mechanism.respond(b"").is_err());
    }
}
