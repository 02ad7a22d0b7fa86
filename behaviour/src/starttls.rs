//! STARTTLS as the client has it: off, if possible, or else nothing; with servers of every kind.

use smtp_driver::Error;
use smtp_driver::client::{
    ConnectError, Connector, EstablishError, Established, Lost, StartTls, quit,
};
use smtp_proto::error::{Close, Fault};
use smtp_proto::server::{Config, Event, Refusal};

use crate::World;
use crate::support::{
    Certificate, Served, connector, play, send_tea, serve, serve_with, server_config,
};

fn offering() -> Config {
    let mut config = server_config();
    config.starttls = true;
    config
}

fn client<W: World>(certificate: &Certificate, starttls: StartTls) -> Connector<W::Runtime> {
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.login.starttls = starttls;
    connector
}

/// What is known once the connection is there, and whether it is encrypted; it works.
fn talk<W: World>(
    server: &Served,
    certificate: &Certificate,
    starttls: StartTls,
) -> Result<(Established, bool), EstablishError> {
    let connector = client::<W>(certificate, starttls);
    let address = server.address();
    W::block_on(async {
        let mut conn = connector.dial(address).await.unwrap();
        let established = connector.establish(&mut conn).await?;
        let encrypted = conn.tls().is_some();
        assert_eq!(conn.stream().as_plain().is_none(), encrypted);
        send_tea(&mut conn).await;
        quit(&mut conn).await.unwrap();
        Ok((established, encrypted))
    })
}

pub fn where_it_works_it_is_used_unless_it_is_off<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let (server, _) = serve::<W>(offering(), move |listener| listener.tls = Some(tls));
    let wishes = [StartTls::Off, StartTls::Opportunistic, StartTls::Required];
    for (wish, encrypted) in wishes.into_iter().zip([false, true, true]) {
        let (established, is) = talk::<W>(&server, &certificate, wish).unwrap();
        assert_eq!((is, established.tls_refusal), (encrypted, None));
        assert!(established.greeting.unwrap().is_positive());
    }
    server.finish();
}

/// Without a configuration there is no opportunity.
pub fn a_client_without_a_configuration_stays_in_the_clear<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let (server, _) = serve::<W>(offering(), move |listener| listener.tls = Some(tls));
    let address = server.address();
    let mut connector = client::<W>(&certificate, StartTls::Opportunistic);
    connector.tls = None;
    W::block_on(async {
        let mut conn = connector.connect(address).await.unwrap();
        assert!(conn.tls().is_none());
        send_tea(&mut conn).await;
        quit(&mut conn).await.unwrap();
    });
    connector.login.starttls = StartTls::Required;
    let failed = W::block_on(async { connector.connect(address).await.map(drop) });
    match failed {
        Err(ConnectError::Establish(EstablishError::Lost(Lost::Failed(Error::Tls(error))))) => {
            assert!(error.to_string().contains("no configuration"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    server.finish();
}

pub fn where_it_is_not_offered<W: World>() {
    let certificate = Certificate::of_server();
    let (server, _) = serve::<W>(server_config(), |_| {});
    for wish in [StartTls::Off, StartTls::Opportunistic] {
        let (established, encrypted) = talk::<W>(&server, &certificate, wish).unwrap();
        assert_eq!((encrypted, established.tls_refusal), (false, None));
    }
    let failed = talk::<W>(&server, &certificate, StartTls::Required);
    assert!(matches!(failed, Err(EstablishError::TlsMissing)), "{failed:?}");
    server.finish();
}

pub fn where_it_is_refused<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let server = serve_with::<W, _, _>(
        offering(),
        move |listener| listener.tls = Some(tls),
        |mut conn, _| async move {
            while let Some(event) = conn.next().await.unwrap() {
                match event {
                    Event::StartTls => {
                        conn.reject(Refusal::temporarily_unavailable()).unwrap();
                    }
                    question if question.is_question() => conn.accept().unwrap(),
                    _ => {}
                }
            }
        },
    );
    let (established, encrypted) =
        talk::<W>(&server, &certificate, StartTls::Opportunistic).unwrap();
    assert!(!encrypted);
    assert!(established.tls_refusal.unwrap().to_string().starts_with("454 "));
    match talk::<W>(&server, &certificate, StartTls::Required) {
        Err(EstablishError::TlsRefused(reply)) => {
            assert!(reply.to_string().starts_with("454 "), "{reply}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.finish().panicked, 0);
}

/// A handshake that was begun and failed is not followed by anything in the clear.
pub fn where_the_handshake_breaks<W: World>() {
    let certificate = Certificate::of_server();
    for wish in [StartTls::Opportunistic, StartTls::Required] {
        let (failed, heard) = scripted::<W>(&certificate, wish, "220 Go\r\n", "nonsense\r\n");
        assert!(matches!(failed, EstablishError::Lost(Lost::Failed(Error::Tls(_)))), "{failed}");
        assert!(!heard.contains("QUIT"), "{heard}");
    }
}

/// Nor is what a server, or somebody between, has said in the clear behind its reply.
pub fn what_comes_in_the_clear_behind_the_reply_is_never_read<W: World>() {
    let certificate = Certificate::of_server();
    let injected = "220 Go\r\n250 injected\r\n";
    let (failed, heard) = scripted::<W>(&certificate, StartTls::Required, injected, "");
    let EstablishError::Lost(Lost::Closed(Close::Fault(fault))) = failed else {
        panic!("{failed}")
    };
    assert_eq!(fault, Fault::Injection);
    assert!(!heard.contains("MAIL"), "{heard}");
}

/// A server that offers STARTTLS, says `reply` to it and `then` in place of its part of the
/// handshake. What becomes of the client, and what is heard of it at last.
fn scripted<W: World>(
    certificate: &Certificate,
    wish: StartTls,
    reply: &'static str,
    then: &'static str,
) -> (EstablishError, String) {
    let (told, heard) = crate::support::ear();
    let (address, player) = play(move |mut client| {
        client.say("220 mx\r\n");
        client.line();
        client.say("250-mx\r\n250 STARTTLS\r\n");
        assert_eq!(client.line(), "STARTTLS\r\n");
        client.say(reply);
        if !then.is_empty() {
            client.some(); // the other part of the handshake
            client.say(then);
        }
        told.tell(client.rest_of_octets());
    });
    let connector = client::<W>(certificate, wish);
    let failed = W::block_on(async { connector.connect(address).await.map(drop) });
    player.join().unwrap();
    match failed {
        Err(ConnectError::Establish(error)) => {
            (error, String::from_utf8_lossy(&heard.next()).into())
        }
        other => panic!("{other:?}"),
    }
}
