//! What a listener does besides accepting: caps, backoff, panics and the end.

mod support;

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use smtp_driver::client::{self, Login};
use smtp_tokio::{Listener, ServerConnection, Statistics};
use tokio::io::{DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::Instant;

use support::{Channel, expect, rest, say, server_config, take_all};

async fn handle<IO>(mut conn: ServerConnection<IO>)
where
    IO: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    take_all(&mut conn).await.unwrap();
}

#[tokio::test]
async fn one_too_many_is_told_so() {
    let mut listener = Listener::bind("127.0.0.1:0", server_config()).await.unwrap();
    listener.max_connections = 2;
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let server =
        tokio::spawn(listener.serve(|conn, _| handle(conn), shutdown, Duration::from_secs(5)));

    let mut first = TcpStream::connect(address).await.unwrap();
    expect(&mut first, "\r\n").await;
    let mut second = TcpStream::connect(address).await.unwrap();
    expect(&mut second, "\r\n").await;
    for _ in 0..50 {
        let mut third = TcpStream::connect(address).await.unwrap();
        let said = rest(&mut third).await;
        assert_eq!(said, "421 4.3.2 mx.example.org Too many connections\r\n");
    }
    say(&mut first, "QUIT\r\n").await;
    assert!(rest(&mut first).await.starts_with("221 "));
    drop(first);
    // The place is free once the server has seen the end.
    let mut fourth = loop {
        let mut io = TcpStream::connect(address).await.unwrap();
        if expect(&mut io, "\r\n").await.starts_with("220 ") {
            break io;
        }
    };
    stop.send(()).unwrap();
    assert!(rest(&mut second).await.starts_with("421 4.3.2 "));
    assert!(rest(&mut fourth).await.starts_with("421 4.3.2 "));
    drop((second, fourth));
    let statistics = server.await.unwrap();
    assert_eq!((statistics.accepted, statistics.aborted), (3, 0));
    assert!(statistics.refused >= 50);
}

#[tokio::test]
async fn the_end_spares_transactions_and_nobody_else() {
    let listener = Listener::bind("127.0.0.1:0", server_config()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let server =
        tokio::spawn(listener.serve(|conn, _| handle(conn), shutdown, Duration::from_secs(60)));
    let mut idle = TcpStream::connect(address).await.unwrap();
    expect(&mut idle, "\r\n").await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    say(&mut busy, "HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n").await;
    while !expect(&mut busy, "\r\n").await.starts_with("354 ") {}

    stop.send(()).unwrap();
    assert!(rest(&mut idle).await.starts_with("421 4.3.2 "));
    drop(idle);
    assert!(!server.is_finished());
    assert!(TcpStream::connect(address).await.is_err());
    say(&mut busy, "tea\r\n.\r\n").await;
    let last = rest(&mut busy).await;
    assert!(last.starts_with("250 ") && last.contains("\r\n421 4.3.2 "), "{last}");
    drop(busy);
    let statistics = server.await.unwrap();
    assert_eq!(statistics, Statistics { accepted: 2, ..Statistics::default() });
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_to_an_end_is_dropped() {
    let (connections, channel) = Channel::<DuplexStream>::new();
    let (mut client, io) = duplex(1024);
    connections.send(Ok(io)).unwrap();
    let listener = Listener::new(channel, server_config());
    let handler = |conn: ServerConnection<DuplexStream>, ()| async move {
        pending::<()>().await;
        drop(conn);
    };
    let began = Instant::now();
    let shutdown = tokio::time::sleep(Duration::from_secs(1));
    let statistics = listener.serve(handler, shutdown, Duration::from_secs(10)).await;
    assert_eq!(began.elapsed().as_secs(), 11);
    assert_eq!((statistics.accepted, statistics.aborted), (1, 1));
    assert_eq!(rest(&mut client).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_process_without_files_waits_and_goes_on() {
    let (connections, channel) = Channel::<DuplexStream>::new();
    let failures = [io::ErrorKind::ConnectionAborted.into(), io::Error::from_raw_os_error(24)];
    for error in failures.into_iter().chain((0..4).map(|_| io::Error::from_raw_os_error(24))) {
        connections.send(Err(error)).unwrap();
    }
    let (mut client, io) = duplex(1024);
    connections.send(Ok(io)).unwrap();
    let heard = Arc::new(AtomicUsize::new(0));
    let mut listener = Listener::new(channel, server_config());
    let count = Arc::clone(&heard);
    listener.observer = Box::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let began = Instant::now();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let server =
        tokio::spawn(listener.serve(|conn, ()| handle(conn), shutdown, Duration::from_secs(5)));
    expect(&mut client, "\r\n").await;
    // One error of a connection, then 100, 200, 400, 800 and 1000 ms.
    let waited = began.elapsed();
    assert!((2500..2600).contains(&waited.as_millis()), "{waited:?}");
    stop.send(()).unwrap();
    assert_eq!(server.await.unwrap().accept_errors, 6);
    assert_eq!(heard.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_panic_harms_one_connection() {
    let listener = Listener::bind("127.0.0.1:0", server_config()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let calls = AtomicUsize::new(0);
    let handler = move |conn: ServerConnection, _| {
        let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
        assert!(!first, "this one is meant to panic");
        handle(conn)
    };
    let server = tokio::spawn(listener.serve(handler, shutdown, Duration::from_secs(5)));
    let mut unlucky = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest(&mut unlucky).await, "");
    let mut lucky = TcpStream::connect(address).await.unwrap();
    expect(&mut lucky, "\r\n").await;
    drop(lucky);
    stop.send(()).unwrap();
    let statistics = server.await.unwrap();
    assert_eq!((statistics.accepted, statistics.panicked), (2, 1));
}

#[tokio::test]
async fn a_handshake_that_does_not_come_holds_no_place_for_ever() {
    let certificate = support::Certificate::new("handshake", "mx.example.org");
    let mut config = server_config();
    config.timeouts.handshake = Duration::from_millis(50);
    let mut listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    listener.tls =
        Some(smtp_tokio::tls::server_config(&certificate.chain, &certificate.key).unwrap());
    listener.implicit_tls = true;
    listener.max_connections = 1;
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let server =
        tokio::spawn(listener.serve(|conn, _| handle(conn), shutdown, Duration::from_secs(5)));
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut refused = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest(&mut refused).await, "");
    assert_eq!(rest(&mut silent).await, "");
    stop.send(()).unwrap();
    let statistics = server.await.unwrap();
    assert_eq!((statistics.refused, statistics.handshakes_failed), (1, 1));
}

/// As it is usual for LMTP.
#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_will_do() {
    use tokio::net::{UnixListener, UnixStream};

    let path = std::env::temp_dir().join(format!("smtp-tokio-{}.sock", std::process::id()));
    let mut config = server_config();
    config.protocol = smtp_proto::session::Protocol::Lmtp;
    let listener = Listener::new(UnixListener::bind(&path).unwrap(), config);
    let server = tokio::spawn(listener.serve(|conn, _| handle(conn), pending(), Duration::ZERO));
    let io = UnixStream::connect(&path).await.unwrap();
    let mut config = support::client_config();
    config.protocol = smtp_proto::session::Protocol::Lmtp;
    let mut conn = smtp_tokio::client_connection(io, config, None);
    client::establish(&mut conn, &Login::default()).await.unwrap();
    let delivery = client::send(&mut conn, support::envelope(), &b"tea\r\n"[..]).await.unwrap();
    assert!(delivery.is_complete() && delivery.reply.is_none());
    client::quit(&mut conn).await.unwrap();
    server.abort();
    std::fs::remove_file(&path).unwrap();
}
