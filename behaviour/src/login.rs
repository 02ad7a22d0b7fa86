//! AUTH, from the first word to the last.

use smtp_driver::client::{ConnectError, Connector, Credentials, EstablishError, StartTls, quit};
use smtp_driver::nonce;
use smtp_proto::sasl::server::{Decoy, Stored, TokenError};
use smtp_proto::sasl::{Hash, ScramKeys, Secret};
use smtp_proto::server::{Ask, Config, Event, Exchange, Identity, Progress, Refusal, Server};

use crate::World;
use crate::support::{
    Certificate, Ear, Served, connector, ear, send_tea, serve_with, server_config,
};

const ALL: [&str; 10] = [
    "SCRAM-SHA-256-PLUS",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "CRAM-MD5",
    "PLAIN",
    "LOGIN",
    "OAUTHBEARER",
    "XOAUTH2",
    "ANONYMOUS",
];

fn asking_for_it() -> Config {
    let mut config = server_config();
    config.starttls = true;
    config.mechanisms = vec!["PLAIN".parse().unwrap()];
    config.require_auth = true;
    config
}

/// Lets in Tim, and nobody else.
fn serve<W: World>(certificate: &Certificate) -> Served {
    let tls = certificate.server();
    serve_with::<W, _, _>(
        asking_for_it(),
        move |listener| listener.tls = Some(tls),
        |mut conn, _| async move {
            while let Some(event) = conn.next().await.unwrap() {
                match event {
                    Event::Auth { initial, .. } => {
                        let known = b"\0tim\0tanstaaftanstaaf";
                        if initial.as_ref().map(Secret::expose) == Some(known) {
                            conn.accept().unwrap();
                        } else {
                            conn.reject(Refusal::bad_credentials()).unwrap();
                        }
                    }
                    question if question.is_question() => conn.accept().unwrap(),
                    _ => {}
                }
            }
        },
    )
}

pub fn a_password_goes_over_tls_only<W: World>() {
    let certificate = Certificate::of_server();
    let server = serve::<W>(&certificate);
    let address = server.address();
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.login.starttls = StartTls::Required;
    connector.login.credentials = Some(Credentials::new("tim", "tanstaaftanstaaf"));
    W::block_on(async {
        let mut conn = connector.connect(address).await.unwrap();
        assert!(conn.is_authenticated());
        send_tea(&mut conn).await;
        quit(&mut conn).await.unwrap();
    });

    let mut wrong = connector.clone();
    wrong.login.credentials = Some(Credentials::new("tim", "wrong"));
    match W::block_on(async { wrong.connect(address).await.map(drop) }) {
        Err(ConnectError::Establish(EstablishError::AuthRefused { reply, .. })) => {
            assert!(reply.to_string().starts_with("535 5.7.8 "), "{reply}");
        }
        other => panic!("{other:?}"),
    }

    // In the clear it is not even offered.
    connector.login.starttls = StartTls::Off;
    match W::block_on(async { connector.connect(address).await.map(drop) }) {
        Err(ConnectError::Establish(EstablishError::NoCommonMechanism { offered })) => {
            assert!(offered.is_empty());
        }
        other => panic!("{other:?}"),
    }
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.panicked), (3, 0));
}

/// Lets in Tim by all mechanisms, and tells who has logged in and how.
fn serve_exchanges<W: World>(certificate: &Certificate) -> (Served, Ear<Identity>) {
    let tls = certificate.server();
    let mut config = asking_for_it();
    config.mechanisms = ALL.iter().map(|name| name.parse().unwrap()).collect();
    let (mouth, told) = ear();
    let keys = [Hash::Sha1, Hash::Sha256]
        .map(|hash| ScramKeys::derive(hash, "tanstaaftanstaaf", &[1; 16], 4096).unwrap());
    let mut tim = Stored::from_keys(keys);
    tim.password = Some(Secret::from(&b"tanstaaftanstaaf"[..]));
    let decoy = Decoy::new(&[2; 16][..], 4096);
    let served = serve_with::<W, _, _>(
        config,
        move |listener| listener.tls = Some(tls),
        move |mut conn, _| {
            let (tim, mouth) = (tim.clone(), mouth.clone());
            let mut exchange = Exchange::new(decoy.clone());
            async move {
                while let Some(event) = conn.next().await.unwrap() {
                    let progress = match event {
                        Event::Auth { mechanism, initial } => {
                            let nonce = Some(nonce().unwrap());
                            exchange.begin(&mut conn, &mechanism, initial.as_ref(), nonce)
                        }
                        Event::AuthResponse(response) => exchange.respond(&mut conn, &response),
                        question if question.is_question() => {
                            conn.accept().unwrap();
                            continue;
                        }
                        _ => continue,
                    };
                    if let Some(identity) =
                        decide(&mut exchange, &mut conn, &tim, progress.unwrap())
                    {
                        mouth.tell(identity);
                    }
                }
            }
        },
    );
    (served, told)
}

