//! AUTH, from the first word to the last.

use smtp_driver::client::{ConnectError, Credentials, EstablishError, StartTls, quit};
use smtp_proto::sasl::Secret;
use smtp_proto::server::{Config, Event, Refusal};

use crate::World;
use crate::support::{Certificate, Served, connector, send_tea, serve_with, server_config};

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
