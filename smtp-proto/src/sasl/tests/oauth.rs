//! OAUTHBEARER and XOAUTH2.

use alloc::format;
use alloc::string::{String, ToString};

use crate::sasl::Secret;
use crate::sasl::client::{self, Cancel, CredentialError, Mechanism as _};
use crate::sasl::server::{self, Mechanism as _, Step, Token, TokenError};

const TOKEN: &str = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

fn token(user: Option<&str>, token: Option<&str>, server: Option<(&str, u16)>) -> Step {
    Step::Token(Token {
        user: user.map(String::from),
        token: token.map(|token| Secret::from(token.as_bytes())),
        host: server.map(|(host, _)| host.to_string()),
        port: server.map(|(_, port)| port),
    })
}

fn bearer(message: &str) -> Step {
    server::OauthBearer::new().step(Some(message.as_bytes()))
}

fn xoauth2(message: &str) -> Step {
    server::Xoauth2::new().step(Some(message.as_bytes()))
}

/// RFC 7628 section 4.1, over SMTP.
#[test]
fn the_example() {
    let server = ("server.example.com", 587);
    let mut client =
        client::OauthBearer::to("user@example.com", TOKEN, server.0, server.1).unwrap();
    let message = format!(
        "n,a=user@example.com,\x01host=server.example.com\x01port=587\x01auth=Bearer {TOKEN}\x01\x01"
    );
    assert_eq!(client.initial().unwrap().expose(), message.as_bytes());
    assert_eq!(bearer(&message), token(Some("user@example.com"), Some(TOKEN), Some(server)));
    assert_eq!(client.finish(), Ok(()));
    assert_eq!(client.explanation(), None);
}

/// RFC 7628 section 4.3: a client that asks which scope it needs.
#[test]
fn the_failed_example() {
    let message = "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=\x01\x01";
    let mut server = server::OauthBearer::new();
    let wanted = token(Some("user@example.com"), None, Some(("server.example.com", 143)));
    assert_eq!(server.step(Some(message.as_bytes())), wanted);
    let error = TokenError {
        scope: Some("example_scope".into()),
        openid_configuration: Some("https://example.com/.well-known/openid-configuration".into()),
        ..TokenError::invalid_token()
    };
    let json = "{\"status\":\"invalid_token\",\"scope\":\"example_scope\",\
                \"openid-configuration\":\"https://example.com/.well-known/openid-configuration\"}";
    assert_eq!(server.refuse(&error), Step::Challenge(json.into()));
    assert_eq!(server.step(Some(b"\x01")), Step::Refused);

    let mut client = client::OauthBearer::new("user@example.com", "expired").unwrap();
    let _ = client.initial();
    assert_eq!(client.respond(json.as_bytes()).unwrap().expose(), b"\x01");
    assert_eq!(client.explanation(), Some(json));
    assert_eq!(client.respond(b"again"), Err(Cancel::NothingToSay));
}

#[test]
fn xoauth2_refuses_in_its_own_way() {
    let mut client = client::Xoauth2::new("user@example.com", TOKEN).unwrap();
    let message = client.initial().unwrap();
    let text = format!("user=user@example.com\x01auth=Bearer {TOKEN}\x01\x01");
    assert_eq!(message.expose(), text.as_bytes());
    let mut server = server::Xoauth2::new();
    let wanted = token(Some("user@example.com"), Some(TOKEN), None);
    assert_eq!(server.step(Some(message.expose())), wanted);
    let error = TokenError { scope: Some("https://mail/".into()), ..TokenError::invalid_token() };
    let Step::Challenge(json) = server.refuse(&error) else { panic!() };
    assert_eq!(json, b"{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail/\"}");
    assert_eq!(client.respond(&json).unwrap().expose(), b"");
    assert_eq!(server.step(Some(b"")), Step::Refused);
}

/// What a server says is for people and for logs, so it is cut and cleaned.
#[test]
fn an_explanation_may_be_anything() {
    let mut client = client::OauthBearer::new("u", "t").unwrap();
    let _ = client.initial();
    let long = [b"a\r\n\xFF".to_vec(), b"x".repeat(10_000)].concat();
    assert!(client.respond(&long).is_ok());
    let told = client.explanation().unwrap();
    assert!(told.starts_with("a??\u{FFFD}xxx") && told.len() < 600, "{told}");
}

#[test]
fn json_is_json() {
    let error = TokenError { status: "a\"b\\c\n\u{1F}é".into(), ..TokenError::invalid_token() };
    let mut server = server::OauthBearer::new();
    let _ = server.step(Some(b"n,,\x01auth=Bearer x\x01\x01"));
    let escaped = "{\"status\":\"a\\\"b\\\\c\\u000a\\u001fé\"}";
    assert_eq!(server.refuse(&error), Step::Challenge(escaped.into()));
}

