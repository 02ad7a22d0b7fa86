//! What is not worth keeping takes leave.

use smtp_tokio::pool::deadpool::managed;
use smtp_tokio::pool::{Manager, Object};

use crate::server::Server;
use crate::support::{ALL, envelope, eventually, manager_with, pass, pool_with, send_tea};

#[tokio::test]
async fn a_connection_carries_so_many_messages() {
    let server = Server::usual(ALL);
    let pool = pool_with(server.address, |limits| limits.messages = 3);
    for sent in 1..=7 {
        send_tea(&pool).await;
        assert_eq!(pool.status().size, usize::from(sent % 3 != 0));
    }
    assert_eq!((server.connections(), server.messages().len()), (3, 7));
    eventually(|| server.has_heard(0, "QUIT") && server.has_heard(1, "QUIT")).await;
    assert!(!server.has_heard(2, "QUIT"));
}

#[tokio::test]
async fn a_connection_is_idle_for_so_long_even_if_nobody_asks() {
    let server = Server::usual(ALL);
    let pool = pool_with(server.address, |_| {});
    for _ in 0..3 {
        send_tea(&pool).await;
        pass(50).await;
    }
    send_tea(&pool).await;
    assert_eq!(server.connections(), 1);
    pass(70).await;
    eventually(|| server.has_heard(0, "QUIT")).await;
    assert_eq!(pool.status().size, 0);
    send_tea(&pool).await;
    assert_eq!((server.connections(), server.messages().len()), (2, 5));
}

#[tokio::test]
async fn a_connection_becomes_so_old() {
    let server = Server::usual(ALL);
    let pool = pool_with(server.address, |_| {});
    for _ in 0..5 {
        send_tea(&pool).await;
        pass(59).await;
    }
    send_tea(&pool).await;
    assert_eq!(server.connections(), 1, "it is 295 seconds old");
    pass(6).await;
    send_tea(&pool).await;
    assert_eq!((server.connections(), server.messages().len()), (2, 7));
    eventually(|| server.has_heard(0, "QUIT")).await;
}

/// Deadpool's own pool looks at connections only when somebody wants one.
#[tokio::test]
async fn the_limits_hold_in_a_pool_of_deadpools() {
    let server = Server::usual(ALL);
    let manager = manager_with(server.address, |limits| limits.messages = 2);
    let pool: managed::Pool<Manager> = managed::Pool::builder(manager).build().unwrap();
    let send = async || {
        let mut loan: Object = pool.get().await.unwrap();
        assert!(loan.send(envelope(), &b"tea\r\n"[..]).await.unwrap().is_complete());
    };
    send().await;
    pass(61).await;
    send().await;
    eventually(|| server.has_heard(0, "QUIT")).await;
    assert_eq!(server.connections(), 2);
    send().await;
    send().await;
    eventually(|| server.has_heard(1, "QUIT")).await;
    assert_eq!((server.connections(), server.messages().len()), (3, 4));
}

#[tokio::test]
async fn a_server_is_asked_whether_it_is_there_if_that_is_wanted() {
    let server = Server::start(|number, mut peer| async move {
        peer.greet(ALL).await;
        peer.take(2).await;
        if number == 0 {
            peer.until("NOOP").await; // gone
        } else {
            peer.take(usize::MAX).await;
        }
    });
    let ten = std::time::Duration::from_secs(10);
    let pool = pool_with(server.address, |limits| limits.probe_after = Some(ten));
    send_tea(&pool).await;
    pass(5).await;
    send_tea(&pool).await;
    assert!(!server.has_heard(0, "NOOP"));
    pass(11).await;
    send_tea(&pool).await;
    assert!(server.has_heard(0, "NOOP"));
    assert_eq!(server.connections(), 2);
    pass(11).await;
    send_tea(&pool).await;
    assert!(server.has_heard(1, "NOOP"));
    assert_eq!((server.connections(), server.messages().len()), (2, 4));
}
