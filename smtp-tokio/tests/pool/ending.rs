//! Sends that are given up, logins that fail, and the end of a pool.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use smtp_tokio::client::{ConnectError, Credentials, EstablishError};
use smtp_tokio::pool::{Manager, Pool, PoolConfig, PoolError, Timeouts};
use tokio::sync::Semaphore;

use crate::server::Server;
use crate::support::{ALL, connector, envelope, eventually, only, pool, send_tea};

/// Whether it is still under way, after everybody else had some time.
async fn is_pending<F: Future>(future: &mut std::pin::Pin<&mut F>) -> bool {
    tokio::time::sleep(Duration::from_millis(20)).await;
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[tokio::test]
async fn a_connection_that_was_given_up_in_the_middle_is_not_used_again() {
    for verb in ["MAIL", "DATA", "BDAT"] {
        let server = Server::start(move |number, mut peer| async move {
            let offers = if verb == "BDAT" { ALL } else { &[][..] };
            if number > 0 {
                return peer.serve(offers).await;
            }
            peer.greet(offers).await;
            peer.take(1).await;
            peer.until(verb).await;
            peer.silence().await;
        });
        let pool = pool(server.address, 1);
        send_tea(&pool).await;
        tokio::select! {
            _ = pool.send(envelope(), &b"coffee\r\n"[..]) => panic!("it was not answered"),
            () = eventually(|| server.count(0, verb) == 2) => {}
        }
        send_tea(&pool).await;
        eventually(|| server.has_heard(0, ".")).await;
        assert!(!server.has_heard(0, "QUIT"));
        assert_eq!((server.connections(), server.messages().len()), (2, 2));
        pool.close().await;
    }
}

#[tokio::test]
async fn a_login_that_fails_is_told_and_harms_nobody() {
    let server = Server::start(|number, mut peer| async move {
        peer.greet(&["AUTH PLAIN"]).await;
        if number == 0 {
            peer.until("AUTH").await;
            peer.say("535 5.7.8 Who are you\r\n").await;
        }
        peer.take(usize::MAX).await;
    });
    let mut config = smtp_proto::client::Config::new("client.example.com".parse().unwrap());
    config.auth_without_tls = true;
    let mut connector = connector();
    connector.config = config.into();
    connector.login.credentials = Some(Credentials::new("tim", "tanstaaf"));
    let pool = Pool::new(Manager::new(connector, server.address), 1);
    let error = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap_err();
    let PoolError::Connect { error: ConnectError::Establish(refused), .. } = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(refused, EstablishError::AuthRefused { .. }), "{refused:?}");
    let said = format!(
        "no connection to {}: the server refused the credentials: 535 5.7.8 Who are you",
        server.address
    );
    assert_eq!(error.to_string(), said);
    assert_eq!(pool.status().size, 0);
    assert!(!format!("{pool:?}").contains("tanstaaf"));
    send_tea(&pool).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for() {
    let server = Server::start(|_, mut peer| async move { drop(peer.line().await) });
    let timeouts = Timeouts { create: Some(Duration::from_millis(30)), ..Timeouts::new() };
    let config = PoolConfig { timeouts, ..PoolConfig::new(1) };
    let pool = Pool::with_config(Manager::new(connector(), server.address), config);
    let error = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap_err();
    assert!(matches!(error, PoolError::TooSlow { .. }), "{error:?}");
    pool.close().await;
}

#[tokio::test]
async fn who_closes_the_pool_waits_until_all_have_taken_leave() {
    let server = Server::usual(ALL);
    let pool = pool(server.address, 8);
    let loans = [pool.get().await.unwrap(), pool.get().await.unwrap()];
    drop(loans);
    assert_eq!(pool.status().available, 2);
    pool.close().await;
    assert!(server.has_heard(0, "QUIT") && server.has_heard(1, "QUIT"));
    let error = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap_err();
    assert!(matches!(error, PoolError::Closed { .. }), "{error:?}");
    pool.close().await; // again
    assert_eq!((server.connections(), pool.status().size), (2, 0));
}

#[tokio::test]
async fn messages_in_progress_are_waited_for() {
    let leave = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&leave);
    let server = Server::start(move |_, mut peer| {
        let gate = Arc::clone(&gate);
        async move { peer.serve_by(gate).await }
    });
    let pool = pool(server.address, 1);
    let (first, second) = (pool.clone(), pool.clone());
    let sending = tokio::spawn(async move { send_tea(&first).await });
    eventually(|| server.messages().len() == 1).await;
    let waiting = tokio::spawn(async move { second.send(envelope(), &b"tea\r\n"[..]).await });
    eventually(|| pool.status().waiting == 1).await;

    let mut closing = pin!(pool.close());
    assert!(is_pending(&mut closing).await);
    let turned_away = waiting.await.unwrap().unwrap_err();
    assert!(matches!(turned_away, PoolError::Closed { .. }), "{turned_away:?}");
    assert!(!server.has_heard(0, "QUIT"));
    leave.add_permits(1);
    closing.await;
    sending.await.unwrap();
    assert!(server.has_heard(0, "QUIT"));
}

#[tokio::test]
async fn a_server_that_ignores_quit_is_not_waited_for_for_ever() {
    let server = Server::start(|_, mut peer| async move {
        peer.greet(&[]).await;
        peer.take(1).await;
        peer.line().await;
        peer.line().await;
    });
    let pool = pool(server.address, 1);
    send_tea(&pool).await;
    tokio::time::pause();
    let (began, really) = (tokio::time::Instant::now(), Instant::now());
    pool.close().await;
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(really.elapsed() < Duration::from_secs(5));
    eventually(|| server.has_heard(0, ".")).await;
}

#[tokio::test]
async fn a_pool_that_is_dropped_takes_leave() {
    let server = Server::usual(ALL);
    let pool = pool(server.address, 1);
    let another = pool.clone();
    drop(pool);
    let delivery = another.send(envelope(), &b"tea\r\n"[..]).await.unwrap();
    assert!(delivery.is_complete(), "{:?}", only(&delivery));
    drop(another);
    eventually(|| server.has_heard(0, "QUIT")).await;
}
