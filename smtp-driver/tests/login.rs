//! From the greeting to where messages can be sent, against a server that follows a script.

mod support;

use std::io::ErrorKind;

use smtp_driver::Error;
use smtp_driver::client::{self, Credentials, EstablishError, Login, Lost, StartTls};
use smtp_proto::Tls;
use smtp_proto::error::Close;
#[cfg(feature = "scram")]
use smtp_proto::sasl::client::Cancel;

use support::script::{Conn, connect, server, text};
use support::{Call, Fake, Peer, complete};

fn login(starttls: StartTls, user: Option<&str>) -> Login {
    let credentials = user.map(|user| Credentials::new(user, "secret"));
    Login { starttls, credentials }
}

fn try_login(fake: &Fake, login: &Login) -> Result<Conn, EstablishError> {
    let mut conn = connect(fake);
    complete(fake, client::establish(&mut conn, login)).map(|_| conn)
}

#[test]
fn a_refusal_at_the_door_is_told_with_the_reply() {
    for greeting in ["554 5.3.2 Not here\r\n", "421 4.3.2 Not now\r\n"] {
        let fake = Fake::new([Peer::Says(greeting), Peer::Closes]);
        match try_login(&fake, &Login::default()) {
            Err(EstablishError::Refused(reply)) => assert!(greeting.contains(&text(&reply)[4..])),
            other => panic!("{other:?}"),
        }
    }
    let fake = Fake::new([Peer::Closes]);
    let lost = try_login(&fake, &Login::default());
    assert!(matches!(lost, Err(EstablishError::Lost(Lost::Closed(Close::Peer)))), "{lost:?}");
}

#[test]
fn required_tls_is_required() {
    let required = login(StartTls::Required, None);
    let missing = try_login(&server(&["SIZE"], &[]), &required);
    assert!(matches!(missing, Err(EstablishError::TlsMissing)), "{missing:?}");

    let script = [Peer::Awaits("STARTTLS\r\n"), Peer::Says("454 4.7.0 No\r\n")];
    let refused = try_login(&server(&["STARTTLS"], &script), &required);
    assert!(matches!(refused, Err(EstablishError::TlsRefused(_))), "{refused:?}");

    let opportunistic = login(StartTls::Opportunistic, None);
    assert!(try_login(&server(&["SIZE"], &[]), &opportunistic).is_ok());
    assert!(try_login(&server(&["STARTTLS"], &script), &opportunistic).is_ok());
}

#[test]
fn a_failed_handshake_never_falls_back_to_the_clear() {
    let script = [Peer::Awaits("STARTTLS\r\n"), Peer::Says("220 2.0.0 Go\r\n")];
    for starttls in [StartTls::Opportunistic, StartTls::Required] {
        let fake = server(&["STARTTLS"], &script);
        fake.0.borrow_mut().handshake = Some(Err(ErrorKind::InvalidData));
        let failed = try_login(&fake, &login(starttls, None));
        assert!(
            matches!(failed, Err(EstablishError::Lost(Lost::Failed(Error::Tls(_))))),
            "{failed:?}"
        );
        assert_eq!(fake.0.borrow().calls.last(), Some(&Call::Upgrade));
    }
}

