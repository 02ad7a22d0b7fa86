//! AUTH at a server whose application leaves the exchanges to [`Exchange`].

use bytes::{Buf, BytesMut};
use smtp_proto::error::Misuse;
use smtp_proto::sasl::client;
use smtp_proto::sasl::server::{Boxed, Decoy, Mechanism, Step as SaslStep, Stored, TokenError};
use smtp_proto::sasl::{Nonce, Secret};
use smtp_proto::server::{
    Ask, Config, Event, Exchange, Failure, Identity, Progress, Refusal, Server,
};
use smtp_proto::syntax::base64;
use smtp_proto::{Exporter, Machine, Step, Time, Tls};

const EXPORTER: Exporter = Exporter([7; 32]);

/// Who has which password, and what comes of it.
struct Talk {
    server: Server,
    exchange: Exchange,
    stored: Stored,
    last: Option<Progress>,
}

fn config(mechanisms: &str) -> Config {
    let mut config = Config::new("mx.example".parse().unwrap());
    config.extensions.retain(|extension| extension.as_str() == "ENHANCEDSTATUSCODES");
    config.mechanisms = mechanisms.split(' ').map(|name| name.parse().unwrap()).collect();
    config.limits.auth_attempts = 100;
    config
}

/// TLS 1.3, and what there was before.
fn tls(exporter: Option<Exporter>) -> Tls {
    Tls { exporter, ..Tls::default() }
}

fn encoded(octets: &[u8]) -> String {
    let mut text = BytesMut::new();
    base64::encode(octets, &mut text);
    String::from_utf8(text.to_vec()).unwrap()
}

impl Talk {
    fn new(config: Config, tls: Option<Tls>) -> Self {
        let mut server = Server::new(config);
        if let Some(tls) = tls {
            server.upgraded(tls);
        }
        let exchange = Exchange::new(Decoy::new(&b"nobody knows"[..], 4096));
        let stored = Stored::from_password("secret");
        let mut talk = Self { server, exchange, stored, last: None };
        assert!(talk.replies().starts_with("220 "));
        talk
    }

    fn over_tls(mechanisms: &str) -> Self {
        let mut talk = Self::new(config(mechanisms), Some(tls(Some(EXPORTER))));
        talk.say("EHLO client.example");
        talk
    }

    /// What the server says to a line.
    fn say(&mut self, line: &str) -> String {
        let line = format!("{line}\r\n");
        self.server.inbox().space()[..line.len()].copy_from_slice(line.as_bytes());
        self.server.inbox().commit(line.len());
        self.replies()
    }

    fn replies(&mut self) -> String {
        let mut said = Vec::new();
        loop {
            match self.server.poll(Time::ZERO) {
                Step::Event(Event::Auth { mechanism, initial }) => {
                    let server = &mut self.server;
                    let nonce = Nonce::from_text("server");
                    let progress = if mechanism.is("X-ROT13") {
                        let mechanism: Boxed = Box::new(Rot13);
                        self.exchange.begin_with(server, mechanism, initial.as_ref())
                    } else {
                        self.exchange.begin(server, &mechanism, initial.as_ref(), nonce)
                    };
                    self.decide(progress.unwrap());
                }
                Step::Event(Event::AuthResponse(response)) => {
                    let progress = self.exchange.respond(&mut self.server, &response);
                    self.decide(progress.unwrap());
                }
                Step::Event(event) if event.is_question() => self.server.accept().unwrap(),
                Step::Event(_) => {}
                Step::Wait(wait) if wait.write => {
                    let outbox = self.server.outbox();
                    said.extend_from_slice(outbox.chunk());
                    outbox.advance(outbox.chunk().len());
                }
                _ => return String::from_utf8(said).unwrap(),
            }
        }
    }

