//! TLS, as the server has it.

use smtp_driver::Error;
use smtp_driver::client::{StartTls, quit};
use smtp_driver::server::Incident;
use smtp_proto::error::{Close, Fault};
use smtp_proto::server::Event;

use crate::World;
use crate::support::{
    Certificate, News, Raw, connector, eventually, millis, send_tea, serve, server_config,
};

fn secured(news: News) -> Option<smtp_proto::Tls> {
    match news {
        News::Event(Event::Secured(tls)) => Some(tls),
        _ => None,
    }
}

fn failed(news: News) -> Option<Error> {
    match news {
        News::Failed(error) => Some(error),
        _ => None,
    }
}

fn closed(news: News) -> Option<Close> {
    match news {
        News::Event(Event::Closed(close)) => Some(close),
        _ => None,
    }
}

pub fn both_sides_know_what_came_of_it<W: World>() {
    let certificate = Certificate::of_server();
    for implicit in [false, true] {
        let mut config = server_config();
        config.starttls = true;
        config.require_tls = true;
        let tls = certificate.server();
        let (server, news) = serve::<W>(config, move |listener| {
            listener.tls = Some(tls);
            listener.implicit_tls = implicit;
        });
        let mut connector = connector::<W>();
        connector.tls = Some(certificate.client());
        connector.implicit_tls = implicit;
        connector.login.starttls = StartTls::Required;
        let address = server.address();
        W::block_on(async {
            let mut conn = connector.connect(address).await.unwrap();
            let facts = conn.tls().unwrap();
            assert_eq!(facts.protocol.as_deref(), Some("TLSv1.3"));
            assert_eq!(facts.peer_certificate.as_deref(), Some(certificate.der()));
            assert!(conn.stream().as_secure().is_some());
            send_tea(&mut conn).await;
            quit(&mut conn).await.unwrap();
        });
        let facts = news.find(secured);
        assert_eq!(facts.protocol.as_deref(), Some("TLSv1.3"));
        assert!(facts.cipher.unwrap().starts_with("TLS_"));
        assert_eq!(facts.server_name.as_deref(), Some("mx.example.org"));
        assert_eq!(facts.peer_certificate, None);
        let content = news.find(|news| match news {
            News::Message(content) => Some(content),
            _ => None,
        });
        assert_eq!(content, b"tea\r\n");
        let statistics = server.finish();
        assert_eq!((statistics.accepted, statistics.handshakes_failed), (1, 0));
    }
}

pub fn a_handshake_that_does_not_come_holds_no_place_for_ever<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let mut config = server_config();
    config.timeouts.handshake = millis(1000);
    let (server, _) = serve::<W>(config, move |listener| {
        listener.tls = Some(tls);
        listener.implicit_tls = true;
        listener.max_connections = 1;
    });
    let address = server.address();
    let mut silent = Raw::connect(address);
    // There is nothing one could say to it.
    let mut refused = Raw::connect(address);
    assert_eq!(refused.rest(), "");
    assert!(matches!(server.incidents.next(), Incident::Refused(_)));
    assert_eq!(silent.rest(), "");
    match server.incidents.next() {
        Incident::Handshake(peer, error) => {
            assert_eq!(peer.client(), Some(silent.local_addr()));
            assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        }
        incident => panic!("{incident}"),
    }
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.implicit_tls = true;
    eventually(|| {
        W::block_on(async {
            let mut conn = connector.connect(address).await.ok()?;
            quit(&mut conn).await.ok()
        })
    });
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.handshakes_failed), (2, 1));
    assert!(statistics.refused >= 1);
}

/// The same in the middle of a conversation.
pub fn a_handshake_behind_starttls_is_not_waited_for_for_ever<W: World>() {
    let tls = Certificate::of_server().server();
    let mut config = server_config();
    config.starttls = true;
    config.timeouts.handshake = millis(100);
    let (server, news) = serve::<W>(config, move |listener| listener.tls = Some(tls));
    let (mut client, _) = Raw::hello(server.address());
    assert!(client.ask("STARTTLS\r\n").starts_with("220 "));
    assert_eq!(client.rest(), "", "in the clear there is nothing more to say");
    let close = news.find(closed);
    assert!(matches!(close, Close::Timeout(_)), "{close}");
    drop(client);
    assert_eq!(server.finish().accepted, 1);
}

