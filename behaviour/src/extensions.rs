//! Extensions that are the connection's business, too.

use smtp_driver::client::{Credentials, Login, StartTls};
use std::net::SocketAddr;
use std::sync::Arc;

use smtp_driver::client::{establish, quit, send, send_within_limits};
use smtp_driver::server::ProxyPolicy;
use smtp_proto::client::Event as ClientEvent;
use smtp_proto::proxy::Header;
use smtp_proto::server::{Config, Event};
use smtp_proto::syntax::capability::Extension;

use crate::World;
use crate::support::{
    Certificate, News, Raw, client_config, connector, ear, envelope, serve, serve_with,
    server_config, tell_all,
};

fn provider() -> Config {
    let mut config = server_config();
    config.starttls = true;
    config.mechanisms = vec!["PLAIN".parse().unwrap()];
    config.extensions.push(Extension::Atrn);
    config
}

/// RFC 2645: who has called gets mail over its own call, encrypted as it was.
pub fn the_sides_change_places<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let provider = serve_with::<W, _, _>(
        provider(),
        move |listener| listener.tls = Some(tls),
        |mut conn, _| async move {
            while let Some(event) = conn.next().await.unwrap() {
                if event.is_question() {
                    conn.accept().unwrap();
                }
            }
            let mut conn = conn.turn(client_config());
            establish(&mut conn, &Login::default()).await.unwrap();
            assert!(conn.tls().is_some());
            let delivery = send(&mut conn, envelope(), &b"tea\r\n"[..]).await.unwrap();
            assert!(delivery.is_complete(), "{delivery:?}");
            quit(&mut conn).await.unwrap();
        },
    );
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.login.starttls = StartTls::Required;
    connector.login.credentials = Some(Credentials::new("tim", "tanstaaftanstaaf"));
    let (news, told) = ear();
    W::block_on(async {
        let mut conn = connector.connect(provider.address()).await.unwrap();
        conn.atrn(&"example.org".parse().unwrap()).unwrap();
        assert_eq!(conn.next().await.unwrap(), Some(ClientEvent::Turned));
        tell_all(conn.turn(server_config()), news).await;
    });
    let mut message = Vec::new();
    let mut secured = false;
    loop {
        match told.next() {
            News::Event(Event::Secured(_)) => secured = true,
            News::Event(Event::Closed(_)) => break,
            News::Message(content) => message = content,
            News::Event(_) => {}
            News::Failed(error) => panic!("{error}"),
        }
    }
    assert!(secured);
    assert_eq!(message, b"tea\r\n");
    assert_eq!(provider.finish().panicked, 0);
}

/// Who is trusted hears of XCLIENT, and nobody else.
pub fn what_is_offered_depends_on_who_it_is<W: World>() {
    let mut trusted = server_config();
    trusted.extensions.push(Extension::XClient);
    let trusted = Arc::new(trusted);
    let proxy: SocketAddr = "192.0.2.1:56324".parse().unwrap();
    let (server, _told) = serve::<W>(server_config(), move |listener| {
        listener.proxy = Some(ProxyPolicy::loopback());
        listener.config_for =
            Box::new(move |peer| (peer.ip() == Some(proxy.ip())).then(|| Arc::clone(&trusted)));
    });
    for (client, is_trusted) in [(proxy, true), ("192.0.2.2:56324".parse().unwrap(), false)] {
        let mut raw = Raw::connect(server.address());
        let mut header = Vec::new();
        let here = "198.51.100.7:25".parse().unwrap();
        Header::proxied(client, here).write_v2(&mut header, true).unwrap();
        raw.say_octets(&header);
        assert!(raw.reply().starts_with("220 "));
        let offers = raw.ask("EHLO proxy.example.com\r\n");
        assert_eq!(offers.contains("XCLIENT"), is_trusted, "{offers}");
    }
    assert_eq!(server.finish().accepted, 2);
}

/// RFC 9422: what a server takes only over several connections goes over several connections.
pub fn limits_are_kept<W: World>() {
    let mut config = server_config();
    config.extensions.push(Extension::Limits);
    config.limits.recipients = 2;
    config.limits.transactions = 1;
    let (server, told) = serve::<W>(config, |_| {});
    let connector = connector::<W>();
    W::block_on(async {
        let mut conn = connector.connect(server.address()).await.unwrap();
        let mut envelope = envelope();
        let to = ["c@example.org", "d@example.org"].map(|to| to.parse().unwrap());
        envelope.to.extend(to.map(smtp_proto::syntax::address::ForwardPath::into));
        let reconnect = || connector.connect(server.address());
        let sent = send_within_limits(&mut conn, envelope, || &b"tea\r\n"[..], reconnect).await;
        let delivery = sent.unwrap();
        assert!(delivery.is_complete() && delivery.recipients.len() == 3, "{delivery:?}");
        quit(&mut conn).await.unwrap();
    });
    assert_eq!(server.finish().accepted, 2);
    let mut messages = 0;
    let mut closed = 0;
    while closed < 2 {
        match told.next() {
            News::Message(content) => {
                assert_eq!(content, b"tea\r\n");
                messages += 1;
            }
            News::Event(Event::Closed(_)) => closed += 1,
            News::Event(_) => {}
            News::Failed(error) => panic!("{error}"),
        }
    }
    assert_eq!(messages, 2);
}
