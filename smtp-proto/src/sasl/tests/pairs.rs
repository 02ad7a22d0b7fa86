//! Each mechanism, client against server: with the right password and the wrong, and with messages
//! that somebody changes on their way.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use crate::sasl::client::{self, CredentialError};
use crate::sasl::server::{self, Decoy, Step, Stored};
use crate::sasl::{Nonce, Secret};

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).unwrap()
}

fn decoy() -> Decoy {
    Decoy::new(Secret::from(&b"nobody knows"[..]), 4096)
}

const PASSWORD_MECHANISMS: &[&str] = &[
    "PLAIN",
    "LOGIN",
    #[cfg(feature = "cram-md5")]
    "CRAM-MD5",
    #[cfg(feature = "scram")]
    "SCRAM-SHA-1",
    #[cfg(feature = "scram")]
    "SCRAM-SHA-256",
    #[cfg(feature = "scram")]
    "SCRAM-SHA-1-PLUS",
    #[cfg(feature = "scram")]
    "SCRAM-SHA-256-PLUS",
];

fn client(name: &str, user: &str, password: &str) -> Result<client::Boxed, CredentialError> {
    #[cfg(feature = "scram")]
    if name.starts_with("SCRAM") {
        use crate::machine::Exporter;
        use crate::sasl::Hash;

        let hash = if name.contains("256") { Hash::Sha256 } else { Hash::Sha1 };
        let binding = if crate::sasl::binds_channel(name) {
            client::Binding::TlsExporter(Exporter([7; 32]))
        } else {
            client::Binding::None
        };
        let nonce = nonce("client");
        return Ok(Box::new(client::Scram::new(hash, None, user, password, nonce, binding)?));
    }
    #[cfg(feature = "cram-md5")]
    if name == "CRAM-MD5" {
        return Ok(Box::new(client::CramMd5::new(user, password)?));
    }
    match name {
        "PLAIN" => Ok(Box::new(client::Plain::new(None, user, password)?)),
        _ => Ok(Box::new(client::Login::new(user, password)?)),
    }
}

fn server(name: &str) -> server::Boxed {
    let setting = server::Setting {
        hostname: "mx.example.org",
        nonce: nonce("server"),
        decoy: &decoy(),
        exporter: Some(crate::machine::Exporter([7; 32])),
        plus_offered: true,
    };
    server::mechanism(name, setting).unwrap()
}

/// How an exchange ended.
#[derive(Debug, PartialEq)]
enum End {
    In(String),
    Refused,
    Malformed,
    /// The client has cancelled, or does not believe that it is in.
    Cancelled,
}

/// Has the exchange, with each message going through somebody's hands, by its number.
fn exchange(
    name: &str,
    client: &mut client::Boxed,
    stored: impl Fn(&str) -> Option<Stored>,
    with_initial: bool,
    mut tamper: impl FnMut(usize, Vec<u8>) -> Vec<u8>,
) -> End {
    let mut server = server(name);
    assert_eq!((server.name(), client.name()), (name, name));
    let mut count = 0;
    let mut pass = |message: &[u8]| {
        count += 1;
        tamper(count - 1, message.to_vec())
    };
    let initial = if with_initial { client.initial() } else { None };
    let initial = initial.map(|initial| pass(initial.expose()));
    let mut step = server.step(initial.as_deref());
    loop {
        step = match step {
            Step::Challenge(challenge) => match client.respond(&pass(&challenge)) {
                Ok(response) => server.step(Some(&pass(response.expose()))),
                Err(_) => return End::Cancelled,
            },
            Step::LookUp { user, authzid: None } => server.supply(stored(&user).as_ref()),
            Step::Verify(credentials) => {
                let known = stored(&credentials.user);
                let good = known.is_some_and(|known| known.matches(&credentials.password));
                return if good { End::In(credentials.user) } else { End::Refused };
            }
            Step::Authenticated { user, authzid: None } => {
                return if client.finish().is_ok() { End::In(user) } else { End::Cancelled };
            }
            Step::Refused => return End::Refused,
            Step::Malformed => return End::Malformed,
            other => panic!("{other:?}"),
        }
    }
}

fn only<'a>(user: &'a str, password: &'a str) -> impl Fn(&str) -> Option<Stored> + 'a {
    move |asked| (asked == user).then(|| Stored::from_password(password))
}

