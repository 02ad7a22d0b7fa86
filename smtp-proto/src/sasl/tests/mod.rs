//! Both sides, alone and against each other.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::client::{self, CredentialError, Mechanism as _};
use super::server::{self, Credentials, Mechanism as _, Step};
use super::{Secret, binds_channel, reveals_password};

mod choice;
#[cfg(feature = "cram-md5")]
mod cram_md5;
#[cfg(feature = "scram")]
mod keys;
mod oauth;
mod pairs;
#[cfg(feature = "scram")]
mod scram;

fn credentials(authzid: Option<&str>, user: &str, password: &str) -> Credentials {
    let password = Secret::from(password.as_bytes().to_vec());
    Credentials { authzid: authzid.map(String::from), user: user.into(), password }
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
fn anonymous_messages() {
    let step = |message: &[u8]| server::Anonymous::new().step(Some(message));
    let anonymous = |trace: Option<&str>| Step::Anonymous { trace: trace.map(String::from) };
    // RFC 4505 section 4: after an empty challenge.
    let (mut client, mut server) =
        (client::Anonymous::new(Some("sirhc")).unwrap(), server::Anonymous::new());
    assert_eq!(server.step(None), Step::Challenge(Vec::new()));
    assert_eq!(server.step(Some(client.respond(b"").unwrap().expose())), anonymous(Some("sirhc")));
    assert!(client.respond(b"").is_err());
    assert_eq!(step(b""), anonymous(None));
    assert_eq!(step("sírhc@example.org".as_bytes()), anonymous(Some("sírhc@example.org")));
    let most = "é".repeat(255);
    assert_eq!(step(most.as_bytes()), anonymous(Some(&most)));
    let long = "é".repeat(256);
    for bad in [&b"a\0"[..], b"a\r\nb", b"\xFF", "\u{85}".as_bytes(), long.as_bytes()] {
        assert_eq!(step(bad), Step::Malformed, "{}", bad.escape_ascii());
    }
    let trace = |trace: &str| client::Anonymous::new(Some(trace)).err();
    assert_eq!(trace(&"x".repeat(256)), Some(CredentialError::TooLong("trace")));
    assert_eq!(trace("a\nb"), Some(CredentialError::Character("trace")));
    assert_eq!(trace("é"), Some(CredentialError::Character("trace")));
    assert_eq!(client::Anonymous::new(None).unwrap().initial().unwrap().expose(), b"");
}

#[test]
fn nonces() {
    use super::Nonce;
    let nonce = Nonce::from_random(&[0xFF; 18]);
    assert_eq!(nonce.as_str(), "//////////////////////////"[..24].to_owned());
    for bad in ["", "a,b", "a b", "é", "a\0"] {
        assert_eq!(Nonce::from_text(bad), None, "{bad:?}");
    }
    assert_eq!(Nonce::from_text("%hvYDp=").unwrap().as_str(), "%hvYDp=");
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
    assert!(server::for_name("CRAM-MD5").is_none() && server::for_name("").is_none());
    for name in ["PLAIN", "LOGIN", "EXTERNAL", "ANONYMOUS", "OAUTHBEARER", "XOAUTH2"] {
        assert_eq!(server::for_name(&name.to_ascii_lowercase()).unwrap().name(), name);
    }
    assert!(reveals_password("plain") && reveals_password("XOAUTH2"));
    assert!(!reveals_password("SCRAM-SHA-256") && !reveals_password("EXTERNAL"));
    assert!(binds_channel("scram-sha-1-plus") && binds_channel("X-PLUS"));
    for name in ["SCRAM-SHA-1", "PLUS", "é-PLU", ""] {
        assert!(!binds_channel(name), "{name}");
    }
}
