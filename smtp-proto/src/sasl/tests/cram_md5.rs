//! CRAM-MD5.

use alloc::vec::Vec;

use crate::sasl::client::{self, Mechanism as _};
use crate::sasl::server::{self, Decoy, Mechanism as _, Step, Stored};
use crate::sasl::{Nonce, Secret};

const DIGEST: &[u8] = b"tim b913a602c7eda7a495b4e6e7334d3890";

fn decoy() -> Decoy {
    Decoy::new(Secret::from(&b"nobody knows"[..]), 4096)
}

fn server() -> server::CramMd5 {
    let nonce = Nonce::from_text("1896.697170952").unwrap();
    server::CramMd5::new("postoffice.reston.mci.net", &nonce, decoy())
}

/// RFC 2195 section 2.
#[test]
fn the_example() {
    let mut client = client::CramMd5::new("tim", "tanstaaftanstaaf").unwrap();
    assert_eq!(client.initial(), None);
    let mut server = server();
    let challenge = b"<1896.697170952@postoffice.reston.mci.net>".to_vec();
    assert_eq!(server.step(None), Step::Challenge(challenge.clone()));
    let response = client.respond(&challenge).unwrap();
    assert_eq!(response.expose(), DIGEST);
    let look_up = Step::LookUp { user: "tim".into(), authzid: None };
    assert_eq!(server.step(Some(response.expose())), look_up);
    let stored = Stored::from_password("tanstaaftanstaaf");
    let authenticated = Step::Authenticated { user: "tim".into(), authzid: None };
    assert_eq!(server.supply(Some(&stored)), authenticated);
    assert_eq!(client.finish(), Ok(()));
    assert_eq!(client.respond(b"<again>"), Err(client::Cancel::NothingToSay));
}

fn refused(stored: Option<&Stored>) {
    let mut server = server();
    let _ = server.step(None);
    assert!(matches!(server.step(Some(DIGEST)), Step::LookUp { .. }));
    assert_eq!(server.supply(stored), Step::Refused);
    assert_eq!(server.supply(stored), Step::Malformed);
}

#[test]
fn who_is_not_let_in() {
    refused(None);
    refused(Some(&Stored::default()));
    refused(Some(&Stored::from_password("wrong")));
    refused(Some(&Stored::from_password("")));
    // The password that stands in for users that there are not lets in nobody, even if it is known.
    let mut client = client::CramMd5::new("tim", "nobody knows").unwrap();
    let mut server = server();
    let Step::Challenge(challenge) = server.step(None) else { panic!() };
    let _ = server.step(Some(client.respond(&challenge).unwrap().expose()));
    assert_eq!(server.supply(None), Step::Refused);
}

#[test]
fn messages() {
    let step = |response: &[u8]| {
        let mut server = server();
        let _ = server.step(None);
        server.step(Some(response))
    };
    let spaced: Vec<u8> = [b"tim a", DIGEST].concat();
    // The last space counts.
    assert_eq!(step(&spaced), Step::LookUp { user: "tim atim".into(), authzid: None });
    for bad in [
        &b""[..],
        b"tim",
        b"b913a602c7eda7a495b4e6e7334d3890",
        b" b913a602c7eda7a495b4e6e7334d3890",
        b"tim B913A602C7EDA7A495B4E6E7334D3890",
        b"tim b913a602c7eda7a495b4e6e7334d389",
        b"tim b913a602c7eda7a495b4e6e7334d38900",
        b"t\0m b913a602c7eda7a495b4e6e7334d3890",
        b"tim\n b913a602c7eda7a495b4e6e7334d3890",
    ] {
        assert_eq!(step(bad), Step::Malformed, "{}", bad.escape_ascii());
    }
    // RFC 4954 section 4: the server begins.
    assert_eq!(server().step(Some(b"tim")), Step::ServerFirst);
    assert_eq!(server().supply(None), Step::Malformed);
}