/// With keys, where there are such, which takes no time when somebody logs in.
fn made_once() -> Stored {
    #[cfg_attr(not(feature = "scram"), expect(unused_mut, reason = "there are no keys"))]
    let mut stored = Stored::from_password("secret");
    #[cfg(feature = "scram")]
    {
        use crate::sasl::{Hash, ScramKeys};

        stored.sha256 = ScramKeys::derive(Hash::Sha256, "secret", b"0123456789abcdef", 4096).ok();
    }
    stored
}

fn same(_: usize, message: Vec<u8>) -> Vec<u8> {
    message
}

#[test]
fn who_is_let_in() {
    for name in PASSWORD_MECHANISMS {
        for with_initial in [true, false] {
            let end = |user, password| {
                let mut client = client(name, user, password).unwrap();
                exchange(name, &mut client, only("tim", "secret"), with_initial, same)
            };
            assert_eq!(end("tim", "secret"), End::In("tim".into()), "{name}");
            assert_eq!(end("tim", "Secret"), End::Refused, "{name}");
            assert_eq!(end("tom", "secret"), End::Refused, "{name}");
            assert_eq!(end("tom", "nobody knows"), End::Refused, "{name}");
        }
    }
}

/// Every octet of every message, changed: nobody is let in as somebody else, and with SCRAM nobody is
/// let in at all.
#[test]
fn no_octet_may_be_changed() {
    let stored = made_once();
    let stored = |user: &str| (user == "tim").then(|| stored.clone());
    for name in PASSWORD_MECHANISMS.iter().filter(|name| !name.starts_with("SCRAM-SHA-1")) {
        let lengths = {
            let mut lengths = Vec::new();
            let mut client = client(name, "tim", "secret").unwrap();
            exchange(name, &mut client, stored, true, |_, message| {
                lengths.push(message.len());
                message
            });
            lengths
        };
        for (number, length) in lengths.into_iter().enumerate() {
            for at in 0..length {
                let mut client = client(name, "tim", "secret").unwrap();
                let tamper = |count, mut message: Vec<u8>| {
                    if count == number {
                        message[at] ^= 1;
                    }
                    message
                };
                let end = exchange(name, &mut client, stored, true, tamper);
                let harmless = *name == "LOGIN" && number % 2 == 0;
                let fails = !matches!(end, End::In(_));
                assert!(fails != harmless, "{name}, message {number}, octet {at}: {end:?}");
            }
        }
    }
}

proptest! {
    // Each round of SCRAM is thousands of hashes.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_name_and_password(
        user in "\\PC{1,20}",
        password in "\\PC{1,20}",
        other in "\\PC{1,20}",
        which in 0..PASSWORD_MECHANISMS.len(),
    ) {
        let name = PASSWORD_MECHANISMS[which];
        // Not every text can be prepared.
        if let Ok(mut right) = client(name, &user, &password) {
            let anybody = |_: &str| Some(Stored::from_password(&password));
            let end = exchange(name, &mut right, anybody, true, same);
            prop_assert!(matches!(end, End::In(_)), "{name}: {end:?}");
        }
        if let Ok(mut wrong) = client(name, &user, &other) && plainly_differ(&other, &password) {
            let anybody = |_: &str| Some(Stored::from_password(&password));
            let end = exchange(name, &mut wrong, anybody, true, same);
            prop_assert_eq!(end, End::Refused);
        }
    }

    #[test]
    fn any_octets(
        messages in proptest::collection::vec(any::<Vec<u8>>(), 1..5),
        which in 0..PASSWORD_MECHANISMS.len(),
        with_initial: bool,
    ) {
        let name = PASSWORD_MECHANISMS[which];
        let mut server = server(name);
        let mut step = if with_initial { Step::Challenge(Vec::new()) } else { server.step(None) };
        for message in &messages {
            step = match step {
                Step::Challenge(_) => server.step(Some(message)),
                Step::LookUp { .. } => server.supply(None),
                _ => break,
            };
            let inside = matches!(step, Step::Authenticated { .. });
            prop_assert!(!inside);
        }
        let mut client = client(name, "tim", "secret").unwrap();
        let _ = client.initial();
        for message in &messages {
            if client.respond(message).is_err() {
                break;
            }
        }
        prop_assert_eq!(client.finish().is_ok(), !name.starts_with("SCRAM"));
    }
}

/// Some texts differ, and are prepared to the same.
fn plainly_differ(one: &str, other: &str) -> bool {
    one != other && one.is_ascii() && other.is_ascii()
}
