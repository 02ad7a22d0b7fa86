//! SCRAM.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::machine::Exporter;
use crate::sasl::client::{self, Cancel, CredentialError, Mechanism as _};
use crate::sasl::server::{self, Binding, Decoy, Mechanism as _, Step, Stored};
use crate::sasl::{Hash, Nonce, ScramKeys, Secret};
use crate::syntax::base64;

/// An exchange of an RFC.
struct Example {
    hash: Hash,
    client_nonce: &'static str,
    server_nonce: &'static str,
    salt: &'static str,
    messages: [&'static str; 4],
}

/// RFC 5802 section 5, and RFC 7677 section 3.
const EXAMPLES: [Example; 2] = [
    Example {
        hash: Hash::Sha1,
        client_nonce: "fyko+d2lbbFgONRv9qkxdawL",
        server_nonce: "3rfcNHYJY1ZVvWVs7j",
        salt: "QSXCR+Q6sek8bf92",
        messages: [
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ],
    },
    Example {
        hash: Hash::Sha256,
        client_nonce: "rOprNGfwEbeRWgbNEkqO",
        server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
        messages: [
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ],
    },
];

const SHA1: &Example = &EXAMPLES[0];
const SHA256: &Example = &EXAMPLES[1];

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).unwrap()
}

fn decoy() -> Decoy {
    Decoy::new(Secret::from(&b"nobody knows"[..]), 4096)
}

fn challenge(text: &str) -> Step {
    Step::Challenge(text.into())
}

impl Example {
    fn client(&self) -> client::Scram {
        let nonce = nonce(self.client_nonce);
        let binding = client::Binding::None;
        client::Scram::new(self.hash, None, "user", "pencil", nonce, binding).unwrap()
    }

    fn server(&self, binding: Binding) -> server::Scram {
        server::Scram::new(self.hash, binding, nonce(self.server_nonce), decoy())
    }

    fn keys(&self) -> ScramKeys {
        let salt = base64::decode(self.salt.as_bytes()).unwrap();
        ScramKeys::derive(self.hash, "pencil", &salt, 4096).unwrap()
    }

    fn stored(&self) -> Stored {
        Stored::from_keys([self.keys()])
    }
}

#[test]
fn the_examples() {
    for example in &EXAMPLES {
        let [first, server_first, last, server_last] = example.messages;
        let mut client = example.client();
        assert_eq!(client.name(), example.hash.mechanism());
        assert_eq!(client.initial().unwrap().expose(), first.as_bytes());
        assert_eq!(client.initial(), None);
        assert_eq!(client.respond(server_first.as_bytes()).unwrap().expose(), last.as_bytes());
        assert_eq!(client.finish(), Err(Cancel::Untrusted));
        assert_eq!(client.respond(server_last.as_bytes()).unwrap().expose(), b"");
        assert_eq!(client.finish(), Ok(()));
        assert_eq!(client.respond(b""), Err(Cancel::NothingToSay));

        let mut server = example.server(Binding::Unavailable);
        let look_up = Step::LookUp { user: "user".into(), authzid: None };
        assert_eq!(server.step(Some(first.as_bytes())), look_up);
        assert_eq!(server.supply(Some(&example.stored())), challenge(server_first));
        assert_eq!(server.step(Some(last.as_bytes())), challenge(server_last));
        let authenticated = Step::Authenticated { user: "user".into(), authzid: None };
        assert_eq!(server.step(Some(b"")), authenticated);
        assert_eq!(server.step(Some(b"")), Step::Malformed);
    }
}

/// The first message as answer to the empty challenge of a server that got none with the command.
#[test]
fn without_an_initial_response() {
    let mut client = SHA256.client();
    let mut server = SHA256.server(Binding::Unavailable);
    assert_eq!(server.step(None), Step::Challenge(Vec::new()));
    let first = client.respond(b"").unwrap();
    assert!(matches!(server.step(Some(first.expose())), Step::LookUp { .. }));
    let mut server = SHA256.server(Binding::Unavailable);
    let _ = server.step(None);
    assert_eq!(server.step(None), Step::Malformed);
    assert_eq!(SHA256.client().respond(b"r=x"), Err(Cancel::Malformed));
}

