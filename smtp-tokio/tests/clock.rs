//! What takes minutes, under a clock that is paused: the usual deadlines, backoff and the end.

mod support;

use std::collections::VecDeque;
use std::future::{pending, ready};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_driver::Drain;
use smtp_driver::client::{EstablishError, Login, Lost, establish};
use smtp_driver::server::{Accept, Listener};
use smtp_proto::error::Close;
use smtp_tokio::{Io, ServerConnection, Tokio};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use support::{client_config, client_on, line, rest, server_config, server_on, take_all};

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_told_to_go() {
    let began = Instant::now();
    let (mut client, io) = duplex(1024);
    let server =
        tokio::spawn(async move { take_all(&mut server_on(io, server_config(), None)).await });
    line(&mut client).await;
    assert!(rest(&mut client).await.starts_with("421 4.4.2 "));
    assert_eq!(began.elapsed().as_secs(), 300);
    drop(client);
    assert!(server.await.unwrap().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_drips_is_told_to_go() {
    let began = Instant::now();
    let (client, io) = duplex(1024);
    tokio::spawn(async move { take_all(&mut server_on(io, server_config(), None)).await });
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
    let began = Instant::now();
    let (mut server, io) = duplex(1024);
    let mut conn = client_on(io, client_config(), None);
    let silent = establish(&mut conn, &Login::default()).await;
    let Err(EstablishError::Lost(Lost::Closed(Close::Timeout(what)))) = silent else {
        panic!("{silent:?}");
    };
    assert!(what.contains("greeting"), "{what}");
    assert!(began.elapsed().as_secs() >= 300);
    drop(conn);
    assert_eq!(rest(&mut server).await, "");
}

/// A socket that accepts what it is given beforehand.
struct Script(VecDeque<io::Result<DuplexStream>>);

impl Accept for Script {
    type Transport = Io<DuplexStream>;
    type Address = &'static str;

    fn poll_accept(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>> {
        match self.0.pop_front() {
            Some(result) => Poll::Ready(result.map(|io| (Io(io), None))),
            None => Poll::Pending,
        }
    }

    fn local_addr(&self) -> io::Result<&'static str> {
        Ok("a script")
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_to_an_end_is_dropped() {
    let (mut client, io) = duplex(1024);
    let listener = Listener::<Tokio, _>::new(Script([Ok(io)].into()), server_config());
    let handler = |conn: ServerConnection<DuplexStream>, _| async move {
        pending::<()>().await;
        drop(conn);
    };
    let began = Instant::now();
    let shutdown = sleep(Duration::from_secs(1));
    let statistics = listener.serve(handler, shutdown, Duration::from_secs(10)).await;
    assert_eq!(began.elapsed().as_secs(), 11);
    assert_eq!((statistics.accepted, statistics.aborted), (1, 1));
    assert_eq!(rest(&mut client).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_process_without_files_waits_and_goes_on() {
    let (mut client, io) = duplex(1024);
    let harmless = io::ErrorKind::ConnectionAborted.into();
    let script = [Err(harmless)].into_iter();
    let script = script.chain((0..5).map(|_| Err(io::Error::from_raw_os_error(24))));
    let mut listener =
        Listener::<Tokio, _>::new(Script(script.chain([Ok(io)]).collect()), server_config());
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    listener.observer = Box::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let began = Instant::now();
    let (stop, stopped) = Drain::new();
    let handler = |mut conn: ServerConnection<DuplexStream>, _| async move {
        take_all(&mut conn).await.unwrap();
    };
    let server = tokio::spawn(listener.serve(handler, stopped, Duration::from_secs(5)));
    line(&mut client).await;
    // One error of a connection, then 100, 200, 400, 800 and 1000 ms.
    let waited = began.elapsed();
    assert!((2500..2600).contains(&waited.as_millis()), "{waited:?}");
    stop.begin();
    assert_eq!(server.await.unwrap().accept_errors, 6);
    assert_eq!(heard.load(Ordering::SeqCst), 6);
}

/// To be told to stop while nothing can be accepted takes no time.
#[tokio::test(start_paused = true)]
async fn an_end_is_heard_while_accepting_is_put_off() {
    let script = (0..100).map(|_| Err(io::Error::from_raw_os_error(24)));
    let listener = Listener::<Tokio, _>::new(Script(script.collect()), server_config());
    let began = Instant::now();
    let shutdown = sleep(Duration::from_millis(2050));
    let handler = |_: ServerConnection<DuplexStream>, _| ready(());
    let statistics = listener.serve(handler, shutdown, Duration::from_secs(5)).await;
    assert_eq!(statistics.accept_errors, 5);
    assert!((2050..2100).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}
