//! The usual configurations, a message, and patience.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use smtp_driver::client::{Connector, send};
use smtp_driver::{Clock, Connection, Stream};
use smtp_proto::{client, server};

use crate::World;

/// How long what has to come is waited for: long enough for a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub(crate) fn server_config() -> server::Config {
    server::Config::new("mx.example.org".parse().unwrap())
}

pub(crate) fn client_config() -> client::Config {
    client::Config::new("client.example.com".parse().unwrap())
}

pub(crate) fn connector<W: World>() -> Connector<W::Runtime> {
    Connector::new(client_config())
}

pub(crate) fn envelope() -> client::Envelope {
    let to = ["b@example.org".parse().unwrap()];
    client::Envelope::new("a@example.com".parse().unwrap(), to)
}

/// A message that has to be taken.
pub(crate) async fn send_tea<S: Stream, C: Clock>(conn: &mut Connection<client::Client, S, C>) {
    let delivery = send(conn, envelope(), &b"tea\r\n"[..]).await.unwrap();
    assert!(delivery.is_complete(), "{delivery:?}");
}

/// Tries until something comes of it.
pub(crate) fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(result) = attempt() {
            return result;
        }
        assert!(began.elapsed() < PATIENCE, "it does not come to it");
        thread::sleep(millis(5));
    }
}

/// An address of this machine's own that connections are not made from unless one says so, if it
/// has one.
pub(crate) fn another_loopback() -> Option<IpAddr> {
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    TcpListener::bind((address, 0)).is_ok().then_some(address)
}
