//! Which mechanism it is to be.

use alloc::format;

use crate::machine::{Exporter, Tls};
use crate::sasl::Nonce;
use crate::sasl::client::{
    Boxed, ChoiceError, CredentialError, Offer, anonymously, externally, with_password, with_token,
};
use crate::syntax::capability::Capabilities;
use crate::syntax::reply::Reply;

fn capabilities(mechanisms: &str) -> Capabilities {
    let reply = format!("250-mx.example.org\r\n250 AUTH {mechanisms}\r\n");
    Capabilities::from_reply(&Reply::parse(reply.as_bytes()).unwrap())
}

#[derive(Clone, Copy, PartialEq)]
enum Over {
    Clear,
    Tls12,
    Tls13,
}

fn with_offer<T>(
    mechanisms: &str,
    over: Over,
    only: Option<&str>,
    choose: impl FnOnce(Offer<'_>) -> T,
) -> T {
    let exporter = (over == Over::Tls13).then_some(Exporter([7; 32]));
    let tls = Tls { exporter, ..Tls::default() };
    choose(Offer {
        capabilities: &capabilities(mechanisms),
        tls: (over != Over::Clear).then_some(&tls),
        reveal_without_tls: false,
        only,
        nonce: Nonce::from_text("nonce"),
    })
}

fn name(chosen: Result<Boxed, ChoiceError>) -> alloc::string::String {
    chosen.map_or_else(|error| format!("{error:?}"), |mechanism| mechanism.name().into())
}

fn password(mechanisms: &str, over: Over, only: Option<&str>) -> alloc::string::String {
    name(with_offer(mechanisms, over, only, |offer| with_password("user", "secret", offer)))
}

#[test]
fn clear_text_only_where_it_may_be() {
    assert_eq!(password("LOGIN PLAIN", Over::Tls12, None), "PLAIN");
    assert_eq!(password("LOGIN PLAIN", Over::Clear, None), "NeedsTls");
    assert_eq!(password("GSSAPI", Over::Clear, None), "NotOffered");
}

#[test]
#[cfg(all(feature = "scram", feature = "cram-md5"))]
fn the_strongest_that_is_offered() {
    use Over::{Clear, Tls12, Tls13};
    let all = "LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS scram-sha-256-plus";
    for (offered, over, chosen) in [
        (all, Tls13, "SCRAM-SHA-256-PLUS"),
        (all, Tls12, "SCRAM-SHA-256"),
        (all, Clear, "SCRAM-SHA-256"),
        ("PLAIN SCRAM-SHA-256 SCRAM-SHA-1-PLUS", Tls13, "SCRAM-SHA-1-PLUS"),
        ("SCRAM-SHA-1-PLUS PLAIN", Tls12, "PLAIN"),
        ("PLAIN SCRAM-SHA-1 CRAM-MD5", Tls13, "SCRAM-SHA-1"),
        ("LOGIN PLAIN CRAM-MD5", Tls13, "CRAM-MD5"),
        ("LOGIN PLAIN CRAM-MD5", Clear, "CRAM-MD5"),
        ("LOGIN PLAIN", Tls13, "PLAIN"),
        ("LOGIN", Tls13, "LOGIN"),
        ("LOGIN PLAIN", Clear, "NeedsTls"),
        ("GSSAPI", Tls13, "NotOffered"),
        ("SCRAM-SHA-256-PLUS", Clear, "NotOffered"),
    ] {
        assert_eq!(password(offered, over, None), chosen, "{offered}");
    }
    for (only, over, chosen) in [
        ("plain", Tls13, "PLAIN"),
        ("PLAIN", Clear, "NeedsTls"),
        ("SCRAM-SHA-1", Tls13, "SCRAM-SHA-1"),
        ("SCRAM-SHA-256-PLUS", Tls12, "NotOffered"),
        ("XOAUTH2", Tls13, "NotOffered"),
    ] {
        assert_eq!(password(all, over, Some(only)), chosen, "{only}");
    }
}

#[test]
#[cfg(not(any(feature = "scram", feature = "cram-md5")))]
fn without_cryptography() {
    assert_eq!(password("SCRAM-SHA-256 CRAM-MD5 LOGIN PLAIN", Over::Tls13, None), "PLAIN");
    assert_eq!(password("SCRAM-SHA-256 CRAM-MD5", Over::Tls13, None), "NotOffered");
}

/// RFC 5802 section 6: `p` if it is offered, `y` if it could be bound and isn't offered, `n` if it
/// can't be bound, or isn't to be.
#[test]
#[cfg(feature = "scram")]
fn what_a_client_says_of_channel_binding() {
    use Over::{Clear, Tls12, Tls13};
    for (offered, over, only, begins) in [
        ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", Tls13, None, "p=tls-exporter,,n=user,r=nonce"),
        ("SCRAM-SHA-256", Tls13, None, "y,,n=user,r=nonce"),
        ("SCRAM-SHA-256", Tls12, None, "n,,n=user,r=nonce"),
        ("SCRAM-SHA-256", Clear, None, "n,,n=user,r=nonce"),
        ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", Tls12, None, "n,,n=user,r=nonce"),
        ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", Tls13, Some("SCRAM-SHA-256"), "n,,n=user,r=nonce"),
    ] {
        let chosen = with_offer(offered, over, only, |offer| with_password("user", "pw", offer));
        let message = chosen.unwrap().initial().unwrap();
        assert_eq!(message.expose(), begins.as_bytes());
    }
}

#[test]
fn tokens() {
    use Over::{Clear, Tls12};
    let token = |offered, over| {
        name(with_offer(offered, over, None, |offer| with_token("user", "token", None, offer)))
    };
    assert_eq!(token("PLAIN XOAUTH2 OAUTHBEARER", Tls12), "OAUTHBEARER");
    assert_eq!(token("PLAIN XOAUTH2", Tls12), "XOAUTH2");
    assert_eq!(token("PLAIN XOAUTH2", Clear), "NeedsTls");
    assert_eq!(token("PLAIN", Tls12), "NotOffered");
}

#[test]
fn the_others() {
    let external = with_offer("EXTERNAL", Over::Clear, None, |offer| externally(None, offer));
    assert_eq!(name(external), "EXTERNAL");
    let anonymous = with_offer("ANONYMOUS", Over::Clear, None, |offer| anonymously(None, offer));
    assert_eq!(name(anonymous), "ANONYMOUS");
    let bad = with_offer("EXTERNAL", Over::Clear, None, |offer| externally(Some(""), offer));
    let empty = CredentialError::Empty("authorization identity");
    assert_eq!(bad.err(), Some(ChoiceError::Credentials(empty)));
}

/// Where the best can't be had with this password, nothing weaker is taken unasked.
#[test]
#[cfg(feature = "scram")]
fn no_silent_step_down() {
    let chosen = |only| {
        name(with_offer("SCRAM-SHA-256 PLAIN", Over::Tls13, only, |offer| {
            with_password("user", "\u{7}", offer)
        }))
    };
    assert_eq!(chosen(None), "Credentials(Unprepared(\"password\"))");
    assert_eq!(chosen(Some("PLAIN")), "PLAIN");
}
