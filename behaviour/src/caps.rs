//! How many clients there may be at a time.

use smtp_driver::client::quit;
use smtp_driver::server::Incident;
#[cfg(unix)]
use smtp_driver::server::Listener;

use crate::World;
#[cfg(unix)]
use crate::support::{PATIENCE, ear, start, tell_all};
use crate::support::{Raw, another_loopback, connector, eventually, serve, server_config};

pub fn one_too_many_is_told_so<W: World>() {
    let (server, _) = serve::<W>(server_config(), |listener| listener.max_connections = 2);
    let address = server.address();
    let (mut first, _) = Raw::hello(address);
    let (mut second, _) = Raw::hello(address);
    for _ in 0..50 {
        let mut third = Raw::connect(address);
        assert_eq!(third.rest(), "421 mx.example.org Too many connections\r\n");
        match server.incidents.next() {
            Incident::Refused(peer) => assert_eq!(peer.client(), Some(third.local_addr())),
            incident => panic!("{incident}"),
        }
    }
    assert!(first.ask("QUIT\r\n").starts_with("221 "));
    drop(first);
    let mut fourth = place_of_one_who_has_left(address);

    server.stop();
    assert!(second.rest().starts_with("421 4.3.2 mx.example.org "));
    assert!(fourth.rest().starts_with("421 4.3.2 mx.example.org "));
    drop((second, fourth));
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.aborted), (3, 0));
    assert!(statistics.refused >= 50);
}

pub fn too_many_from_one_address_are_told_so<W: World>() {
    let (server, _) = serve::<W>(server_config(), |listener| {
        listener.max_per_address = Some(2);
    });
    let address = server.address();
    let (mut first, _) = Raw::hello(address);
    let (second, _) = Raw::hello(address);
    let mut third = Raw::connect(address);
    let told = third.rest();
    assert_eq!(told, "421 mx.example.org Too many connections from your address\r\n");
    match server.incidents.next() {
        Incident::TooMany(peer) => assert_eq!(peer.client(), Some(third.local_addr())),
        incident => panic!("{incident}"),
    }
    let mut accepted = 3;
    if let Some(elsewhere) = another_loopback() {
        let mut connector = connector::<W>();
        connector.local_addr = Some(elsewhere);
        W::block_on(async {
            let mut conn = connector.connect(address).await.unwrap();
            quit(&mut conn).await.unwrap();
        });
        accepted += 1;
    }
    assert!(first.ask("QUIT\r\n").starts_with("221 "));
    drop(first);
    drop((place_of_one_who_has_left(address), second));
    let statistics = server.finish();
    // Who is from the wrong place has been let in to be told so.
    assert_eq!(statistics.accepted, accepted + statistics.refused);
    assert!(statistics.refused >= 1);
}

/// It is free once the server has seen the end.
fn place_of_one_who_has_left(address: std::net::SocketAddr) -> Raw {
    eventually(|| {
        let mut client = Raw::connect(address);
        client.reply().starts_with("220 ").then_some(client)
    })
}

#[cfg(unix)]
pub fn who_has_no_address_is_not_counted_by_it<W: World>() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("smtp");
    let bind = move || {
        let mut listener = Listener::<W::Runtime, _>::bind_unix(path, server_config())?;
        listener.max_per_address = Some(1);
        Ok(listener)
    };
    let server = start::<W, _, _, _>(bind, PATIENCE, |conn, _| tell_all(conn, ear().0));
    let mut clients: Vec<_> = (0..3).map(|_| Raw::connect_unix(&server.name)).collect();
    for client in &mut clients {
        assert!(client.reply().starts_with("220 "));
    }
    drop(clients);
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.refused), (3, 0));
}