pub fn a_broken_handshake_ends_one_connection<W: World>() {
    let certificate = Certificate::of_server();
    for implicit in [false, true] {
        let tls = certificate.server();
        let mut config = server_config();
        config.starttls = true;
        let (server, news) = serve::<W>(config, move |listener| {
            listener.tls = Some(tls);
            listener.implicit_tls = implicit;
        });
        let mut client = if implicit {
            Raw::connect(server.address())
        } else {
            let (mut client, _) = Raw::hello(server.address());
            assert!(client.ask("STARTTLS\r\n").starts_with("220 "));
            client
        };
        client.say("this is no handshake\r\n");
        client.end();
        if implicit {
            let incident = server.incidents.next();
            assert!(matches!(incident, Incident::Handshake(..)), "{incident}");
        } else {
            let error = news.find(failed);
            assert!(matches!(error, Error::Tls(_)), "{error}");
        }
        drop(client);
        let statistics = server.finish();
        assert_eq!(statistics.handshakes_failed, u64::from(implicit));
    }
}

/// What would not work is not offered (RFC 8314 section 4), and the operator hears why.
pub fn without_a_configuration_there_is_no_offer<W: World>() {
    let mut config = server_config();
    config.starttls = true;
    config.require_tls = true;
    let (server, _) = serve::<W>(config, |_| {});
    let incident = server.incidents.next();
    assert!(matches!(incident, Incident::NoTls), "{incident}");
    assert!(incident.to_string().contains("STARTTLS"), "{incident}");
    let (mut client, offers) = Raw::hello(server.address());
    assert!(!offers.contains("STARTTLS"), "{offers}");
    assert!(client.ask("STARTTLS\r\n").starts_with("502 "));
    assert!(client.ask("MAIL FROM:<>\r\n").starts_with("530 "), "nothing in the clear");
    drop(client);
    server.finish();
}

pub fn what_comes_in_the_clear_behind_starttls_is_never_read<W: World>() {
    let tls = Certificate::of_server().server();
    let mut config = server_config();
    config.starttls = true;
    let (server, news) = serve::<W>(config, move |listener| listener.tls = Some(tls));
    let (mut client, _) = Raw::hello(server.address());
    client.say("STARTTLS\r\nNOOP\r\n");
    let said = client.rest();
    assert!(!said.contains("250"), "{said}");
    let fault = news.find(|news| match news {
        News::Event(Event::Fault(fault)) => Some(fault),
        _ => None,
    });
    assert_eq!(fault, Fault::Injection);
    server.finish();
}

/// A renewed certificate is shown from the next handshake on.
pub fn a_configuration_may_be_replaced<W: World>() {
    let (old, new) = (Certificate::of_server(), Certificate::of_server());
    let tls = old.server();
    let mut config = server_config();
    config.starttls = true;
    let used = tls.clone();
    let (server, news) = serve::<W>(config, move |listener| listener.tls = Some(used));
    let address = server.address();
    let mut trusts_old = connector::<W>();
    trusts_old.tls = Some(old.client());
    trusts_old.login.starttls = StartTls::Required;
    let mut trusts_new = trusts_old.clone();
    trusts_new.tls = Some(new.client());
    W::block_on(async {
        let mut before = trusts_old.connect(address).await.unwrap();
        tls.replace(new.server_config());
        let mut after = trusts_new.connect(address).await.unwrap();
        let shown = |conn: &smtp_proto::client::Client| {
            conn.tls().unwrap().peer_certificate.clone().unwrap()
        };
        assert_eq!((&*shown(&before), &*shown(&after)), (old.der(), new.der()));
        assert!(trusts_old.connect(address).await.is_err());
        for conn in [&mut before, &mut after] {
            send_tea(conn).await;
            quit(conn).await.unwrap();
        }
    });
    let content = |news| matches!(news, News::Message(_)).then_some(());
    news.find(content);
    news.find(content);
    server.finish();
}
