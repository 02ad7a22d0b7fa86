//! SASL mechanisms: each side alone against anything, and both against each other with somebody in
//! the middle. Nobody is let in, and no server believed, without the proof.

use std::sync::LazyLock;

use smtp_proto::Exporter;
use smtp_proto::sasl::client::{self, Binding};
use smtp_proto::sasl::server::{self, Decoy, Setting, Step, Stored, TokenError};
use smtp_proto::sasl::{Hash, Nonce, ScramKeys, Secret};

use crate::tape::{Input, Tape};

const USER: &str = "tim";
const PASSWORD: &str = "tanstaaftanstaaf";
const TOKEN: &str = "ticket";
const EXPORTER: Exporter = Exporter([7; 32]);

const NAMES: [&str; 11] = [
    "PLAIN",
    "LOGIN",
    "CRAM-MD5",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256-PLUS",
    "OAUTHBEARER",
    "XOAUTH2",
    "EXTERNAL",
    "ANONYMOUS",
];

/// More messages than any exchange has.
const MOST: usize = 8;

static STORED: LazyLock<Stored> = LazyLock::new(|| {
    let keys = [Hash::Sha1, Hash::Sha256]
        .map(|hash| ScramKeys::derive(hash, PASSWORD, b"0123456789abcdef", 4096).expect("keys"));
    let mut stored = Stored::from_keys(keys);
    stored.password = Some(Secret::from(PASSWORD.as_bytes()));
    stored
});

static DECOY: LazyLock<Decoy> = LazyLock::new(|| Decoy::new(&b"nobody knows"[..], 4096));

/// The first decision is which mechanism, the second who is there: 0 both, 1 a server, 2 a client.
/// What goes over the wire is messages with LF between them.
pub fn check(data: &[u8]) {
    let Some(mut input) = Input::new(data) else { return };
    let name = NAMES[input.config.pick(NAMES.len())];
    let messages = input.octets.split(|octet| *octet == b'\n');
    match input.config.pick(3) {
        0 => pair(name, &mut input),
        1 => server_alone(name, &mut input.config, messages),
        _ => client_alone(name, &mut input.config, messages),
    }
}

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).expect("a nonce")
}

fn server(name: &str, plus_offered: bool) -> server::Boxed {
    let setting = Setting {
        hostname: "mx.example.org",
        nonce: nonce("server"),
        decoy: &DECOY,
        exporter: Some(EXPORTER),
        plus_offered,
    };
    let server = server::mechanism(name, setting).expect("a mechanism");
    assert_eq!(server.name(), name);
    server
}

fn client(name: &str) -> client::Boxed {
    let scram = |hash, binding| {
        let scram = client::Scram::new(hash, None, USER, PASSWORD, nonce("client"), binding);
        Box::new(scram.expect("a name and a password"))
    };
    let bound = Binding::TlsExporter(EXPORTER);
    let client: client::Boxed = match name {
        "PLAIN" => Box::new(client::Plain::new(None, USER, PASSWORD).expect("a password")),
        "LOGIN" => Box::new(client::Login::new(USER, PASSWORD).expect("a password")),
        "CRAM-MD5" => Box::new(client::CramMd5::new(USER, PASSWORD).expect("a password")),
        "SCRAM-SHA-1" => scram(Hash::Sha1, Binding::None),
        "SCRAM-SHA-256" => scram(Hash::Sha256, Binding::None),
        "SCRAM-SHA-1-PLUS" => scram(Hash::Sha1, bound),
        "SCRAM-SHA-256-PLUS" => scram(Hash::Sha256, bound),
        "OAUTHBEARER" => Box::new(client::OauthBearer::new(USER, TOKEN).expect("a token")),
        "XOAUTH2" => Box::new(client::Xoauth2::new(USER, TOKEN).expect("a token")),
        "EXTERNAL" => Box::new(client::External::new(None).expect("nobody else")),
        _ => Box::new(client::Anonymous::new(None).expect("nobody")),
    };
    assert_eq!(client.name(), name);
    client
}

/// How an exchange ended for the server.
#[derive(Debug, PartialEq)]
enum End {
    In(String),
    Out,
}

