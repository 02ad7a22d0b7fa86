//! Both sides, alone and against each other.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::client::{self, CredentialError, Mechanism as _};
use super::server::{self, Credentials, Mechanism as _, Step};
use super::{Secret, reveals_password};

fn credentials(authzid: Option<&str>, user: &str, password: &str) -> Credentials {
    let password = Secret::from(password.as_bytes().to_vec());
    Credentials { authzid: authzid.map(String::from), user: user.into(), password }
}

#[test]
fn each_understands_the_other() {
    for mut client in client::with_password("tim", "tanstaaftanstaaf").unwrap() {
        for with_initial in [true, false] {
            let mut server = server::for_name(&client.name().to_ascii_lowercase()).unwrap();
            assert_eq!(server.name(), client.name());
            assert!(client.reveals_password());
            let initial = client.initial().filter(|_| with_initial);
            let mut fresh = client::with_password("tim", "tanstaaftanstaaf").unwrap();
            let client = if initial.is_some() {
                &mut client
            } else {
                fresh.iter_mut().find(|fresh| fresh.name() == server.name()).unwrap()
            };
            let mut step = server.step(initial.as_ref().map(Secret::expose));
            while let Step::Challenge(challenge) = step {
                let response = client.respond(&challenge).unwrap();
                step = server.step(Some(response.expose()));
            }
            assert_eq!(step, Step::Verify(credentials(None, "tim", "tanstaaftanstaaf")));
        }
    }
}

#[test]
fn plain_messages() {
    let step = |message: &[u8]| server::Plain::new().step(Some(message));
    // RFC 4616 section 4.
    assert_eq!(
        step(b"\0tim\0tanstaaftanstaaf"),
        Step::Verify(credentials(None, "tim", "tanstaaftanstaaf"))
    );
    assert_eq!(step(b"Ursel\0Kurt\0xipj3plmq"), {
        Step::Verify(credentials(Some("Ursel"), "Kurt", "xipj3plmq"))
    });
    let long = format!("\0{}\0p", "u".repeat(256));
    for bad in [
        &b""[..],
        b"tim",
        b"\0tim",
        b"\0tim\0",
        b"\0\0secret",
        b"\0tim\0sec\0ret",
        b"\0tim\0secret\0",
        b"\0t\xFFm\0secret",
        b"\0tim\0s\xFFcret",
        b"\0tim\r\n\0secret",
        long.as_bytes(),
    ] {
        assert_eq!(step(bad), Step::Malformed, "{}", bad.escape_ascii());
    }
    let mut plain = server::Plain::new();
    assert_eq!(plain.step(None), Step::Challenge(Vec::new()));
    assert_eq!(plain.step(None), Step::Malformed);
}

#[test]
fn login_messages() {
    let mut login = server::Login::new();
    assert_eq!(login.step(None), Step::Challenge(b"Username:".to_vec()));
    assert_eq!(login.step(Some(b"tim")), Step::Challenge(b"Password:".to_vec()));
    assert_eq!(login.step(Some(b"secret")), Step::Verify(credentials(None, "tim", "secret")));
    let mut login = server::Login::new();
    assert_eq!(login.step(Some(b"tim")), Step::Challenge(b"Password:".to_vec()));
    assert_eq!(login.step(Some(b"")), Step::Malformed);
    assert_eq!(server::Login::new().step(Some(b"")), Step::Malformed);
    assert_eq!(server::Login::new().step(Some(b"t\0m")), Step::Malformed);
    let mut login = server::Login::new();
    let _ = login.step(None);
    assert_eq!(login.step(None), Step::Malformed);
}

