//! Behind a balancer: who the client is comes in a header of the PROXY protocol.

use std::time::Instant;

use smtp_driver::server::{Incident, Peer, ProxyFailure, ProxyPolicy};
use smtp_proto::proxy::Header;

use crate::World;
use crate::support::{
    Certificate, Ear, PATIENCE, Raw, Served, ear, eventually, millis, serve, serve_with,
    server_config, tell_all,
};

const HEADER: &str = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n";

fn behind_balancers<W: World>(implicit: Option<&Certificate>) -> (Served, Ear<Peer>) {
    let (told, peers) = ear();
    let tls = implicit.map(Certificate::server);
    let server = serve_with::<W, _, _>(
        server_config(),
        move |listener| {
            listener.proxy = Some(ProxyPolicy::loopback());
            listener.implicit_tls = tls.is_some();
            listener.tls = tls;
        },
        move |conn, peer| {
            told.tell(peer);
            tell_all(conn, ear().0)
        },
    );
    (server, peers)
}

pub fn a_client_is_who_the_balancer_says<W: World>() {
    let (server, peers) = behind_balancers::<W>(None);
    let (client, here) = ("192.0.2.1:56324".parse().unwrap(), "198.51.100.7:25".parse().unwrap());
    let mut header = Vec::new();
    Header::proxied(client, here).write_v2(&mut header, true).unwrap();
    for header in [HEADER.as_bytes(), &header] {
        let mut balancer = Raw::connect(server.address());
        // In two pieces: nobody answers the first.
        let (one, other) = header.split_at(header.len() / 2);
        balancer.say_octets(one);
        balancer.say_octets(other);
        assert!(balancer.reply().starts_with("220 "));
        let peer = peers.next();
        assert_eq!((peer.client(), peer.socket), (Some(client), Some(balancer.local_addr())));
        assert_eq!(peer.to_string(), "192.0.2.1:56324");
        assert!(balancer.ask("EHLO c\r\n").starts_with("250-mx.example.org\r\n"));
    }

    // The balancer's own.
    let mut header = Vec::new();
    Header::local().write_v2(&mut header, false).unwrap();
    let mut balancer = Raw::connect(server.address());
    balancer.say_octets(&header);
    assert!(balancer.reply().starts_with("220 "));
    assert_eq!(peers.next().client(), Some(balancer.local_addr()));
    drop(balancer);
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.headers_failed), (3, 0));
}

/// The header is in the clear, and nothing behind it was read with it.
pub fn the_header_comes_before_tls<W: World>() {
    let certificate = Certificate::of_server();
    let (server, peers) = behind_balancers::<W>(Some(&certificate));
    let mut balancer = Raw::connect(server.address());
    balancer.say(HEADER);
    let mut client = balancer.encrypt(certificate.client());
    assert!(client.reply().starts_with("220 "));
    assert_eq!(peers.next().to_string(), "192.0.2.1:56324");
    assert!(client.ask("QUIT\r\n").starts_with("221 "));
    assert!(client.is_at_end());
    server.finish();
}

pub fn who_is_no_balancer_is_sent_away<W: World>() {
    let (server, _) = serve::<W>(server_config(), |listener| {
        listener.proxy = Some(ProxyPolicy::new(["192.0.2.0/24".parse().unwrap()]));
    });
    let mut client = Raw::connect(server.address());
    assert!(client.rest().starts_with("421 mx.example.org "));
    match server.incidents.next() {
        Incident::Untrusted(peer) => assert_eq!(peer.client(), Some(client.local_addr())),
        incident => panic!("{incident}"),
    }
    assert_eq!(server.finish().headers_failed, 1);
}

pub fn without_a_header_there_is_no_connection<W: World>() {
    let (server, _) = serve::<W>(server_config(), |listener| {
        let mut policy = ProxyPolicy::loopback();
        policy.timeout = millis(200);
        listener.proxy = Some(policy);
    });
    let failure = || match server.incidents.next() {
        Incident::Proxy(_, failure) => failure,
        incident => panic!("{incident}"),
    };
    // A health check is nothing to tell of.
    drop(Raw::connect(server.address()));

    let mut direct = Raw::connect(server.address());
    direct.say("EHLO c\r\n");
    assert_eq!(direct.rest(), "");
    assert!(matches!(failure(), ProxyFailure::Header(_)));

    let began = Instant::now();
    let mut slow = Raw::connect(server.address());
    for octet in HEADER.chars() {
        if !slow.try_say(octet.encode_utf8(&mut [0])) {
            break;
        }
        std::thread::sleep(millis(50));
    }
    assert_eq!(slow.rest(), "");
    assert!(matches!(failure(), ProxyFailure::Timeout));
    let took = began.elapsed();
    assert!(took >= millis(200) && took < PATIENCE / 2, "{took:?}");
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.headers_failed), (3, 2));
}

/// It is clients that are counted by their address, and not the balancer.
pub fn clients_are_counted_by_their_own_address<W: World>() {
    let (server, _) = serve::<W>(server_config(), |listener| {
        listener.proxy = Some(ProxyPolicy::loopback());
        listener.max_per_address = Some(1);
    });
    let address = server.address();
    let client = |source: &str| {
        let mut balancer = Raw::connect(address);
        balancer.say(&format!("PROXY TCP4 {source} 198.51.100.7 56324 25\r\n"));
        let greeting = balancer.reply();
        (balancer, greeting)
    };
    let (first, greeting) = client("192.0.2.1");
    assert!(greeting.starts_with("220 "));
    let (_second, greeting) = client("192.0.2.2");
    assert!(greeting.starts_with("220 "));
    let (_third, greeting) = client("192.0.2.1");
    assert!(greeting.starts_with("421 mx.example.org "));
    match server.incidents.next() {
        Incident::TooMany(peer) => assert_eq!(peer.to_string(), "192.0.2.1:56324"),
        incident => panic!("{incident}"),
    }
    drop(first);
    eventually(|| client("192.0.2.1").1.starts_with("220 ").then_some(()));
    server.finish();
}