/// Does what an application does, until there is a challenge or an end.
fn decide(server: &mut server::Boxed, mut step: Step) -> Result<Vec<u8>, End> {
    loop {
        step = match step {
            Step::Challenge(challenge) => return Ok(challenge),
            Step::LookUp { user, authzid } => {
                no_control(&user);
                authzid.iter().for_each(|authzid| no_control(authzid));
                let known = user == USER && authzid.is_none();
                server.supply(known.then_some(&*STORED))
            }
            Step::Verify(credentials) => {
                no_control(&credentials.user);
                let right = credentials.matches(USER, PASSWORD);
                return Err(if right { End::In(credentials.user) } else { End::Out });
            }
            Step::Token(token) => {
                token.user.iter().chain(&token.host).for_each(|text| no_control(text));
                match token.token {
                    Some(shown) if shown.is(TOKEN.as_bytes()) => return Err(End::In(USER.into())),
                    _ => server.refuse(&TokenError::invalid_token()),
                }
            }
            Step::Authenticated { user, .. } => return Err(End::In(user)),
            Step::External { authzid: text } | Step::Anonymous { trace: text } => {
                text.iter().for_each(|text| no_control(text));
                return Err(End::In("somebody".into()));
            }
            _ => return Err(End::Out),
        }
    }
}

fn server_alone<'a>(name: &str, tape: &mut Tape<'_>, mut messages: impl Iterator<Item = &'a [u8]>) {
    let mut server = server(name, tape.rarely());
    let first = if tape.rarely() { None } else { messages.next() };
    let mut step = server.step(first);
    for count in 0.. {
        assert!(count < MOST, "{name} goes on for ever");
        match decide(&mut server, step) {
            Ok(_) => {}
            Err(End::In(_)) => {
                // These take a proof that nobody here has made.
                assert!(!name.starts_with("SCRAM") && name != "CRAM-MD5", "{name}: in");
                return;
            }
            Err(End::Out) => return,
        }
        let Some(message) = messages.next() else { return };
        step = server.step(Some(message));
    }
}

fn client_alone<'a>(name: &str, tape: &mut Tape<'_>, messages: impl Iterator<Item = &'a [u8]>) {
    let mut client = client(name);
    if !tape.rarely() {
        let _ = client.initial();
    }
    for (count, message) in messages.enumerate() {
        if client.respond(message).is_err() {
            break;
        }
        assert!(count < MOST, "{name} goes on for ever");
    }
    if let Some(text) = client.explanation() {
        no_control(&text.replace('\t', " "));
    }
    assert_eq!(client.finish().is_ok(), !name.starts_with("SCRAM"), "{name}");
}

/// Somebody in the middle puts pieces of the input in the place of messages.
fn pair(name: &str, input: &mut Input<'_>) {
    let mut client = client(name);
    let mut server = server(name, false);
    let mut other = input.octets.split(|octet| *octet == b'\n');
    let (mut tampered, mut changed) = (false, false);
    let mut pass = |message: &[u8]| -> Vec<u8> {
        let mut passed = message.to_vec();
        match input.moves.pick(4) {
            1 => passed = other.next().unwrap_or_default().to_vec(),
            2 => {
                let at = input.moves.pick(message.len().max(1));
                if let Some(octet) = passed.get_mut(at) {
                    *octet ^= 1 << input.moves.pick(8);
                }
            }
            3 => passed.truncate(input.moves.number()),
            _ => {}
        }
        // What comes behind the server's proof is not signed.
        tampered |= passed != message && !message.starts_with(b"v=");
        changed |= passed != message;
        passed
    };
    let initial = if input.config.rarely() { None } else { client.initial() };
    let initial = initial.map(|initial| pass(initial.expose()));
    let mut step = server.step(initial.as_deref());
    let mut end = None;
    for _ in 0..MOST {
        let challenge = match decide(&mut server, step) {
            Ok(challenge) => pass(&challenge),
            Err(ended) => {
                end = Some(ended);
                break;
            }
        };
        let Ok(response) = client.respond(&challenge) else { break };
        step = server.step(Some(&pass(response.expose())));
    }
    let believed = client.finish().is_ok();
    let both = believed && matches!(end, Some(End::In(_)));
    assert!(both || changed, "{name}: {end:?}");
    assert!(!both || !tampered || !name.starts_with("SCRAM"), "{name}: {end:?}");
    if let Some(End::In(user)) = end {
        assert!(user == USER || user == "somebody", "{name}: in as {user:?}");
    }
}

fn no_control(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?} has a control character");
}