#[test]
fn external_messages() {
    let step = |message: &[u8]| server::External::new().step(Some(message));
    let external = |authzid: Option<&str>| Step::External { authzid: authzid.map(String::from) };
    // RFC 4422 section A.4, with an identity and without.
    assert_eq!(step(b""), external(None));
    assert_eq!(step(b"fred@example.com"), external(Some("fred@example.com")));
    assert_eq!(step("é".as_bytes()), external(Some("é")));
    let (long, most) = ("x".repeat(256), "x".repeat(255));
    assert_eq!(step(most.as_bytes()), external(Some(&most)));
    for bad in [&b"\0"[..], b"fr\0ed", b"fr\xFFed", b"fred\r\n", b"\x7F", long.as_bytes()] {
        assert_eq!(step(bad), Step::Malformed, "{}", bad.escape_ascii());
    }
    let mut asked = server::External::new();
    assert_eq!(asked.step(None), Step::Challenge(Vec::new()));
    assert_eq!(asked.clone().step(Some(b"")), external(None));
    assert_eq!(asked.step(None), Step::Malformed);
}

#[test]
fn external_on_both_sides() {
    for authzid in [None, Some("fred@example.com")] {
        let known = Step::External { authzid: authzid.map(String::from) };
        let mut client = client::External::new(authzid).unwrap();
        let mut server = server::for_name("external").unwrap();
        assert_eq!((server.name(), client.name()), ("EXTERNAL", "EXTERNAL"));
        assert!(!client.reveals_password());
        // With an initial response, and then no further one.
        let initial = client.initial().unwrap();
        assert_eq!(server.step(Some(initial.expose())), known);
        assert!(client.respond(b"").is_err());
        // Without.
        let mut client = client::External::new(authzid).unwrap();
        let mut server = server::External::new();
        assert_eq!(server.step(None), Step::Challenge(Vec::new()));
        assert_eq!(server.step(Some(client.respond(b"").unwrap().expose())), known);
    }
}

#[test]
fn comparing() {
    let own = credentials(None, "tim", "secret");
    assert!(own.matches("tim", "secret"));
    for (user, password) in
        [("tim", "secreT"), ("Tim", "secret"), ("tim", "secre"), ("tim", "secrets"), ("", "")]
    {
        assert!(!own.matches(user, password));
    }
    assert!(credentials(Some("tim"), "tim", "secret").matches("tim", "secret"));
    assert!(!credentials(Some("root"), "tim", "secret").matches("tim", "secret"));
}

#[test]
fn what_a_client_can_not_send() {
    use CredentialError::{Empty, Nul, TooLong};
    let plain = |authzid, user, password| client::Plain::new(authzid, user, password).err();
    let (long, most) = ("x".repeat(256), "x".repeat(255));
    assert_eq!(plain(None, "", "p"), Some(Empty("user name")));
    assert_eq!(plain(None, "u", ""), Some(Empty("password")));
    assert_eq!(plain(Some(""), "u", "p"), Some(Empty("authorization identity")));
    assert_eq!(plain(None, "a\0b", "p"), Some(Nul("user name")));
    assert_eq!(plain(None, "u", "a\0b"), Some(Nul("password")));
    assert_eq!(plain(None, "u", &long), Some(TooLong("password")));
    assert_eq!(plain(None, &most, &most), None);
    assert_eq!(client::Login::new("u", &long).err(), Some(TooLong("password")));
    let external = |authzid| client::External::new(Some(authzid)).err();
    assert_eq!(external(""), Some(Empty("authorization identity")));
    assert_eq!(external("a\0b"), Some(Nul("authorization identity")));
    assert_eq!(external(&long), Some(TooLong("authorization identity")));
    assert_eq!(external(&most), None);
    let error = format!("{}", Nul("password"));
    assert_eq!(error, "the password holds NUL");
}

#[test]
fn nothing_shows_a_password() {
    let shown = format!(
        "{:?} {:?} {:?}",
        client::Plain::new(None, "tim", "s3cret"),
        client::Login::new("tim", "s3cret"),
        credentials(None, "tim", "s3cret"),
    );
    assert!(!shown.contains("s3cret") && !shown.contains("115, 51"), "{shown}");
}

#[test]
fn names() {
    assert!(server::for_name("CRAM-MD5").is_none());
    assert!(reveals_password("plain") && reveals_password("XOAUTH2"));
    assert!(!reveals_password("SCRAM-SHA-256") && !reveals_password("EXTERNAL"));
}
