//! The end of a connection is told to the peer, who may wait for it. Who does not hear it is waited
//! for himself, a second each time.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use smtp_driver::client::quit;
#[cfg(unix)]
use smtp_driver::server::Listener;

use crate::World;
use crate::support::{Certificate, Raw, connector, play, serve, server_config};
#[cfg(unix)]
use crate::support::{PATIENCE, ear, start, tell_all};

/// How many times, and how long that may take: less than a second each.
const TIMES: u32 = 10;
const LIMIT: Duration = Duration::from_secs(TIMES as u64 / 2);

fn soon(began: Instant) {
    let took = began.elapsed();
    assert!(took < LIMIT, "{took:?}");
}

pub fn a_server_tells_it<W: World>() {
    let (server, _) = serve::<W>(server_config(), |_| {});
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut client = Raw::connect(server.address());
        assert!(client.reply().starts_with("220 "));
        assert!(client.ask("QUIT\r\n").starts_with("221 "));
        assert!(client.is_at_end());
    }
    soon(began);
    server.finish();
}

#[cfg(unix)]
pub fn a_server_tells_it_over_a_unix_socket<W: World>() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("smtp");
    let bind = move || Listener::<W::Runtime, _>::bind_unix(path, server_config());
    let server = start::<W, _, _, _>(bind, PATIENCE, |conn, _| tell_all(conn, ear().0));
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut client = Raw::connect_unix(&server.name);
        assert!(client.reply().starts_with("220 "));
        assert!(client.ask("QUIT\r\n").starts_with("221 "));
        assert!(client.is_at_end());
    }
    soon(began);
    server.finish();
}

/// By `close_notify`: without it somebody else may have cut the connection.
pub fn a_server_tells_it_under_tls<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let (server, _) = serve::<W>(server_config(), move |listener| {
        listener.tls = Some(tls);
        listener.implicit_tls = true;
    });
    let client_tls = certificate.client();
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut client = Raw::connect(server.address()).encrypt(client_tls.clone());
        assert!(client.reply().starts_with("220 "));
        assert!(client.ask("QUIT\r\n").starts_with("221 "));
        assert!(client.is_at_end());
    }
    soon(began);
    server.finish();
}

pub fn a_client_tells_it<W: World>() {
    let began = Instant::now();
    for _ in 0..TIMES {
        let (address, player) = play(take_leave);
        W::block_on(async {
            let mut conn = connector::<W>().connect(address).await.unwrap();
            quit(&mut conn).await.unwrap();
        });
        player.join().unwrap();
    }
    soon(began);
}

pub fn a_client_tells_it_under_tls<W: World>() {
    let certificate = Certificate::of_server();
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.implicit_tls = true;
    let began = Instant::now();
    for _ in 0..TIMES {
        let config = certificate.server_config();
        let (address, player) = play(|client| take_leave(client.accept(config)));
        W::block_on(async {
            let mut conn = connector.connect(address).await.unwrap();
            quit(&mut conn).await.unwrap();
        });
        player.join().unwrap();
    }
    soon(began);
}

/// The part of a server whose client has nothing to say, and which waits for it to go.
fn take_leave<S: Read + Write>(mut client: Raw<S>) {
    client.say("220 mx\r\n");
    client.line();
    client.say("250 mx\r\n");
    assert_eq!(client.line(), "QUIT\r\n");
    client.say("221 mx\r\n");
    assert!(client.is_at_end());
}