/// Whatever is wrong in what the server says first.
#[test]
fn a_client_does_not_answer_everything() {
    let r = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
    let s = "s=QSXCR+Q6sek8bf92";
    for (message, cancel) in [
        (String::new(), Cancel::Malformed),
        (format!("{r},{s}"), Cancel::Malformed),
        (format!("{s},{r},i=4096"), Cancel::Malformed),
        (format!("m=x,{r},{s},i=4096"), Cancel::Malformed),
        (format!("{r},{s},i=4096,m=x"), Cancel::Malformed),
        (format!("{r},{s},i=4096,"), Cancel::Malformed),
        (format!("{r},{s},i=4096,xx=y"), Cancel::Malformed),
        (format!("{r},s=,i=4096"), Cancel::Malformed),
        (format!("{r},s=QSX,i=4096"), Cancel::Malformed),
        (format!("{r},{s},i=-1"), Cancel::Malformed),
        (format!("{r},{s},i=04096"), Cancel::Malformed),
        (format!("{r},{s},i="), Cancel::Malformed),
        // Another nonce, and one without anything of the server's.
        (format!("r=fyko+d2lbbFgONRv9qkxdawM3rfc,{s},i=4096"), Cancel::Malformed),
        (format!("r=3rfcfyko+d2lbbFgONRv9qkxdawL,{s},i=4096"), Cancel::Malformed),
        (format!("r=fyko+d2lbbFgONRv9qkxdawL,{s},i=4096"), Cancel::Malformed),
        (format!("{r},{s},i=1"), Cancel::TooFewIterations(1)),
        (format!("{r},{s},i=4095"), Cancel::TooFewIterations(4095)),
        (format!("{r},{s},i=2000001"), Cancel::TooManyIterations(2_000_001)),
        (format!("{r},{s},i=99999999999999999999"), Cancel::TooManyIterations(u32::MAX)),
    ] {
        let mut client = SHA1.client();
        let _ = client.initial();
        assert_eq!(client.respond(message.as_bytes()), Err(cancel), "{message}");
        assert_eq!(client.finish(), Err(Cancel::Untrusted));
        assert_eq!(client.respond(SHA1.messages[1].as_bytes()), Err(Cancel::NothingToSay));
    }
    // Extensions that are not mandatory are no reason.
    let mut client = SHA1.client();
    let _ = client.initial();
    assert!(client.respond(format!("{r},{s},i=4096,x=y,z=1=2").as_bytes()).is_ok());
}

/// A server that has not the keys is not believed, whatever it says.
#[test]
fn a_client_does_not_believe_everything() {
    let proved = || {
        let mut client = SHA1.client();
        let _ = client.initial();
        client.respond(SHA1.messages[1].as_bytes()).unwrap();
        client
    };
    assert_eq!(proved().finish(), Err(Cancel::Untrusted));
    for (message, cancel) in [
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKU=", Cancel::Untrusted),
        ("v=AAAA", Cancel::Untrusted),
        ("v=", Cancel::Malformed),
        ("", Cancel::Malformed),
        ("x=rmF9pqV8S7suAoZWja4dJRkFsKQ=", Cancel::Malformed),
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKQ", Cancel::Malformed),
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,m=x", Cancel::Malformed),
        // The first message again.
        (SHA1.messages[1], Cancel::Malformed),
    ] {
        let mut client = proved();
        assert_eq!(client.respond(message.as_bytes()), Err(cancel), "{message}");
        assert_eq!(client.finish(), Err(Cancel::Untrusted), "{message}");
    }
    // The reason for the refusal that is to follow; what follows may be a lie.
    let mut client = proved();
    assert_eq!(client.respond(b"e=invalid-proof").unwrap().expose(), b"");
    assert_eq!(client.explanation(), Some("invalid-proof"));
    assert_eq!(client.finish(), Err(Cancel::Untrusted));
}

