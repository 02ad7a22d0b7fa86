//! Where clients come from, and what the server knows of them.

use std::net::{SocketAddr, TcpListener};

use smtp_driver::server::Listener;
#[cfg(unix)]
use smtp_proto::session::Protocol;

use crate::World;
use crate::support::{PATIENCE, Raw, ear, serve_with, server_config, start, tell_all};

pub fn a_client_over_tcp_has_an_address<W: World>() {
    let (told, peers) = ear();
    let server = serve_with::<W, _, _>(
        server_config(),
        |_| {},
        move |conn, peer| {
            told.tell(peer);
            tell_all(conn, ear().0)
        },
    );
    for _ in 0..3 {
        let mut client = Raw::connect(server.address());
        assert_eq!(client.reply(), "220 mx.example.org ESMTP\r\n");
        let peer = peers.next();
        assert_eq!(peer.socket, Some(client.local_addr()));
        assert_eq!(peer.ip(), Some([127, 0, 0, 1].into()));
        assert_eq!(peer.to_string(), client.local_addr().to_string());
        assert!(client.ask("QUIT\r\n").starts_with("221 "));
        assert_eq!(client.rest(), "");
    }
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.refused, statistics.aborted), (3, 0, 0));
}

pub fn ipv6_will_do<W: World>() {
    let local = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0));
    if TcpListener::bind(local).is_err() {
        return; // not on this machine
    }
    let (told, peers) = ear();
    let bind = move || Listener::<W::Runtime>::bind(local, server_config());
    let server = start::<W, _, _, _>(bind, PATIENCE, move |conn, peer| {
        told.tell(peer);
        tell_all(conn, ear().0)
    });
    let mut client = Raw::connect(server.address());
    assert!(client.reply().starts_with("220 "));
    assert_eq!(peers.next().to_string(), client.local_addr().to_string());
    drop(client);
    assert_eq!(server.finish().accepted, 1);
}

/// As it is usual for LMTP.
#[cfg(unix)]
pub fn a_client_over_a_unix_socket_has_none<W: World>() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("lmtp");
    let mut config = server_config();
    config.protocol = Protocol::Lmtp;
    let (told, peers) = ear();
    let bind = {
        let path = path.clone();
        move || Listener::<W::Runtime, _>::bind_unix(path, config)
    };
    let server = start::<W, _, _, _>(bind, PATIENCE, move |conn, peer| {
        told.tell(peer);
        tell_all(conn, ear().0)
    });
    assert_eq!(server.name, path.display().to_string());
    let mut client = Raw::connect_unix(&server.name);
    assert!(client.reply().starts_with("220 "));
    assert!(client.ask("LHLO c\r\n").starts_with("250-mx.example.org\r\n"));
    let peer = peers.next();
    assert_eq!((peer.client(), peer.to_string().as_str()), (None, "local"));
    drop(client);
    assert_eq!(server.finish().accepted, 1);

    // What is left of it is for whoever runs the server to remove.
    let again = Listener::<W::Runtime, _>::bind_unix(&path, server_config());
    assert!(again.is_err());
}
