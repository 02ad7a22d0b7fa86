//! Deadlines, resets and addresses that do not answer.

mod support;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use smtp_driver::client::{self, Fate, Login, Lost};
use smtp_proto::client::NotSent;
use smtp_proto::error::Close;
use smtp_tokio::{
    ConnectError, Listener, Options, ServerConnection, client_connection, connect,
    server_connection,
};
use tokio::io::{AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use support::{client_config, envelope, expect, rest, say, server_config, take_all};

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_told_to_go() {
    let began = Instant::now();
    let (mut client, io) = duplex(1024);
    let server =
        tokio::spawn(
            async move { take_all(&mut server_connection(io, server_config(), None)).await },
        );
    expect(&mut client, "\r\n").await;
    assert!(rest(&mut client).await.starts_with("421 4.4.2 "));
    assert_eq!(began.elapsed().as_secs(), 300);
    drop(client);
    assert!(server.await.unwrap().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_drips_is_told_to_go() {
    let began = Instant::now();
    let (client, io) = duplex(1024);
    tokio::spawn(async move { take_all(&mut server_connection(io, server_config(), None)).await });
    let (mut reader, mut writer) = tokio::io::split(client);
    let dripping = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_secs(10)).await;
        }
    });
    assert!(rest(&mut reader).await.contains("\r\n421 4.4.2 "));
    assert!((300..=310).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    dripping.abort();
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let (mut server, io) = duplex(1024);
    let mut conn = client_connection(io, client_config(), None);
    let silent = client::establish(&mut conn, &Login::default()).await;
    let Err(client::ConnectError::Lost(Lost::Closed(Close::Timeout(what)))) = silent else {
        panic!("{silent:?}");
    };
    assert!(what.contains("greeting"), "{what}");
    drop(conn);
    assert_eq!(rest(&mut server).await, "");
}

/// A server that refuses in the middle of a message and closes while it is still being written.
#[tokio::test]
async fn the_reason_for_a_reset_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut io, _) = listener.accept().await.unwrap();
        say(&mut io, "220 mx\r\n").await;
        expect(&mut io, "\r\n").await;
        say(&mut io, "250 mx\r\n").await;
        for reply in ["250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"] {
            expect(&mut io, "\r\n").await;
            say(&mut io, reply).await;
        }
        expect(&mut io, "\r\n").await;
        say(&mut io, "421 4.3.2 Going down\r\n").await;
        // Closed with octets unread: the client's writes fail.
    });
    let body = Bytes::from("line of text\r\n".repeat(2_000_000));
    let mut conn = connect(address, &Options::new(client_config())).await.unwrap();
    let delivery = client::send(&mut conn, envelope(), body).await.unwrap();
    match &delivery.recipients[0].fate {
        Fate::NotSent(NotSent::Closed(Close::Unavailable(reply))) => {
            assert!(reply.to_string().contains("Going down"));
        }
        fate => panic!("{fate:?}"),
    }
    server.await.unwrap();
}

/// The other way round: a server has the last word although its client sends on.
#[tokio::test]
async fn the_last_reply_arrives_although_the_client_sends_on() {
    let mut config = server_config();
    config.limits.errors = 3;
    let listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(listener.serve(
        |mut conn: ServerConnection, _| async move {
            let _ = take_all(&mut conn).await;
        },
        std::future::pending(),
        Duration::ZERO,
    ));
    let mut io = TcpStream::connect(address).await.unwrap();
    expect(&mut io, "\r\n").await;
    say(&mut io, &"nonsense\r\n".repeat(50_000)).await;
    let said = rest(&mut io).await;
    assert!(said.contains("\r\n421 4.7.0 "), "{said}");
    server.abort();
}

#[tokio::test]
async fn every_address_is_tried() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let listener = Listener::bind("127.0.0.1:0", server_config()).await.unwrap();
    let open = listener.local_addr().unwrap();
    let handler = |mut conn: ServerConnection, _| async move {
        let _ = take_all(&mut conn).await;
    };
    let server = tokio::spawn(listener.serve(handler, std::future::pending(), Duration::ZERO));
    let mut options = Options::new(client_config());
    let ipv6 = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 1));
    options.local_addr = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let mut conn = connect(&[ipv6, closed, open][..], &options).await.unwrap();
    client::quit(&mut conn).await.unwrap();

    let nobody = connect(&[closed, closed][..], &options).await.unwrap_err();
    let ConnectError::Unreachable(attempts) = &nobody else { panic!("{nobody}") };
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0].error.kind(), io::ErrorKind::ConnectionRefused);
    assert!(nobody.to_string().contains(&closed.to_string()), "{nobody}");
    server.abort();
}