#[test]
fn names_are_escaped() {
    let mut client = client::OauthBearer::new("a=b,c", "t").unwrap();
    let message = client.initial().unwrap();
    assert_eq!(message.expose(), b"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01");
    let mut server = server::OauthBearer::new();
    assert_eq!(server.step(Some(message.expose())), token(Some("a=b,c"), Some("t"), None));
    assert_eq!(bearer("n,a==3D2C,\x01auth=Bearer t\x01\x01"), token(Some("=2C"), Some("t"), None));
}

#[test]
fn what_else_is_understood() {
    // The scheme in any case; unknown keys; nobody in particular; RFC 7628 section 4.4.
    for message in [
        "n,,\x01auth=bearer t\x01\x01",
        "y,,\x01auth=BeArEr t\x01\x01",
        "n,,\x01mthd=POST\x01auth=Bearer t\x01x=\x01\x01",
    ] {
        assert_eq!(bearer(message), token(None, Some("t"), None), "{message:?}");
    }
    let user = Some("someuser@example.com");
    let message = "n,user=someuser@example.com,\x01auth=Bearer t\x01\x01";
    assert_eq!(bearer(message), token(user, Some("t"), None));
    // Keyed digests are not had here: the client is told so by the refusal.
    let message = "n,,\x01auth=OAuth realm=\"Example\",oauth_token=\"x\"\x01\x01";
    assert_eq!(bearer(message), token(None, None, None));
    assert_eq!(bearer("n,,\x01auth=Bearer \x01\x01"), token(None, None, None));
}

#[test]
fn what_makes_no_sense() {
    for message in [
        "",
        "\x01",
        "n,,",
        "n,,\x01",
        "n,,\x01\x01",
        "n,,\x01host=a\x01\x01",
        "n,,\x01auth=Bearer t\x01",
        "n,,\x01auth=Bearer t",
        "n,,\x01auth=Bearer t\x01auth=Bearer u\x01\x01",
        "n,,\x01auth=Bearer t\x01port=99999\x01\x01",
        "n,,\x01auth=Bearer t\x01host=\x01\x01",
        "n,,\x01auth=Bearer t\x01=x\x01\x01",
        "n,,\x01auth=Bearer t\x01x\x01\x01",
        "n,a=,\x01auth=Bearer t\x01\x01",
        "n,a=a=b,\x01auth=Bearer t\x01\x01",
        "n,a=a=3,\x01auth=Bearer t\x01\x01",
        "n,a=b,c,\x01auth=Bearer t\x01\x01",
        "n,a=a\n,\x01auth=Bearer t\x01\x01",
        "n,x=b,\x01auth=Bearer t\x01\x01",
        "p=tls-exporter,,\x01auth=Bearer t\x01\x01",
        "x,,\x01auth=Bearer t\x01\x01",
    ] {
        assert_eq!(bearer(message), Step::Malformed, "{message:?}");
    }
    for message in [
        "",
        "user=u\x01",
        "user=u\x01auth=Bearer t",
        "user=\x01auth=Bearer t\x01\x01",
        "auth=Bearer t\x01user=u\x01\x01",
        "user=u\x01auth=Bearer t\x01x=y\x01\x01",
        "user=u\n\x01auth=Bearer t\x01\x01",
    ] {
        assert_eq!(xoauth2(message), Step::Malformed, "{message:?}");
    }
    assert_eq!(server::OauthBearer::new().step(Some(b"\xFF\x01\x01")), Step::Malformed);
}

#[test]
fn what_a_client_can_not_send() {
    use CredentialError::{Character, Empty, Nul, TooLong};
    let bearer = |user: &str, token: &str| client::OauthBearer::new(user, token).err();
    assert_eq!(bearer("", "t"), Some(Empty("user name")));
    assert_eq!(bearer("a\0", "t"), Some(Nul("user name")));
    assert_eq!(bearer("a,\x01auth=x", "t"), Some(Character("user name")));
    assert_eq!(bearer("u", ""), Some(Empty("token")));
    assert_eq!(bearer("u", "t\x01auth=x"), Some(Character("token")));
    assert_eq!(bearer("u", &"t".repeat(8193)), Some(TooLong("token")));
    assert_eq!(client::OauthBearer::to("u", "t", "a\x01b", 25).err(), Some(Character("host")));
    let xoauth2 = |user: &str| client::Xoauth2::new(user, "t").err();
    assert_eq!(xoauth2("a\x01auth=x"), Some(Character("user name")));
}

#[test]
fn which_server_is_meant() {
    let step = bearer("n,,\x01host=MX.example.org\x01port=587\x01auth=Bearer t\x01\x01");
    let Step::Token(token) = step else { panic!("{step:?}") };
    assert!(token.is_for_host("mx.example.org") && !token.is_for_host("mx.example.com"));
    assert!(token.is_for_port(587) && !token.is_for_port(25));
    let Step::Token(token) = xoauth2("user=u\x01auth=Bearer t\x01\x01") else { panic!() };
    assert!(token.is_for_host("anything") && token.is_for_port(1));
    assert!(!format!("{token:?}").contains("\"t\""));
}