/// Whatever is wrong in the client's first message.
#[test]
fn a_server_does_not_read_everything() {
    for message in [
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,r=abc,n=user",
        "n,,n=,r=abc",
        "n,,n=user,r=",
        "n,,n=user,r=a b",
        "n,,m=x,n=user,r=abc",
        "n,,n=user,r=abc,m=x",
        "n,,n=user,r=abc,",
        "n,,n=us=er,r=abc",
        "n,,n=us=2cer,r=abc",
        "n,,n=us=3,r=abc",
        "n,,n=us\u{7}er,r=abc",
        "n,,n=\u{AD},r=abc",
        "n,a=,n=user,r=abc",
        "n,x=other,n=user,r=abc",
        "n,a=a=b,n=user,r=abc",
        "x,,n=user,r=abc",
        "N,,n=user,r=abc",
        ",,n=user,r=abc",
        "n,,n=user\0,r=abc",
    ] {
        let mut server = SHA256.server(Binding::Unavailable);
        assert_eq!(server.step(Some(message.as_bytes())), Step::Malformed, "{message:?}");
        assert_eq!(server.supply(Some(&SHA256.stored())), Step::Malformed);
    }
    assert_eq!(SHA256.server(Binding::Unavailable).step(Some(b"n,,n=\xFF,r=x")), Step::Malformed);
    let long = format!("n,,n={},r=abc", "u".repeat(256));
    assert_eq!(SHA256.server(Binding::Unavailable).step(Some(long.as_bytes())), Step::Malformed);
    let mut server = SHA256.server(Binding::Unavailable);
    let look_up = Step::LookUp { user: "a=b,c".into(), authzid: Some("d,".into()) };
    assert_eq!(server.step(Some(b"n,a=d=2C,n=a=3Db=2Cc,r=abc,x=y")), look_up);
}

/// The last message, changed in each place that counts.
#[test]
fn a_server_does_not_take_everything() {
    let last = |text: &str, expected: Step| {
        let mut server = SHA1.server(Binding::Unavailable);
        let _ = server.step(Some(SHA1.messages[0].as_bytes()));
        let _ = server.supply(Some(&SHA1.stored()));
        assert_eq!(server.step(Some(text.as_bytes())), expected, "{text}");
        assert_eq!(server.step(Some(b"")), Step::Malformed, "{text}");
    };
    let nonce = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
    let proof = "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    last(&format!("c=biws,{nonce},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Tw="), Step::Refused);
    last(&format!("c=eSws,{nonce},{proof}"), Step::Refused);
    last(&format!("c=biws,{nonce}x,{proof}"), Step::Refused);
    last(&format!("c=biws,r=fyko+d2lbbFgONRv9qkxdawL,{proof}"), Step::Refused);
    last(&format!("c=biws,{nonce},x=y,{proof}"), Step::Refused);
    last(&format!("c=biws,{nonce},p=v0X8v3Bz"), Step::Refused);
    for malformed in [
        String::new(),
        format!("c=biws,{nonce}"),
        format!("{nonce},c=biws,{proof}"),
        format!("c=biws,{nonce},m=x,{proof}"),
        format!("c=biws,{nonce},{proof},x=y"),
        format!("c=biw,{nonce},{proof}"),
        format!("c=biws,{nonce},p=v0X8v"),
        format!("c=biws,{proof}"),
        SHA1.messages[0].to_string(),
    ] {
        last(&malformed, Step::Malformed);
    }
}

/// What comes after the server's proof has to be empty.
#[test]
fn nothing_more_is_to_be_said() {
    let mut server = SHA1.server(Binding::Unavailable);
    let _ = server.step(Some(SHA1.messages[0].as_bytes()));
    let _ = server.supply(Some(&SHA1.stored()));
    assert_eq!(server.step(Some(SHA1.messages[2].as_bytes())), challenge(SHA1.messages[3]));
    assert_eq!(server.step(Some(b"x")), Step::Malformed);
    assert_eq!(server.step(Some(b"")), Step::Malformed);
}

