//! Connections are used again, and not more of them than are allowed.

use std::sync::Arc;
use std::time::Duration;

use smtp_proto::client::SendError;
use smtp_proto::syntax::capability::Extension;
use smtp_tokio::client::{Fate, SendFailure};
use smtp_tokio::pool::{Manager, Pool, PoolConfig, PoolError, Timeouts};
use tokio::sync::Semaphore;

use crate::server::Server;
use crate::support::{ALL, connector, envelope, envelope_to, eventually, only, pool, send_tea};

#[tokio::test]
async fn one_connection_carries_one_message_after_the_other() {
    for offers in [&[][..], ALL] {
        let server = Server::usual(offers);
        let pool = pool(server.address, 8);
        for _ in 0..20 {
            send_tea(&pool).await;
        }
        assert_eq!((server.connections(), server.messages().len()), (1, 20));
        let status = pool.status();
        assert_eq!((status.size, status.available, status.waiting), (1, 1, 0));
    }
}

/// RFC 9422: no more messages over a connection than the server takes, nor recipients in more domains.
#[tokio::test]
async fn the_limits_of_the_server_are_kept() {
    let server = Server::usual(&["PIPELINING", "LIMITS MAILMAX=3"]);
    let pool_of_three = pool(server.address, 1);
    for _ in 0..7 {
        send_tea(&pool_of_three).await;
    }
    assert_eq!((server.connections(), server.messages().len()), (3, 7));
    assert_eq!([0, 1, 2].map(|number| server.count(number, "MAIL")), [3, 3, 1]);

    let server = Server::usual(&["LIMITS RCPTDOMAINMAX=1"]);
    let pool = pool(server.address, 1);
    for to in ["a@one.example", "b@one.example", "c@two.example"] {
        let sent = pool.send(envelope_to(&[to]), &b"tea\r\n"[..]).await;
        assert!(sent.unwrap().is_complete());
    }
    assert_eq!([0, 1].map(|number| server.count(number, "MAIL")), [2, 1]);
}

#[tokio::test]
async fn who_finds_all_connections_in_use_waits() {
    let leave = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&leave);
    let server = Server::start(move |_, mut peer| {
        let gate = Arc::clone(&gate);
        async move { peer.serve_by(gate).await }
    });
    let pool = pool(server.address, 2);
    let sending: Vec<_> = (0..5)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { send_tea(&pool).await })
        })
        .collect();
    eventually(|| server.messages().len() == 2 && pool.status().waiting == 3).await;
    assert_eq!((server.connections(), pool.status().available), (2, 0));
    leave.add_permits(5);
    for sent in sending {
        sent.await.unwrap();
    }
    assert_eq!((server.connections(), server.messages().len()), (2, 5));
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let server = Server::usual(&[]);
    let timeouts = Timeouts { wait: Some(Duration::from_millis(30)), ..Timeouts::new() };
    let config = PoolConfig { timeouts, ..PoolConfig::new(1) };
    let pool = Pool::with_config(Manager::new(connector(), server.address), config);
    let taken = pool.get().await.unwrap();
    assert!(!taken.connection().unwrap().capabilities().has(Extension::Pipelining));
    let error = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap_err();
    assert!(matches!(error, PoolError::Exhausted { size: 1, .. }), "{error:?}");
    let address = server.address;
    let said = format!("no connection to {address} became free in 30ms: all 1 are in use");
    assert_eq!(error.to_string(), said);
    drop(taken);
    send_tea(&pool).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_refused_recipient_is_no_reason_for_another_connection() {
    for offers in [&[][..], &["PIPELINING"], ALL] {
        let server = Server::usual(offers);
        let pool = pool(server.address, 8);
        let both = envelope_to(&["b@example.org", "nobody@example.org"]);
        let delivery = pool.send(both, &b"tea\r\n"[..]).await.unwrap();
        let fates: Vec<_> = delivery.recipients.iter().map(|recipient| &recipient.fate).collect();
        assert!(matches!(fates[..], [Fate::Accepted(_), Fate::Refused(_)]), "{fates:?}");

        let nobody = || envelope_to(&["nobody@example.org"]);
        for _ in 0..3 {
            // Larger than the window: over BDAT it is not all on its way when it is refused.
            let large = bytes::Bytes::from("line\r\n".repeat(100_000));
            let delivery = pool.send(nobody(), large).await.unwrap();
            assert!(matches!(only(&delivery), Fate::Refused(_)), "{delivery:?}");
        }
        // What the server is to forget it is told before the next message comes.
        eventually(|| server.verbs(0).last().unwrap() == "RSET").await;
        send_tea(&pool).await;
        assert_eq!(server.connections(), 1);
        assert_eq!(server.messages(), ["tea\r\n", "tea\r\n"]);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_uses_nothing_up() {
    let server = Server::usual(&[]);
    let pool = pool(server.address, 8);
    let error = pool.send(envelope(), "Tee für zwei\r\n".as_bytes()).await.unwrap_err();
    let PoolError::Send(SendFailure::Envelope(error)) = error else { panic!("{error}") };
    assert_eq!(error, SendError::Missing(Extension::EightBitMime));
    send_tea(&pool).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_can_be_taken_out_of_the_pool() {
    let server = Server::usual(&["HELP"]);
    let pool = pool(server.address, 8);
    let mut loan = pool.get().await.unwrap();
    assert!(loan.send(envelope(), &b"tea\r\n"[..]).await.unwrap().is_complete());
    let mut conn = smtp_tokio::pool::Object::take(loan).into_connection().unwrap();
    assert_eq!(pool.status().size, 0);
    smtp_tokio::client::quit(&mut conn).await.unwrap();
    assert!(server.has_heard(0, "QUIT"));
    pool.close().await;
}
