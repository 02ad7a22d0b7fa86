//! The usual pool, a message, and patience.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use smtp_proto::client::{Config, Envelope};
use smtp_tokio::Connector;
use smtp_tokio::client::{Delivery, Fate};
use smtp_tokio::pool::{Limits, Manager, Pool};

pub(crate) const ALL: &[&str] = &["PIPELINING", "CHUNKING"];

pub(crate) fn connector() -> Connector {
    Connector::new(Config::new("client.example.com".parse().unwrap()))
}

pub(crate) fn pool(address: SocketAddr, size: usize) -> Pool {
    Pool::new(Manager::new(connector(), address), size)
}

pub(crate) fn manager_with(address: SocketAddr, change: impl FnOnce(&mut Limits)) -> Manager {
    let mut manager = Manager::new(connector(), address);
    change(&mut manager.limits);
    manager
}

pub(crate) fn pool_with(address: SocketAddr, change: impl FnOnce(&mut Limits)) -> Pool {
    Pool::new(manager_with(address, change), 8)
}

pub(crate) fn envelope() -> Envelope {
    envelope_to(&["b@example.org"])
}

pub(crate) fn envelope_to(to: &[&str]) -> Envelope {
    let to = to.iter().map(|to| to.parse().unwrap());
    Envelope::new("a@example.com".parse().unwrap(), to)
}

/// Sends a message that has to be taken.
pub(crate) async fn send_tea(pool: &Pool) {
    let delivery = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap();
    assert!(delivery.is_complete(), "{delivery:?}");
}

/// What became of a message for its only recipient.
pub(crate) fn only(delivery: &Delivery) -> &Fate {
    let [recipient] = &delivery.recipients[..] else { panic!("{delivery:?}") };
    &recipient.fate
}

/// Waits until it is so, and lets everybody else go on meanwhile.
pub(crate) async fn eventually(mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come to it");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The same, and nobody else in this thread goes on.
pub(crate) fn blocked_until(mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come to it");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Time passes; for those who are in this runtime only.
pub(crate) async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}