/// RFC 5802 section 6.
#[test]
fn channel_binding_flags() {
    let exporter = Exporter([7; 32]);
    let (none, offered, bound) =
        (Binding::Unavailable, Binding::Offered, Binding::TlsExporter(exporter));
    for (flag, binding, goes_on) in [
        ("n", none, true),
        ("y", none, true),
        ("p=tls-exporter", none, false),
        ("n", offered, true),
        // Somebody has taken the -PLUS form out of what the server offers.
        ("y", offered, false),
        ("p=tls-exporter", offered, false),
        ("n", bound, false),
        ("y", bound, false),
        ("p=tls-exporter", bound, true),
        ("p=tls-unique", bound, false),
        ("p=tls-server-end-point", bound, false),
        ("p=", bound, false),
    ] {
        let step = SHA256.server(binding).step(Some(format!("{flag},,n=user,r=x").as_bytes()));
        assert_eq!(matches!(step, Step::LookUp { .. }), goes_on, "{flag} {binding:?}");
        assert_eq!(step == Step::Refused, !goes_on, "{flag} {binding:?}");
    }
    assert_eq!(SHA256.server(bound).name(), "SCRAM-SHA-256-PLUS");
    assert_eq!(SHA1.server(bound).name(), "SCRAM-SHA-1-PLUS");
    assert_eq!(SHA1.server(offered).name(), "SCRAM-SHA-1");
}

#[test]
fn what_there_is_not_looks_like_what_there_is() {
    let first = |user: &str, stored: Option<&Stored>, server_nonce: &str| {
        let mut server =
            server::Scram::new(Hash::Sha256, Binding::Unavailable, nonce(server_nonce), decoy());
        let message = format!("n,,n={user},r=abc");
        let look_up = Step::LookUp { user: user.into(), authzid: None };
        assert_eq!(server.step(Some(message.as_bytes())), look_up);
        let Step::Challenge(first) = server.supply(stored) else { panic!() };
        (String::from_utf8(first).unwrap(), server)
    };
    let tail = |text: &str| text.split_once(',').unwrap().1.to_string();
    let (nobody, mut server) = first("nobody", None, "one");
    assert_eq!(tail(&nobody), tail(&first("nobody", None, "two").0));
    assert_ne!(tail(&nobody), tail(&first("somebody", None, "one").0));
    assert!(nobody.starts_with("r=abcone,s=") && nobody.ends_with("==,i=4096"), "{nobody}");
    assert_eq!(server.step(Some(b"c=biws,r=abcone,p=AAAA")), Step::Refused);
    // Keys of the other hash, and no keys, are the same as nothing.
    assert_eq!(first("nobody", Some(&SHA1.stored()), "one").0, nobody);
    assert_eq!(first("nobody", Some(&Stored::default()), "one").0, nobody);
    // So are those to be shown by who stores keys; a password has such a salt, too.
    assert_eq!(first("nobody", Some(&decoy().keys("nobody")), "one").0, nobody);
    assert_eq!(first("nobody", Some(&Stored::from_password("x")), "one").0, nobody);
}

#[test]
fn what_a_client_can_not_send() {
    let scram = |user, password| {
        let binding = client::Binding::None;
        client::Scram::new(Hash::Sha256, None, user, password, nonce("x"), binding).err()
    };
    assert_eq!(scram("", "p"), Some(CredentialError::Empty("user name")));
    assert_eq!(scram("u", ""), Some(CredentialError::Empty("password")));
    assert_eq!(scram("u", "\u{AD}"), Some(CredentialError::Unprepared("password")));
    assert_eq!(scram("\u{7}", "p"), Some(CredentialError::Unprepared("user name")));
    let mut escaped = client::Scram::new(
        Hash::Sha1,
        Some("d,"),
        "a=b,c\u{AD}",
        "p",
        nonce("x"),
        client::Binding::NotOffered,
    )
    .unwrap();
    assert_eq!(escaped.initial().unwrap().expose(), b"y,a=d=2C,n=a=3Db=2Cc,r=x");
}

#[test]
fn nothing_shows_a_secret() {
    let mut client = SHA256.client();
    let _ = client.initial();
    let _ = client.respond(SHA256.messages[1].as_bytes());
    let exporter = Exporter([123; 32]);
    let shown = format!(
        "{client:?} {:?} {:?} {:?} {exporter:?}",
        SHA256.keys(),
        Stored::from_password("pencil"),
        decoy(),
    );
    assert!(!shown.contains("pencil") && !shown.contains("112, 101, 110"), "{shown}");
    assert!(!shown.contains("nobody") && !shown.contains("123"), "{shown}");
}