fn decide(
    exchange: &mut Exchange,
    server: &mut Server,
    tim: &Stored,
    mut progress: Progress,
) -> Option<Identity> {
    loop {
        let answered = match progress {
            Progress::Asks(Ask::Token(token)) => match token.token {
                Some(shown) if shown.is(b"ticket") => exchange.accept(server, "tim"),
                _ => exchange.reject_token(server, &TokenError::invalid_token()),
            },
            Progress::Asks(Ask::Anonymous { .. }) => exchange.accept(server, "anonymous"),
            Progress::Asks(ask) => {
                let is_tim = ask.login() == Some(("tim", None));
                exchange.stored(server, is_tim.then_some(tim))
            }
            Progress::Authenticated(identity) => return Some(identity),
            Progress::Challenged | Progress::Failed(_) => return None,
        };
        progress = answered.unwrap();
    }
}

fn with<W: World>(certificate: &Certificate, credentials: Credentials) -> Connector<W::Runtime> {
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.login.starttls = StartTls::Required;
    connector.login.credentials = Some(credentials);
    connector
}

pub fn the_best_mechanism_is_bound_to_tls<W: World>() {
    let certificate = Certificate::of_server();
    let (server, told) = serve_exchanges::<W>(&certificate);
    for (password, good) in [("tanstaaftanstaaf", true), ("wrong", false)] {
        let connector = with::<W>(&certificate, Credentials::new("tim", password));
        W::block_on(async {
            match connector.connect(server.address()).await {
                Ok(mut conn) => {
                    assert!(good);
                    send_tea(&mut conn).await;
                    quit(&mut conn).await.unwrap();
                }
                Err(ConnectError::Establish(EstablishError::AuthRefused { .. })) => assert!(!good),
                Err(other) => panic!("{other:?}"),
            }
        });
    }
    let identity = told.next();
    assert_eq!((&*identity.user, &*identity.mechanism), ("tim", "SCRAM-SHA-256-PLUS"));
    server.finish();
}

pub fn each_mechanism_does<W: World>() {
    let certificate = Certificate::of_server();
    let (server, told) = serve_exchanges::<W>(&certificate);
    for mechanism in ALL {
        let credentials = match mechanism {
            "OAUTHBEARER" => Credentials::oauth_at("tim", "ticket", "mx.example.org", 587),
            "XOAUTH2" => Credentials::oauth("tim", "ticket"),
            "ANONYMOUS" => Credentials::anonymous_as("tim@example.org"),
            _ => Credentials::new("tim", "tanstaaftanstaaf"),
        };
        let connector = with::<W>(&certificate, credentials.only(mechanism));
        W::block_on(async {
            let mut conn = connector.connect(server.address()).await.unwrap();
            assert!(conn.is_authenticated());
            quit(&mut conn).await.unwrap();
        });
        assert_eq!(told.next().mechanism, mechanism);
    }
    let connector = with::<W>(&certificate, Credentials::oauth("tim", "forged"));
    match W::block_on(async { connector.connect(server.address()).await.map(drop) }) {
        Err(ConnectError::Establish(EstablishError::AuthRefused { reply, explanation })) => {
            assert!(reply.to_string().starts_with("535 5.7.8 "), "{reply}");
            assert_eq!(explanation.as_deref(), Some("{\"status\":\"invalid_token\"}"));
        }
        other => panic!("{other:?}"),
    }
    server.finish();
}

/// Where a connection has nothing that is its own for certain, -PLUS is not offered (RFC 9266 section
/// 4.2).
pub fn before_tls_1_3_nothing_is_bound<W: World>() {
    let certificate = Certificate::of_server();
    let (server, told) = serve_exchanges::<W>(&certificate);
    let mut connector = with::<W>(&certificate, Credentials::new("tim", "tanstaaftanstaaf"));
    connector.tls = Some(certificate.client_of_old());
    W::block_on(async {
        let mut conn = connector.connect(server.address()).await.unwrap();
        let tls = conn.tls().unwrap();
        assert_eq!((tls.protocol.as_deref(), tls.exporter), (Some("TLSv1.2"), None));
        assert!(!conn.capabilities().supports_auth("SCRAM-SHA-256-PLUS"));
        quit(&mut conn).await.unwrap();
    });
    assert_eq!(told.next().mechanism, "SCRAM-SHA-256");
    server.finish();
}