    fn decide(&mut self, mut progress: Progress) {
        let (server, exchange) = (&mut self.server, &mut self.exchange);
        while let Progress::Asks(ask) = progress {
            progress = match (ask.login(), &ask) {
                (Some(("tim", None)), _) => exchange.stored(server, Some(&self.stored)),
                (Some(("busy", _)), _) => {
                    exchange.reject(server, Refusal::temporarily_unavailable())
                }
                (Some(_), _) => exchange.stored(server, None),
                (None, Ask::Token(token)) => match &token.token {
                    Some(shown) if shown.is(b"ticket") => exchange.accept(server, "tim"),
                    _ => exchange.reject_token(server, &TokenError::invalid_token()),
                },
                (None, Ask::External { authzid: None }) => exchange.accept(server, "certified"),
                (None, Ask::Anonymous { .. }) => exchange.accept(server, "anonymous"),
                _ => exchange.reject(server, Refusal::bad_credentials()),
            }
            .unwrap();
        }
        self.last = Some(progress);
    }

    fn is_in(&self, user: &str, mechanism: &str) {
        let identity =
            Identity { user: user.into(), authzid: None, mechanism: mechanism.to_owned() };
        assert_eq!(self.last, Some(Progress::Authenticated(identity)));
        assert!(self.server.is_authenticated());
    }

    fn failed(&self, failure: Failure) {
        assert_eq!(self.last, Some(Progress::Failed(failure)));
        assert!(!self.server.is_authenticated());
    }
}

/// A mechanism from elsewhere, of no use to anybody.
struct Rot13;

impl Mechanism for Rot13 {
    fn name(&self) -> &'static str {
        "X-ROT13"
    }

    fn step(&mut self, response: Option<&[u8]>) -> SaslStep {
        match response {
            None => SaslStep::Challenge(b"Nzqr?".to_vec()),
            Some(b"gvz") => SaslStep::Authenticated { user: "tim".into(), authzid: None },
            Some(_) => SaslStep::Refused,
        }
    }
}