#[test]
fn credentials_go_out_under_tls_only() {
    let with_tls = login(StartTls::Required, Some("tim"));
    let script = |verdict| {
        [
            Peer::Awaits("STARTTLS\r\n"),
            Peer::Says("220 2.0.0 Go\r\n"),
            Peer::Awaits("EHLO client.example.com\r\n"),
            Peer::Says("250-mx.example.org\r\n250 AUTH LOGIN\r\n"),
            Peer::Awaits("AUTH LOGIN\r\n"),
            Peer::Says("334 VXNlcm5hbWU6\r\n"),
            Peer::Awaits("dGlt\r\n"),
            Peer::Says("334 UGFzc3dvcmQ6\r\n"),
            Peer::Awaits("c2VjcmV0\r\n"),
            Peer::Says(verdict),
        ]
    };
    let fake = |verdict| {
        let fake = server(&["STARTTLS", "AUTH PLAIN LOGIN"], &script(verdict));
        fake.0.borrow_mut().handshake = Some(Ok(Tls::default()));
        fake
    };
    let conn = try_login(&fake("235 2.7.0 In\r\n"), &with_tls).unwrap();
    assert!(conn.is_authenticated() && conn.tls().is_some());
    let refused = try_login(&fake("535 5.7.8 No\r\n"), &with_tls);
    assert!(matches!(refused, Err(EstablishError::AuthRefused { .. })), "{refused:?}");

    let in_the_clear = login(StartTls::Off, Some("tim"));
    let refused = try_login(&server(&["AUTH PLAIN"], &[]), &in_the_clear);
    assert!(matches!(refused, Err(EstablishError::AuthNeedsTls)), "{refused:?}");
    match try_login(&server(&["AUTH GSSAPI"], &[]), &in_the_clear) {
        Err(EstablishError::NoCommonMechanism { offered }) => assert_eq!(offered, ["GSSAPI"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_known_already_proves_nothing() {
    for (credentials, line) in [
        (Credentials::external(), "AUTH EXTERNAL =\r\n"),
        (
            Credentials::external_as("fred@example.com"),
            "AUTH EXTERNAL ZnJlZEBleGFtcGxlLmNvbQ==\r\n",
        ),
    ] {
        let login = Login { starttls: StartTls::Off, credentials: Some(credentials) };
        let script = [Peer::Awaits(line), Peer::Says("235 2.7.0 In\r\n")];
        let conn = try_login(&server(&["AUTH PLAIN EXTERNAL"], &script), &login).unwrap();
        assert!(conn.is_authenticated());
        let missing = try_login(&server(&["AUTH PLAIN"], &[]), &login);
        assert!(matches!(missing, Err(EstablishError::NoCommonMechanism { .. })), "{missing:?}");
    }
}

/// The one thing that a server has to prove is that it knows the password.
#[cfg(feature = "scram")]
#[test]
fn a_server_that_proves_nothing_is_not_believed() {
    let credentials = Some(Credentials::new("tim", "secret"));
    let login = Login { starttls: StartTls::Off, credentials };
    let nonsense = "334 cj1ub3QgbWluZSxzPVFTWENSK1E2c2VrOGJmOTIsaT00MDk2\r\n";
    for (script, why) in [
        // At once.
        (vec![Peer::Awaits("\r\n"), Peer::Says("235 2.7.0 In\r\n")], Cancel::Untrusted),
        // After a challenge with somebody else's nonce.
        (
            vec![
                Peer::Awaits("\r\n"),
                Peer::Says(nonsense),
                Peer::Awaits("*\r\n"),
                Peer::Says("501 5.7.0 Cancelled\r\n"),
            ],
            Cancel::Malformed,
        ),
    ] {
        let failed = try_login(&server(&["AUTH PLAIN SCRAM-SHA-256"], &script), &login);
        match failed {
            Err(EstablishError::AuthCancelled(cancel)) => assert_eq!(cancel, why),
            other => panic!("{other:?}"),
        }
    }
    // Refused, it does not try PLAIN.
    let script = [Peer::Awaits("\r\n"), Peer::Says("535 5.7.8 No\r\n"), Peer::Closes];
    let failed = try_login(&server(&["AUTH PLAIN SCRAM-SHA-256"], &script), &login);
    assert!(matches!(failed, Err(EstablishError::AuthRefused { .. })), "{failed:?}");
    // In the clear it would not be sent anyway; asked for by name it says so.
    let only = Some(Credentials::new("tim", "secret").only("plain"));
    let login = Login { starttls: StartTls::Off, credentials: only };
    let failed = try_login(&server(&["AUTH PLAIN SCRAM-SHA-256"], &[]), &login);
    assert!(matches!(failed, Err(EstablishError::AuthNeedsTls)), "{failed:?}");
}
