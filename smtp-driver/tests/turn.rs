//! ATRN: the two sides of a connection change places (RFC 2645).

mod support;

use smtp_driver::client::{self, Login};
use smtp_driver::{Connection, Drain, DrainWatch, Error};
use smtp_proto::Machine;
use smtp_proto::client::Event as ClientEvent;
use smtp_proto::server::{Config, Event, Server};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::{Tls, client as proto_client};

use support::script::{connect, envelope};
use support::{Fake, Peer, complete};

fn client_config() -> proto_client::Config {
    let mut config = proto_client::Config::new("provider.example".parse().unwrap());
    config.chunking = proto_client::Chunking::Never;
    config
}

#[test]
fn a_provider_goes_on_as_the_client() {
    let fake = Fake::new([
        Peer::Awaits("\r\n"),
        Peer::Says("EHLO example.org\r\nAUTH PLAIN AGEAYg==\r\n"),
        Peer::Awaits("235 2.7.0 Authentication successful\r\n"),
        Peer::Says("ATRN example.org,example.com\r\n"),
        Peer::Awaits("now reversing the connection\r\n"),
        Peer::Says("220 example.org ready to receive email\r\n"),
        Peer::Awaits("EHLO provider.example\r\n"),
        Peer::Says("250 example.org\r\n"),
        Peer::Awaits("MAIL FROM:<a@example.com>\r\n"),
        Peer::Says("250 OK\r\n"),
        Peer::Awaits("RCPT TO:<l@example.com>\r\n"),
        Peer::Says("250 OK\r\n"),
        Peer::Awaits("DATA\r\n"),
        Peer::Says("354 Go\r\n"),
        Peer::Awaits("\r\n.\r\n"),
        Peer::Says("250 OK\r\n"),
        Peer::Awaits("QUIT\r\n"),
        Peer::Says("221 example.org closing connection\r\n"),
        Peer::Closes,
    ]);
    let mut config = Config::new("provider.example".parse().unwrap());
    config.extensions.push(Extension::Atrn);
    config.mechanisms.push(Mechanism::parse("PLAIN".into()).unwrap());
    config.auth_without_tls = true;
    let mut conn = Connection::new(Server::new(config), fake.clone(), fake.clone());
    let mut turned = false;
    complete(&fake, async {
        while let Some(event) = conn.next().await.unwrap() {
            match event {
                Event::Atrn { domains } => {
                    assert_eq!(domains.to_string(), "example.org,example.com");
                    assert!(conn.is_authenticated());
                    conn.accept().unwrap();
                }
                Event::Turned => turned = true,
                question if question.is_question() => conn.accept().unwrap(),
                _ => {}
            }
        }
        assert!(conn.next().await.unwrap().is_none());
    });
    assert!(turned);
    let mut conn = conn.turn(client_config());
    complete(&fake, async {
        client::establish(&mut conn, &Login::default()).await.unwrap();
        let mail = client::send(&mut conn, envelope(&["l@example.com"]), &b"Hello\r\n"[..]);
        assert!(mail.await.unwrap().is_complete());
        client::quit(&mut conn).await.unwrap();
    });
}

/// A provider that was told of the turn, and has not looked at the connection since.
fn just_turned(fake: &Fake, watch: DrainWatch) -> Connection<Server, Fake, Fake> {
    let mut config = Config::new("provider.example".parse().unwrap());
    config.extensions.push(Extension::Atrn);
    config.mechanisms.push(Mechanism::parse("PLAIN".into()).unwrap());
    config.auth_without_tls = true;
    let mut conn = Connection::new(Server::new(config), fake.clone(), fake.clone());
    conn.watch(watch);
    complete(fake, async {
        loop {
            match conn.next().await.unwrap().unwrap() {
                Event::Turned => break,
                question if question.is_question() => conn.accept().unwrap(),
                _ => {}
            }
        }
    });
    conn
}

#[test]
fn what_is_to_be_cut_off_still_is_behind_the_turn() {
    let fake = Fake::new([
        Peer::Awaits("\r\n"),
        Peer::Says("EHLO example.org\r\nAUTH PLAIN AGEAYg==\r\n"),
        Peer::Awaits("235 2.7.0 Authentication successful\r\n"),
        Peer::Says("ATRN\r\n"),
    ]);
    let (drain, watch) = Drain::new();
    let mut conn = just_turned(&fake, watch).turn(client_config());
    drain.begin();
    drain.cut();
    let cut = complete(&fake, conn.next());
    assert!(matches!(cut, Err(Error::Cut)), "{cut:?}");
}

#[test]
fn a_customer_goes_on_as_the_server_and_tls_stays() {
    let fake = Fake::new([
        Peer::Says("220 EXAMPLE.NET on-demand mail relay server ready\r\n"),
        Peer::Awaits("EHLO client.example.com\r\n"),
        Peer::Says("250-EXAMPLE.NET\r\n250-AUTH CRAM-MD5 EXTERNAL\r\n250 ATRN\r\n"),
        Peer::Awaits("AUTH EXTERNAL =\r\n"),
        Peer::Says("235 now authenticated as example.org\r\n"),
        Peer::Awaits("ATRN\r\n"),
        Peer::Says("250 OK now reversing the connection\r\n"),
        Peer::Awaits("220 example.org ESMTP\r\n"),
        Peer::Says("EHLO EXAMPLE.NET\r\nQUIT\r\n"),
        Peer::Closes,
    ]);
    let mut conn = connect(&fake);
    conn.upgraded(Tls::default());
    complete(&fake, async {
        let login =
            Login { credentials: Some(client::Credentials::external()), ..Login::default() };
        client::establish(&mut conn, &login).await.unwrap();
        conn.atrn(&"".parse().unwrap()).unwrap();
        assert!(matches!(conn.next().await.unwrap(), Some(ClientEvent::Turned)));
        assert!(conn.next().await.unwrap().is_none());
    });
    assert!(!fake.0.borrow().shutdown, "the stream stays open");
    let config = Config::new("example.org".parse().unwrap());
    let mut conn = conn.turn(config);
    let mut secured = false;
    complete(&fake, async {
        while let Some(event) = conn.next().await.unwrap() {
            match event {
                Event::Secured(_) => secured = true,
                question if question.is_question() => conn.accept().unwrap(),
                _ => {}
            }
        }
    });
    assert!(secured && conn.tls().is_some());
    assert!(fake.0.borrow().text().contains("221 "));
}