#[test]
fn passwords_in_clear_text() {
    for mechanism in ["PLAIN", "LOGIN"] {
        for (user, password, failure) in
            [("tim", "secret", None), ("tim", "Secret", Some(())), ("tom", "secret", Some(()))]
        {
            let mut talk = Talk::over_tls("PLAIN LOGIN");
            let reply = if mechanism == "PLAIN" {
                talk.say(&format!(
                    "AUTH PLAIN {}",
                    encoded(format!("\0{user}\0{password}").as_bytes())
                ))
            } else {
                assert_eq!(talk.say("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n");
                assert_eq!(talk.say(&encoded(user.as_bytes())), "334 UGFzc3dvcmQ6\r\n");
                talk.say(&encoded(password.as_bytes()))
            };
            if failure.is_none() {
                assert!(reply.starts_with("235 2.7.0 "), "{reply}");
                talk.is_in("tim", mechanism);
            } else {
                assert!(reply.starts_with("535 5.7.8 "), "{reply}");
                talk.failed(Failure::Refused);
            }
        }
    }
    // Nobody acts as somebody else here, and what makes no sense is told apart.
    let mut talk = Talk::over_tls("PLAIN");
    let reply = talk.say(&format!("AUTH PLAIN {}", encoded(b"root\0tim\0secret")));
    assert!(reply.starts_with("535 5.7.8 "), "{reply}");
    assert!(talk.say("AUTH PLAIN dGlt").starts_with("501 5.5.2 "));
    talk.failed(Failure::Malformed);
    let reply = talk.say(&format!("AUTH PLAIN {}", encoded(b"\0busy\0x")));
    assert!(reply.starts_with("454 4.7.0 "), "{reply}");
    talk.failed(Failure::Rejected);
    // RFC 4954 section 4: the empty challenge.
    assert_eq!(talk.say("AUTH PLAIN"), "334 \r\n");
    assert_eq!(talk.last, Some(Progress::Challenged));
    assert!(talk.say(&encoded(b"tim\0tim\0secret")).starts_with("235 "));
    talk.is_in("tim", "PLAIN");
}

#[test]
fn what_was_cancelled_is_over() {
    let mut talk = Talk::over_tls("PLAIN LOGIN");
    assert_eq!(talk.say("AUTH LOGIN dGlt"), "334 UGFzc3dvcmQ6\r\n");
    assert!(talk.say("*").starts_with("501 "));
    assert_eq!(talk.say("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n");
    assert_eq!(talk.say("dGlt"), "334 UGFzc3dvcmQ6\r\n");
    assert!(talk.say(&encoded(b"secret")).starts_with("235 "));
}

#[test]
fn tokens() {
    let bearer = |token: &str| encoded(format!("n,,\x01auth=Bearer {token}\x01\x01").as_bytes());
    let mut talk = Talk::over_tls("OAUTHBEARER XOAUTH2");
    let told = format!("334 {}\r\n", encoded(b"{\"status\":\"invalid_token\"}"));
    assert_eq!(talk.say(&format!("AUTH OAUTHBEARER {}", bearer("forged"))), told);
    assert!(talk.say("AQ==").starts_with("535 5.7.8 "));
    talk.failed(Failure::Refused);
    let message = encoded(b"user=tim\x01auth=Bearer forged\x01\x01");
    let told = encoded(b"{\"status\":\"401\",\"schemes\":\"bearer\"}");
    assert_eq!(talk.say(&format!("AUTH XOAUTH2 {message}")), format!("334 {told}\r\n"));
    assert!(talk.say("").starts_with("535 5.7.8 "));
    assert!(talk.say(&format!("AUTH OAUTHBEARER {}", bearer("ticket"))).starts_with("235 "));
    talk.is_in("tim", "OAUTHBEARER");
}

#[test]
fn who_proves_nothing() {
    let mut talk = Talk::over_tls("EXTERNAL ANONYMOUS");
    assert!(talk.say(&format!("AUTH EXTERNAL {}", encoded(b"root"))).starts_with("535 "));
    talk.failed(Failure::Rejected);
    assert!(talk.say("AUTH EXTERNAL =").starts_with("235 "));
    talk.is_in("certified", "EXTERNAL");
    let mut talk = Talk::over_tls("ANONYMOUS");
    assert!(talk.say("AUTH ANONYMOUS c2lyaGM=").starts_with("235 "));
    talk.is_in("anonymous", "ANONYMOUS");
}

#[test]
fn mechanisms_from_elsewhere() {
    let mut talk = Talk::over_tls("X-ROT13 X-OTHER");
    assert!(talk.say("AUTH X-OTHER").starts_with("504 5.5.4 "));
    talk.failed(Failure::NotAvailable);
    assert_eq!(talk.say("AUTH X-ROT13"), format!("334 {}\r\n", encoded(b"Nzqr?")));
    assert!(talk.say(&encoded(b"gvz")).starts_with("235 "));
    talk.is_in("tim", "X-ROT13");
}

/// An application that accepts where nothing was proved does not get its way.
#[test]
fn answers_that_do_not_fit() {
    let mut talk = Talk::over_tls("PLAIN");
    let (server, exchange) = (&mut talk.server, &mut talk.exchange);
    let response = Secret::from(&b"x"[..]);
    for progress in [
        exchange.accept(server, "root"),
        exchange.stored(server, None),
        exchange.reject_token(server, &TokenError::invalid_token()),
        exchange.reject(server, Refusal::bad_credentials()),
        exchange.respond(server, &response),
    ] {
        assert_eq!(progress, Err(Misuse::NoQuestion));
    }
}

/// What an exchange has asked is not what the server asks after it: an answer that comes too late
/// lets nobody in, and answers nothing.
#[test]
fn answers_that_come_too_late() {
    let mut talk = Talk::over_tls("EXTERNAL");
    let line = |talk: &mut Talk, line: &str| {
        talk.server.inbox().space()[..line.len()].copy_from_slice(line.as_bytes());
        talk.server.inbox().commit(line.len());
        talk.server.poll(Time::ZERO)
    };
    let Step::Event(Event::Auth { mechanism, initial }) = line(&mut talk, "AUTH EXTERNAL =\r\n")
    else {
        panic!("AUTH was not heard")
    };
    let (server, exchange) = (&mut talk.server, &mut talk.exchange);
    let asks = exchange.begin(server, &mechanism, initial.as_ref(), None).unwrap();
    assert_eq!(asks, Progress::Asks(Ask::External { authzid: None }));
    server.reject(Refusal::temporarily_unavailable()).unwrap();
    let Step::Event(Event::Mail { .. }) = line(&mut talk, "MAIL FROM:<>\r\n") else {
        panic!("MAIL was not heard")
    };
    let (server, exchange) = (&mut talk.server, &mut talk.exchange);
    let late = exchange.accept(server, "tim");
    assert!(matches!(late, Err(Misuse::WrongAnswer(_))), "{late:?}");
    assert_eq!(server.accept(), Ok(()));
    assert!(!server.is_authenticated());
}

/// RFC 4954 section 4 and RFC 8314 section 4: what is offered over what.
#[test]
fn what_is_offered() {
    let all = "SCRAM-SHA-256-PLUS SCRAM-SHA-256 CRAM-MD5 PLAIN XOAUTH2 EXTERNAL";
    let offered = |tls: Option<Tls>, clear: bool, hashed: bool| {
        let mut config = config(all);
        config.auth_without_tls = clear;
        config.hashed_auth_without_tls = hashed;
        let mut talk = Talk::new(config, tls);
        let reply = talk.say("EHLO client.example");
        let line = reply.lines().find_map(|line| line[4..].strip_prefix("AUTH "));
        line.unwrap_or_default().to_owned()
    };
    let without_plus = all.strip_prefix("SCRAM-SHA-256-PLUS ").unwrap();
    assert_eq!(offered(Some(tls(Some(EXPORTER))), false, false), all);
    assert_eq!(offered(Some(tls(None)), false, false), without_plus);
    assert_eq!(offered(None, false, false), "");
    assert_eq!(offered(None, true, false), without_plus);
    assert_eq!(offered(None, false, true), "SCRAM-SHA-256 CRAM-MD5 EXTERNAL");

    let mut config = config(all);
    config.hashed_auth_without_tls = true;
    let mut talk = Talk::new(config, None);
    talk.say("EHLO client.example");
    assert!(talk.say("AUTH PLAIN AGEAYg==").starts_with("504 5.5.4 "));
    assert!(talk.say("AUTH SCRAM-SHA-256-PLUS").starts_with("504 5.5.4 "));
    assert!(talk.say("AUTH GSSAPI").starts_with("504 5.5.4 "));
    assert!(talk.say("AUTH EXTERNAL =").starts_with("235 "));
    let mut talk = Talk::new(self::config(all), Some(tls(None)));
    talk.say("EHLO client.example");
    assert!(talk.say("AUTH SCRAM-SHA-256-PLUS").starts_with("504 5.5.4 "));
}

/// Has the exchange, and returns the last reply.
fn exchange(talk: &mut Talk, client: &mut dyn client::Mechanism) -> String {
    let initial = client.initial().map(|initial| encoded(initial.expose()));
    let command = format!("AUTH {} {}", client.name(), initial.unwrap_or_default());
    let mut reply = talk.say(command.trim_end());
    while let Some(challenge) = reply.strip_prefix("334 ") {
        let challenge = base64::decode(challenge.trim_end().as_bytes()).unwrap();
        let response = client.respond(&challenge).unwrap();
        reply = talk.say(&encoded(response.expose()));
    }
    reply
}

#[test]
#[cfg(feature = "scram")]
fn scram() {
    use smtp_proto::sasl::client::{Binding, Mechanism as _, Scram};
    use smtp_proto::sasl::{Hash, ScramKeys};

    let scram = |binding, user, password| {
        let nonce = Nonce::from_text("client").unwrap();
        Scram::new(Hash::Sha256, None, user, password, nonce, binding).unwrap()
    };
    let bound = Binding::TlsExporter(EXPORTER);
    for (offered, binding, user, password, good) in [
        ("SCRAM-SHA-256", Binding::None, "tim", "secret", true),
        ("SCRAM-SHA-256", Binding::NotOffered, "tim", "secret", true),
        ("SCRAM-SHA-256-PLUS", bound, "tim", "secret", true),
        ("SCRAM-SHA-256", Binding::None, "tim", "Secret", false),
        ("SCRAM-SHA-256", Binding::None, "tom", "secret", false),
        ("SCRAM-SHA-256-PLUS", Binding::TlsExporter(Exporter([8; 32])), "tim", "secret", false),
        // Somebody in the middle has taken the bound one from what the client sees.
        ("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", Binding::NotOffered, "tim", "secret", false),
    ] {
        for stored in [
            Stored::from_password("secret"),
            Stored::from_keys(ScramKeys::derive(Hash::Sha256, "secret", &[1; 16], 5000)),
        ] {
            let mut talk = Talk::over_tls(offered);
            talk.stored = stored;
            let mut client = scram(binding, user, password);
            let reply = exchange(&mut talk, &mut client);
            let name = client.name().to_owned();
            if good {
                assert!(reply.starts_with("235 2.7.0 "), "{name}: {reply}");
                assert_eq!(client.finish(), Ok(()));
                talk.is_in("tim", &name);
            } else {
                assert!(reply.starts_with("535 5.7.8 "), "{name}: {reply}");
                talk.failed(Failure::Refused);
            }
        }
    }
    // Nothing is accepted before the proof.
    let mut talk = Talk::over_tls("SCRAM-SHA-256");
    let line = format!("AUTH SCRAM-SHA-256 {}\r\n", encoded(b"n,,n=tim,r=x"));
    talk.server.inbox().space()[..line.len()].copy_from_slice(line.as_bytes());
    talk.server.inbox().commit(line.len());
    let Step::Event(Event::Auth { mechanism, initial }) = talk.server.poll(Time::ZERO) else {
        panic!("AUTH was not heard")
    };
    let nonce = Nonce::from_text("server");
    let (server, exchange) = (&mut talk.server, &mut talk.exchange);
    let asks = exchange.begin(server, &mechanism, initial.as_ref(), nonce).unwrap();
    assert_eq!(asks, Progress::Asks(Ask::LookUp { user: "tim".into(), authzid: None }));
    assert!(matches!(exchange.accept(server, "tim"), Err(Misuse::WrongAnswer(_))));
    assert_eq!(exchange.stored(server, None), Ok(Progress::Challenged));
}

#[test]
#[cfg(feature = "cram-md5")]
fn cram_md5() {
    use smtp_proto::sasl::client::CramMd5;

    for (password, code) in [("secret", "235 2.7.0 "), ("Secret", "535 5.7.8 ")] {
        let mut talk = Talk::over_tls("CRAM-MD5");
        let reply = exchange(&mut talk, &mut CramMd5::new("tim", password).unwrap());
        assert!(reply.starts_with(code), "{reply}");
    }
    // RFC 4954 section 4: it is the server who begins.
    let mut talk = Talk::over_tls("CRAM-MD5");
    assert!(talk.say("AUTH CRAM-MD5 dGlt").starts_with("501 5.7.0 "));
    talk.failed(Failure::ServerFirst);
}

/// The mechanisms that need more than there is.
#[test]
fn without_nonce_or_decoy() {
    let mut talk = Talk::over_tls("SCRAM-SHA-256 CRAM-MD5 PLAIN");
    talk.exchange = Exchange::default();
    assert!(talk.say("AUTH SCRAM-SHA-256").starts_with("504 5.5.4 "));
    talk.failed(Failure::NotAvailable);
    let reply = exchange(&mut talk, &mut client::Plain::new(None, "tim", "secret").unwrap());
    assert!(reply.starts_with("235 "), "{reply}");
}
